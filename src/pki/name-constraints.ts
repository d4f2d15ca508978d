import { contextTag, element, sequence } from './der';
import { DerReader } from './der-reader';
import { encodeGeneralNames, RawGeneralName, readGeneralName } from './general-names';
import { commonNameOf, isPrefixOfName, nameText } from './name-comparison';
import { DeclaredNameConstraints } from '../contract/extensions';
import { addressOctets, addressText, NameLists } from '../contract/general-names';
import { quote } from '../contract/rules';

/** The constraints in a CA's certificate (RFC 5280, section 4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly RawGeneralName[];
  readonly excluded: readonly RawGeneralName[];
}

/** The value of the extension. `minimum` is 0, the default, which DER leaves out. */
export function encodeNameConstraints({ permitted, excluded }: DeclaredNameConstraints): Buffer {
  return sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
}

function subtrees(tag: number, lists: NameLists | undefined): Buffer[] {
  const bases = lists ? encodeGeneralNames(lists) : [];
  return bases.length === 0 ? [] : [element(contextTag(tag, true), ...bases.map(base => sequence(base)))];
}

/**
 * Reads the value of the extension.
 *
 * @throws Error for constraints on a type of name that is not known here: RFC 5280 lets nobody pass over those
 */
export function readNameConstraints(value: DerReader): NameConstraints {
  const constraints = value.sequence();
  value.end();
  const [permitted, excluded] = [0, 1].map(number => {
    const tag = contextTag(number, true);
    return constraints.follows(tag) ? readSubtrees(constraints.enter(tag)) : [];
  });
  constraints.end();
  return { permitted, excluded };
}

function readSubtrees(list: DerReader): RawGeneralName[] {
  const bases: RawGeneralName[] = [];
  while (list.more) {
    const subtree = list.sequence();
    const base = readGeneralName(subtree);
    if (!base) {
      throw new Error('the certificate has name constraints of a type that is unknown here; known are DNS, IP, URI, email and directory names');
    }
    subtree.end(); // minimum and maximum: RFC 5280 allows none but the default
    assertMask(base);
    bases.push(base);
  }
  return bases;
}

/** A mask is ones and then zeros (RFC 4632, section 5.1): its octets are 256 less a power of two, or nothing. */
function assertMask({ type, value }: RawGeneralName): void {
  const mask = type === 'ip' ? [...value.subarray(value.length / 2)] : [];
  const isMask = mask.every((octet, index) => MASK_OCTETS.includes(octet) && (octet === 255 || mask.slice(index + 1).every(next => next === 0)));
  if (!isMask || (type === 'ip' && value.length !== 8 && value.length !== 32)) {
    throw new Error('the certificate has name constraints on addresses that are no networks (RFC 5280, section 4.2.1.10)');
  }
}

const MASK_OCTETS: readonly number[] = [0, 128, 192, 224, 240, 248, 252, 254, 255];

/**
 * Makes sure that a certificate's names are ones that its CAs may certify; validators refuse the chain otherwise.
 *
 * @param subject a DER Name; absent where it is not known
 * @param alternativeNames the names beside it
 * @param chain the constraints of the CA that signs and of those above it
 */
export function assertNamesPermitted(
  subject: Buffer | undefined, alternativeNames: readonly RawGeneralName[], chain: readonly NameConstraints[],
): void {
  const names = [...alternativeNames, ...subject ? [{ type: 'directory', value: subject } as const, ...commonNameAsHost(subject, alternativeNames)] : []];
  chain.forEach(constraints => names.forEach(name => assertPermitted(name, constraints)));
}

function assertPermitted(name: RawGeneralName, { permitted, excluded }: NameConstraints): void {
  const [permittedBases, excludedBases] = [permitted, excluded].map(bases => bases.filter(({ type }) => type === name.type));
  if (name.type === 'uri' && permittedBases.length + excludedBases.length > 0 && hostOfUri(name.value) === undefined) {
    throw new Error(`the CA's name constraints on URIs want one with a host name (RFC 5280, section 4.2.1.10), got ${quote(name.value)}`);
  }
  if (excludedBases.some(base => isWithin(name, base))) {
    throw new Error(`the CA's name constraints exclude ${describe(name)}`);
  }
  if (permittedBases.length > 0 && !permittedBases.some(base => isWithin(name, base))) {
    throw new Error(`the CA's name constraints do not permit ${describe(name)}; permitted are ${permittedBases.map(describe).join(', ')}`);
  }
}

/** What OpenSSL takes for a host name in a common name: labels that neither begin nor end with a hyphen, and a dot between two. */
const HOST_IN_COMMON_NAME = /^\w([\w-]*\w)?(\.\w([\w-]*\w)?)+$/;

/** OpenSSL takes a common name for a host name where there is no other, and applies the constraints to it. */
function commonNameAsHost(subject: Buffer, alternativeNames: readonly RawGeneralName[]): RawGeneralName[] {
  const commonName = commonNameOf(subject);
  return commonName !== undefined && !alternativeNames.some(({ type }) => type === 'dns') && HOST_IN_COMMON_NAME.test(commonName)
    ? [{ type: 'dns', value: commonName }]
    : [];
}

/** Whether a name lies in a subtree of its type. A name that no rule of its type can judge lies in none. */
export function isWithin(name: RawGeneralName, base: RawGeneralName): boolean {
  if (name.type !== base.type) {
    return false;
  }
  return Buffer.isBuffer(name.value)
    ? name.type === 'ip' ? isInNetwork(name.value, base.value as Buffer) : isPrefixOfName(base.value as Buffer, name.value)
    : TEXT_RULES[name.type as keyof typeof TEXT_RULES](lowerHost(name.value), lowerHost(base.value as string));
}

const TEXT_RULES = {
  /** A domain holds itself and all names that have labels before it. */
  dns: (name: string, base: string) => base === '' || name === base || name.endsWith(base.startsWith('.') ? base : `.${base}`),
  uri: (name: string, base: string) => isHostOf(hostOfUri(name), base),
  email: (name: string, base: string) => base.includes('@') ? name === base : isHostOf(name.slice(name.lastIndexOf('@') + 1), base),
};

/** Hosts are the same whatever their case; what stands before the @ of a mailbox is not (RFC 5280, section 7.5). */
function lowerHost(text: string): string {
  const host = text.lastIndexOf('@') + 1;
  return text.slice(0, host) + text.slice(host).toLowerCase();
}

/**
 * The host name of a URI; `undefined` where there is none, where it is an address, and where OpenSSL takes another part for
 * it: it ends a host at the first colon of all, or else at the first slash, and knows neither user names nor queries.
 */
function hostOfUri(uri: string): string | undefined {
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/?#:@[\]]+)(?::\d*(?:\/.*)?|\/[^:]*)?$/i.exec(uri)?.[1];
  return host === undefined || addressOctets(host) ? undefined : host.toLowerCase();
}

/** A host stands for itself, a domain with a dot before it for the hosts in it, but not for the host of that name. */
function isHostOf(host: string | undefined, base: string): boolean {
  return host !== undefined && (base.startsWith('.') ? host.endsWith(base) : host === base);
}

function isInNetwork(address: Buffer, network: Buffer): boolean {
  const half = network.length / 2;
  return address.length === half && address.every((octet, index) => {
    const step = 256 - network[half + index]; // a mask's octet is 256 less a power of two: how many addresses fall together
    return Math.floor(octet / step) === Math.floor(network[index] / step);
  });
}

function describe({ type, value }: RawGeneralName): string {
  if (!Buffer.isBuffer(value)) {
    return `${type}:${quote(value)}`;
  }
  return type === 'ip' ? `ip:${formatAddress([...value])}` : `directory:${quote(nameText(value))}`;
}

/** An address, or a network with its mask. */
function formatAddress(octets: number[]): string {
  return addressText(octets) ?? [octets.slice(0, octets.length / 2), octets.slice(octets.length / 2)].map(half => addressText(half)).join('/');
}
