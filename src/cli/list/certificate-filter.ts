import { ListedCertificate } from './listed-certificate';
import { PROFILE_NAMES } from './profile-names';
import { comparableCommonName } from '../../contract/common-names';
import { quote } from '../../contract/rules';
import { PROOFS } from '../../issuing/ledger/living-certificates';
import { UNCOUNTED } from '../../issuing/retire-ca';
import { CliError } from '../cli-error';

/** Which certificates are shown. A certificate must match each kind of filter that is given, by one of its values. */
export interface FilterOptions {
  /** A duration: what is declared and expires within it, or has expired. */
  readonly expiring?: string;
  readonly revoked?: boolean;
  /** What keeps its CA from being retired. */
  readonly living?: boolean;
  readonly profile?: readonly string[];
  readonly commonName?: readonly string[];
  readonly stack?: readonly string[];
}

const HOUR_MILLISECONDS = 3_600_000;

/** The hours of each unit. */
const UNITS: { readonly [unit: string]: number } = { h: 1, d: 24, w: 168 };

/** A property by which certificates are filtered. There can be very many certificates and values, so both are compared by a key. */
interface ValueFilter {
  readonly option: string;
  readonly keyOf: (certificate: ListedCertificate) => string | undefined;
  readonly keyFor: (value: string) => string;
}

const VALUE_FILTERS: { readonly [O in 'profile' | 'commonName' | 'stack']: ValueFilter } = {
  profile: { option: '--profile', keyOf: ({ profile }) => profile, keyFor: validProfile },
  commonName: { option: '--common-name', keyOf: ({ commonName }) => commonName && comparableCommonName(commonName), keyFor: comparableCommonName },
  stack: { option: '--stack', keyOf: ({ stack }) => stack, keyFor: value => value },
};

/** Decides which certificates are shown, and knows which values no certificate has had. */
export class CertificateFilter {
  private readonly conditions: ((certificate: ListedCertificate) => boolean)[];
  private readonly unseen: { readonly option: string; readonly values: Map<string, string> }[] = [];

  /** @throws CliError if an option has a value that it can't have */
  constructor(options: FilterOptions, now: Date) {
    const byValue = Object.entries(VALUE_FILTERS).flatMap(([name, filter]) => {
      const values = options[name as keyof typeof VALUE_FILTERS];
      return values ? [this.byValue(filter, values)] : [];
    });
    const { expiring, living, revoked } = options;
    this.conditions = [
      ...byValue,
      ...revoked ? [({ revocation }: ListedCertificate) => revocation !== undefined] : [],
      ...living ? [isLiving] : [],
      ...expiring === undefined ? [] : [expiringBefore(now.getTime() + expiringMilliseconds(expiring))],
    ];
  }

  /** Whether a certificate is shown. Every condition is asked, because each notes which values it has met. */
  public matches(certificate: ListedCertificate): boolean {
    return this.conditions.map(matches => matches(certificate)).every(Boolean);
  }

  /** The values that no certificate has had so far, each with its option. */
  public get unmatched(): readonly string[] {
    return this.unseen.flatMap(({ option, values }) => [...values.values()].map(value => `${option} ${quote(value)}`));
  }

  private byValue({ option, keyOf, keyFor }: ValueFilter, values: readonly string[]): (certificate: ListedCertificate) => boolean {
    const byKey = new Map(values.map(value => [keyFor(value), value]));
    const unseen = new Map(byKey);
    this.unseen.push({ option, values: unseen });
    return certificate => {
      const key = keyOf(certificate);
      return key !== undefined && (unseen.delete(key) || byKey.has(key));
    };
  }
}

/** As the function counts before it retires a CA. */
function isLiving({ declared, state, profile, isSelfSigned }: ListedCertificate): boolean {
  return declared && (state === 'issued' || state === 'held') && ![...PROOFS, ...UNCOUNTED].includes(profile) && !isSelfSigned;
}

/** What is declared, may be used, and expires before a time. What nobody declares any more, nobody has to renew. */
function expiringBefore(time: number): (certificate: ListedCertificate) => boolean {
  return ({ declared, state, notAfter }) => declared && state !== 'revoked' && notAfter !== undefined && notAfter.getTime() < time;
}

/** The value of `--expiring`, in milliseconds. */
export function expiringMilliseconds(duration: string): number {
  const [, number, unit] = /^(\d{1,5})([hdw])$/.exec(duration) ?? [];
  if (number === undefined) {
    throw new CliError(`--expiring must be a number of hours, days or weeks, such as 12h, 30d or 8w, got ${quote(duration)}`);
  }
  return Number(number) * UNITS[unit] * HOUR_MILLISECONDS;
}

function validProfile(name: string): string {
  if (!PROFILE_NAMES.includes(name)) {
    throw new CliError(`--profile must be one of ${PROFILE_NAMES.join(', ')}, got ${quote(name)}`);
  }
  return name;
}
