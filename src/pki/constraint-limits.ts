import { RawGeneralName } from './general-names';
import { NameConstraints } from './name-subtrees';
import { Complaint } from '../contract/rules';

/** Kinds of names that validators treat differently under constraints. */
export type ConstraintKind = 'dns' | 'ipv4' | 'ipv6' | 'uri' | 'email' | 'directory';

/** Whether constraints list permitted or excluded names. */
export type ConstraintList = keyof NameConstraints;

/** The general validators that deviate from RFC 5280, section 4.2.1.10, under constraints. OpenSSL, Java and NSS follow it. */
export type LimitedValidator = 'Botan' | 'Go' | 'GnuTLS' | 'wolfSSL';

/** What a validator does instead of checking names against constraints. */
export interface ConstraintLimit {
  readonly validator: LimitedValidator;
  /** The version that was tried. */
  readonly version: string;
  readonly kinds: readonly ConstraintKind[];
  readonly lists: readonly ConstraintList[];
  /** The values of the extension's critical flag with which it does so. */
  readonly critical: readonly boolean[];
  /** Whether it refuses names within the constraints, or accepts names outside of them. */
  readonly effect: 'refuses' | 'passes over';
  /** What it refuses or accepts, in words. */
  readonly what: string;
}

const BOTH: readonly ConstraintList[] = ['permitted', 'excluded'];
const ALWAYS: readonly boolean[] = [true, false];

/** All known limits, found by testing. `test/pki/verifier-table.test.ts` checks them against the installed validators. */
export const CONSTRAINT_LIMITS: readonly ConstraintLimit[] = [
  { validator: 'Go', version: '1.19', kinds: ['directory'], lists: BOTH, critical: [true], effect: 'refuses', what: 'every chain' },
  { validator: 'Go', version: '1.19', kinds: ['directory'], lists: BOTH, critical: [false], effect: 'passes over', what: 'subjects outside of them' },
  { validator: 'GnuTLS', version: '3.7', kinds: ['directory'], lists: ['excluded'], critical: ALWAYS, effect: 'refuses', what: 'every certificate with a subject' },
  { validator: 'GnuTLS', version: '3.7', kinds: ['uri'], lists: ['excluded'], critical: ALWAYS, effect: 'refuses', what: 'every certificate with a URI' },
  { validator: 'GnuTLS', version: '3.7', kinds: ['directory', 'uri'], lists: ['permitted'], critical: ALWAYS, effect: 'passes over', what: 'names outside of them' },
  { validator: 'Botan', version: '2.19', kinds: ['ipv6'], lists: BOTH, critical: [true], effect: 'refuses', what: 'every chain' },
  { validator: 'Botan', version: '2.19', kinds: ['uri', 'email'], lists: ['permitted'], critical: [true], effect: 'refuses', what: 'every certificate with such a name' },
  { validator: 'Botan', version: '2.19', kinds: ['uri', 'email'], lists: ['permitted'], critical: [false], effect: 'passes over', what: 'names outside of them' },
  { validator: 'Botan', version: '2.19', kinds: ['uri', 'email'], lists: ['excluded'], critical: ALWAYS, effect: 'passes over', what: 'names that they exclude' },
  { validator: 'Botan', version: '2.19', kinds: ['ipv6'], lists: BOTH, critical: [false], effect: 'passes over', what: 'addresses outside of them' },
  { validator: 'wolfSSL', version: '5.5', kinds: ['ipv4', 'ipv6', 'uri'], lists: BOTH, critical: ALWAYS, effect: 'passes over', what: 'names outside of them' },
];

const KIND_TEXTS: { readonly [K in ConstraintKind]: string } = {
  dns: 'host names', ipv4: 'IPv4 addresses', ipv6: 'IPv6 addresses', uri: 'URIs', email: 'mailboxes', directory: 'directory names',
};

/** The version of a validator that was tried. */
export function versionOf(validator: LimitedValidator): string {
  return CONSTRAINT_LIMITS.find(limit => limit.validator === validator)!.version;
}

/** The kinds of names for which a validator has limits under constraints, in words. */
export function limitedKinds(validator: LimitedValidator): string {
  const kinds = new Set(CONSTRAINT_LIMITS.filter(limit => limit.validator === validator).flatMap(limit => limit.kinds));
  return [...kinds].map(kind => KIND_TEXTS[kind]).join(', ');
}

/**
 * What limited validators do under constraints, one sentence each.
 *
 * @param critical whether the extension is critical
 * @param isAsked selects the limits to report
 */
export function limitsUnder(constraints: NameConstraints, critical: boolean, isAsked: (limit: ConstraintLimit) => boolean): string[] {
  return CONSTRAINT_LIMITS.filter(limit => isAsked(limit) && limit.critical.includes(critical)).flatMap(limit => {
    const found = limit.lists.flatMap(list => {
      const kinds = new Set(constraints[list].map(kindOf).filter(kind => limit.kinds.includes(kind)));
      return [...kinds].map(kind => `${list} ${KIND_TEXTS[kind]}`);
    });
    const { validator, version, effect, what } = limit;
    return found.length === 0 ? []
      : [`${validator} ${version} ${effect === 'refuses' ? 'refuses' : 'accepts'} ${what} under ${critical ? 'critical ' : ''}constraints on ${found.join(' and ')}`];
  });
}

const WITH_JAVA = 'wolfSSL 5.5 and, if the constraints are critical, Java 17 refuse';

/** The validators that refuse everything below a constraint with an empty base, found by testing. */
const REFUSE_EMPTY: { readonly [T in RawGeneralName['type']]?: string } = { dns: 'wolfSSL 5.5 refuses', email: WITH_JAVA, uri: WITH_JAVA };

/** Whether constraints have an empty base. RFC 5280, section 4.2.1.10, defines it only for host names, where it means all of them. */
export function checkEmptyConstraints({ permitted, excluded }: NameConstraints): Complaint {
  const empty = [...permitted, ...excluded].find(({ value }) => value === '');
  return empty && `${REFUSE_EMPTY[empty.type]} everything below a constraint on ${KIND_TEXTS[kindOf(empty)]} that is empty`;
}

function kindOf({ type, value }: RawGeneralName): ConstraintKind {
  return type === 'ip' ? value.length > 8 ? 'ipv6' : 'ipv4' : type; // a network includes its mask
}
