import { RawGeneralName } from './general-names';
import { isPrefixOfName, isPrefixOfPreparedName } from './name-comparison';
import { addressOctets } from '../contract/general-names';

/** The constraints in a CA's certificate (RFC 5280, section 4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly RawGeneralName[];
  readonly excluded: readonly RawGeneralName[];
}

/**
 * Whether every validator finds a name within a subtree of its type (RFC 5280, section 4.2.1.10). A name that the rules of its type can't
 * judge is in no subtree.
 */
export function isWithin(name: RawGeneralName, base: RawGeneralName): boolean {
  if (name.type !== base.type) {
    return false;
  }
  return Buffer.isBuffer(name.value)
    ? name.type === 'ip' ? isInNetwork(name.value, base.value as Buffer) : isPrefixOfName(base.value as Buffer, name.value)
    : TEXT_RULES[name.type as keyof typeof TEXT_RULES](lowerHost(name.value), lowerHost(base.value as string));
}

/**
 * Whether any validator finds a name within a subtree. A wildcard stands for each host that it covers (CVE-2025-61727). wolfSSL compares
 * only the ends of host names. Go takes the host of mailboxes and URIs for its whole domain. Some validators fold the case of mailboxes, or
 * take an empty base for everything. Directory names are the same in many forms (RFC 5280, section 7.1).
 */
export function reachesInto(name: RawGeneralName, base: RawGeneralName): boolean {
  if (name.type !== base.type || isWithin(name, base)) {
    return name.type === base.type;
  }
  switch (name.type) {
    case 'dns': return reachesHost(name.value.toLowerCase(), (base.value as string).toLowerCase().replace(/^\./, ''));
    case 'email': return reachesMailbox(name.value.toLowerCase(), (base.value as string).toLowerCase());
    case 'uri': return base.value === '' || isBelow(hostOfUri(name.value), (base.value as string).toLowerCase());
    case 'directory': return isPrefixOfPreparedName(base.value as Buffer, name.value);
    default: return false;
  }
}

/** A wildcard, wherever it is in its label, covers the host at the top of a subtree, but not the hosts at deeper levels. */
function reachesHost(name: string, base: string): boolean {
  const [label, ...parents] = name.split('.');
  const [top, ...above] = base.split('.');
  return name.endsWith(base) || (label.includes('*') && parents.length > 0 && parents.join('.') === above.join('.') && covers(label, top));
}

/** Whether a label with wildcards can stand for another label, by what it begins and ends with. */
function covers(pattern: string, label: string): boolean {
  const parts = pattern.split('*');
  const [first, last] = [parts[0], parts.at(-1)!];
  return label.length >= first.length + last.length && label.startsWith(first) && label.endsWith(last);
}

/** GnuTLS, Go and NSS take an empty base for all mailboxes; wolfSSL compares a longer base only up to the length of the mailbox's host. */
function reachesMailbox(name: string, base: string): boolean {
  const at = name.lastIndexOf('@');
  const host = name.slice(at + 1);
  const isBeginningOf = (longer: string): boolean => longer.startsWith(host) && at < longer.length && name.length >= longer.length;
  return TEXT_RULES.email(name, base) || base === '' || (!base.includes('@') && (isBelow(host, base) || isBeginningOf(base)));
}

function isBelow(host: string | undefined, domain: string): boolean {
  return host?.endsWith(`.${domain}`) ?? false;
}

const TEXT_RULES = {
  /** A domain contains itself and all names that put labels before it. */
  dns: (name: string, base: string) => base === '' || name === base || name.endsWith(base.startsWith('.') ? base : `.${base}`),
  uri: (name: string, base: string) => isHostOf(hostOfUri(name), base),
  email: (name: string, base: string) => base.includes('@') ? name === base : isHostOf(name.slice(name.lastIndexOf('@') + 1), base),
};

/** Hosts are compared regardless of case, but the part of a mailbox before the @ is not (RFC 5280, section 7.5). */
function lowerHost(text: string): string {
  const host = text.lastIndexOf('@') + 1;
  return text.slice(0, host) + text.slice(host).toLowerCase();
}

/**
 * The host name of a URI. `undefined` if there is none, if it is an address, or if OpenSSL takes another part for the host: OpenSSL ends a
 * host at the very first colon, or else at the first slash, and does not know user names or queries.
 */
export function hostOfUri(uri: string): string | undefined {
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/?#:@[\]]+)(?::\d*(?:\/.*)?|\/[^:]*)?$/i.exec(uri)?.[1];
  return host === undefined || addressOctets(host) ? undefined : host.toLowerCase();
}

/** Whether Java also finds a host name in a URI: one without underscores and, if it has several labels, with a letter at the start of the last. */
export function isHostToJava(host: string): boolean {
  return !host.includes('_') && !/\.[^a-z.][^.]*\.?$/i.test(host);
}

/** A host stands for itself. A domain with a dot before it stands for the hosts in it, but not for the host of that name. */
function isHostOf(host: string | undefined, base: string): boolean {
  return host !== undefined && (base.startsWith('.') ? host.endsWith(base) : host === base);
}

function isInNetwork(address: Buffer, network: Buffer): boolean {
  const half = network.length / 2;
  return address.length === half && address.every((octet, index) => {
    const step = 256 - network[half + index]; // 256 minus a mask's octet, which is a power of two: how many values of the octet the network holds
    return Math.floor(octet / step) === Math.floor(network[index] / step);
  });
}
