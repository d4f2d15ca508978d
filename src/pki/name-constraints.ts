import { assertCommonNamePermitted } from './common-name-constraints';
import { contextTag, element, sequence } from './der';
import { DerReader } from './der-reader';
import { encodeGeneralNames, generalNameOf, RawGeneralName } from './general-names';
import { commonNameOf, nameText, valuesOf } from './name-comparison';
import { hostOfUri, isHostToJava, isWithin, NameConstraints, reachesInto } from './name-subtrees';
import { OID } from './object-identifiers';
import { ProfileName } from './profile';
import { DeclaredNameConstraints } from '../contract/extensions';
import { addressText, NameLists } from '../contract/general-names';
import { quote } from '../contract/rules';

/** The value of the extension. `minimum` is 0, the default, which DER leaves out. */
export function encodeNameConstraints({ permitted, excluded }: DeclaredNameConstraints): Buffer {
  return sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
}

function subtrees(tag: number, lists: NameLists | undefined): Buffer[] {
  const bases = lists ? encodeGeneralNames(lists) : [];
  return bases.length === 0 ? [] : [element(contextTag(tag, true), ...bases.map(base => sequence(base)))];
}

/** The bases in each list of constraints, `undefined` for a name of a type that is unknown here. A list that the extension does not have is absent. */
export type Subtrees = { readonly [L in keyof NameConstraints]?: readonly (RawGeneralName | undefined)[] };

/** Reads the fields of the extension. RFC 5280 allows only the defaults of `minimum` and `maximum`, so nothing follows a base. */
export function readSubtrees(fields: DerReader): Subtrees {
  const [permitted, excluded] = [0, 1].map(number => fields.optionalExplicit(number)?.list(list => {
    const subtree = list.sequence();
    const base = generalNameOf(subtree.any());
    subtree.end();
    return base;
  }));
  fields.end();
  return { permitted, excluded };
}

/**
 * The constraints in the fields of the extension.
 *
 * @throws Error for constraints on an unknown type of name, which RFC 5280 does not allow a reader to ignore
 */
export function readNameConstraints(fields: DerReader): NameConstraints {
  const { permitted = [], excluded = [] } = readSubtrees(fields);
  return { permitted: permitted.map(understood), excluded: excluded.map(understood) };
}

function understood(base: RawGeneralName | undefined): RawGeneralName {
  if (!base) {
    throw new Error('the certificate has name constraints of an unknown type; the known types are DNS, IP, URI, email and directory names');
  }
  assertMask(base);
  assertBase(base);
  return base;
}

/**
 * A wildcard means nothing in a constraint, and a dot at the end of a domain means the root to some validators and nothing to others. It is
 * uncertain what such a constraint excludes.
 */
function assertBase({ type, value }: RawGeneralName): void {
  if (!Buffer.isBuffer(value) && /\*|\.$/.test(value)) {
    throw new Error(`the certificate has name constraints that validators read differently, ${type}:${quote(value)}; `
      + 'a domain has no * and no dot at its end (RFC 5280, section 4.2.1.10)');
  }
}

/** A mask is ones and then zeros (RFC 4632, section 5.1): each octet is 256 minus a power of two, or 0. */
function assertMask({ type, value }: RawGeneralName): void {
  const mask = type === 'ip' ? [...value.subarray(value.length / 2)] : [];
  const isMask = mask.every((octet, index) => MASK_OCTETS.includes(octet) && (octet === 255 || mask.slice(index + 1).every(next => next === 0)));
  if (!isMask || (type === 'ip' && value.length !== 8 && value.length !== 32)) {
    throw new Error('the certificate has name constraints on addresses that are not networks (RFC 5280, section 4.2.1.10)');
  }
}

const MASK_OCTETS: readonly number[] = [0, 128, 192, 224, 240, 248, 252, 254, 255];

/** The certificate whose names are checked against constraints. */
export interface NamedSubject {
  /** A DER Name; absent where it is not known. */
  readonly subject?: Buffer;
  /** The names beside it; absent where not all of them are known, which leaves open how validators treat the common name. */
  readonly alternativeNames?: readonly RawGeneralName[];
  /** The purpose of the certificate. */
  readonly profile: ProfileName;
  /** Whether only RFC 5280 applies: an existing CA is not refused because of what only some validators refuse. */
  readonly byStandard?: boolean;
}

/**
 * Makes sure that the CAs of a certificate may certify its names; validators refuse the chain otherwise. This check is as strict as the
 * strictest validator.
 *
 * @param names further names that are known
 * @param chain the constraints of the CA that signs and of the CAs above it
 */
export function assertNamesPermitted(
  { subject, alternativeNames, profile, byStandard = false }: NamedSubject, chain: readonly NameConstraints[],
  names: readonly RawGeneralName[] = alternativeNames ?? [],
): void {
  if (chain.length === 0) {
    return;
  }
  const inSubject = subject ? [{ type: 'directory', value: subject } as const, ...mailboxesOf(subject)] : [];
  const commonName = subject && commonNameOf(subject);
  for (const constraints of chain) {
    [...names, ...inSubject].forEach(name => assertPermitted(name, constraints, byStandard));
    if (commonName !== undefined && alternativeNames) {
      assertCommonNamePermitted({ commonName, alternativeNames, profile }, constraints);
    }
  }
}

/** RFC 5280, section 4.2.1.10: constraints on mailboxes also apply to those in the subject. */
export function mailboxesOf(subject: Buffer): RawGeneralName[] {
  return valuesOf(subject, OID.emailAddress).map(value => ({ type: 'email', value }));
}

function assertPermitted(name: RawGeneralName, { permitted, excluded }: NameConstraints, byStandard: boolean): void {
  const [permittedBases, excludedBases] = [permitted, excluded].map(bases => bases.filter(({ type }) => type === name.type));
  if (name.type === 'uri' && permittedBases.length + excludedBases.length > 0 && !hasHost(name.value, byStandard)) {
    throw new Error(`the CA's name constraints on URIs require a URI with a host name (RFC 5280, section 4.2.1.10), got ${quote(name.value)}`);
  }
  const excludedBase = excludedBases.find(base => byStandard ? isWithin(name, base) : reachesInto(name, base));
  if (excludedBase) {
    const reading = isWithin(name, excludedBase) ? ''
      : `, which some validators treat as a name within ${describe(excludedBase)}; choose another name`;
    throw new Error(`the CA's name constraints exclude ${describe(name)}${reading}`);
  }
  if (permittedBases.length > 0 && !permittedBases.some(base => isWithin(name, base))) {
    throw new Error(`the CA's name constraints do not permit ${describe(name)}; they permit only ${permittedBases.map(describe).join(', ')}`);
  }
}

function hasHost(uri: string, byStandard: boolean): boolean {
  const host = hostOfUri(uri);
  return host !== undefined && (byStandard || isHostToJava(host));
}

function describe({ type, value }: RawGeneralName): string {
  if (!Buffer.isBuffer(value)) {
    return `${type}:${quote(value)}`;
  }
  return type === 'ip' ? `ip:${formatAddress([...value])}` : `directory:${quote(nameText(value))}`;
}

/** An address, or a network as address and mask. */
function formatAddress(octets: number[]): string {
  return addressText(octets) ?? [octets.slice(0, octets.length / 2), octets.slice(octets.length / 2)].map(half => addressText(half)).join('/');
}
