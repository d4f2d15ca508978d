import { named, ReachableCa, treeBelow } from './ca-tree';
import { comparableCommonName } from '../../contract/common-names';
import { quote } from '../../contract/rules';
import { CliError } from '../cli-error';
import { IssuedCertificate } from '../local/issued-certificates';

/** Which certificates are meant. A certificate must match each kind of selector that is given, by one of its values. */
export interface Selection {
  /** Serial numbers in hexadecimal digits. */
  readonly serialNumber?: readonly string[];
  readonly commonName?: readonly string[];
  /** Paths of constructs with their stacks, such as `Iot/Sensor001`, or logical IDs. */
  readonly resource?: readonly string[];
  /** Names of stacks. */
  readonly stack?: readonly string[];
  /** Paths of CAs with their stacks: all certificates that these CAs, and the CAs below them, have issued. */
  readonly below?: readonly string[];
}

/** A CA of a local deployment. */
export interface LocalCa extends ReachableCa {
  /** Its identity. */
  readonly caId: string;
}

/** How to find certificates by the values of a selector. */
interface Selector {
  readonly option: string;
  readonly what: string;
  /** Finds out, for a value, whether certificates match it. */
  readonly matcher: (value: string, cas: readonly LocalCa[]) => (certificate: IssuedCertificate) => boolean;
  /** What to do about a value that matches none; `cas` are those that have issued certificates. */
  readonly instead?: (value: string, cas: ReadonlySet<string>) => string | undefined;
}

const SELECTORS: { readonly [S in keyof Required<Selection>]: Selector } = {
  serialNumber: {
    option: '--serial-number',
    what: 'the serial number of a certificate that a CA of this deployment has issued',
    matcher: value => ({ entry }) => entry.serialNumber === plainHex(value),
  },
  commonName: {
    option: '--common-name',
    what: 'the common name of a device or a server with a certificate of this deployment',
    matcher: value => ({ entry: { commonName } }) => commonName !== undefined && comparableCommonName(commonName) === comparableCommonName(value),
  },
  resource: {
    option: '--resource',
    what: 'the path of the construct of a certificate, with its stack, or the logical ID of the certificate\'s resource',
    matcher: value => ({ resource, entry }) => resource === value || entry.logicalResourceId === value,
    instead: (value, cas) => cas.has(value)
      ? ', a CA whose certificate no CA of this deployment has signed, so it can\'t be revoked; --below selects what it has issued' : undefined,
  },
  stack: {
    option: '--stack',
    what: 'the name of a stack with certificates that a CA of this deployment has issued',
    matcher: value => ({ stack }) => stack === value,
  },
  below: {
    option: '--below',
    what: 'the path of the construct of a CA that has issued certificates, with its stack',
    matcher: (value, cas) => {
      const issuers = new Set(treeBelow(named(value, cas), cas).cas.map(({ caId }) => caId));
      return ({ entry: { issuer } }) => issuers.has(issuer);
    },
  },
};

/**
 * The selected certificates.
 *
 * @throws CliError if nothing selects certificates, or if a value matches none
 */
export function select(selection: Selection, all: Iterable<IssuedCertificate>, cas: readonly LocalCa[]): IssuedCertificate[] {
  const given = Object.entries(SELECTORS).flatMap(([name, selector]) => {
    const values = selection[name as keyof Selection] ?? [];
    const matchers = values.map(value => ({ matches: selector.matcher(value, cas), hasMatched: false }));
    return values.length > 0 ? [{ selector, values, matchers }] : [];
  });
  if (given.length === 0) {
    throw new CliError(`certificates must be selected with ${Object.values(SELECTORS).map(({ option }) => option).join(', ')}; got none of them`);
  }
  const selected: IssuedCertificate[] = [];
  const issuers = new Set<string>();
  for (const certificate of all) { // there can be very many, which are only looked at one by one
    issuers.add(certificate.ca);
    const matched = given.map(({ matchers }) => {
      const matching = matchers.filter(({ matches }) => matches(certificate));
      matching.forEach(matcher => { matcher.hasMatched = true; });
      return matching.length > 0;
    });
    if (matched.every(Boolean)) {
      selected.push(certificate);
    }
  }
  for (const { selector: { option, what, instead }, values, matchers } of given) {
    const unknown = values.find((_, index) => !matchers[index].hasMatched);
    if (unknown !== undefined) {
      throw new CliError(`${option} must be ${what}, got ${quote(unknown)}${instead?.(unknown, issuers) ?? ''}`);
    }
  }
  if (selected.length === 0) {
    throw new CliError(`${given.map(({ selector: { option } }) => option).join(' and ')} must select a certificate together, but no certificate matches all of them`);
  }
  return selected;
}

/** `4A:1B:2C` and `4a1b2c` as `4A1B2C`. */
function plainHex(serialNumber: string): string {
  return serialNumber.replace(/[:\s]/g, '').toUpperCase();
}
