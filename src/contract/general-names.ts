import { isIP } from 'node:net';
import { isPrivateKey } from './private-keys';
import { Complaint, checkAttributes, quote } from './rules';
import { SubjectValues } from './subject-attributes';

/**
 * Names in addition to the subject (RFC 5280, section 4.2.1.6), by type. The order within each type is kept; the types are in the order of
 * `GENERAL_NAME_TYPES`.
 */
export interface NameLists {
  /** Host names. */
  readonly dns?: readonly string[];
  /** IPv4 or IPv6 addresses; in constraints and rules, networks such as `10.0.0.0/8`. */
  readonly ip?: readonly string[];
  readonly uri?: readonly string[];
  /** Mailboxes. */
  readonly email?: readonly string[];
  readonly directory?: readonly SubjectValues[];
}

export type GeneralNameType = keyof NameLists;

/** The name of each type in a template, and its tag number in GeneralName. */
export const GENERAL_NAME_TYPES: { readonly [T in GeneralNameType]: { readonly template: string; readonly tag: number } } = {
  dns: { template: 'Dns', tag: 2 },
  ip: { template: 'Ip', tag: 7 },
  uri: { template: 'Uri', tag: 6 },
  email: { template: 'Email', tag: 1 },
  directory: { template: 'Directory', tag: 4 },
};

export const GENERAL_NAME_TYPE_NAMES = Object.keys(GENERAL_NAME_TYPES) as GeneralNameType[];

/** More names than any device has. The response to CloudFormation has no room for many more. */
export const MAX_NAMES = 50;

/** RFC 1034, section 3.5, and RFC 1123, section 2.1: labels of letters, digits and hyphens; 253 characters in all. */
const LABEL = '(?!-)[a-z0-9-]{1,63}(?<!-)';
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`);
/** The last label must have a letter; otherwise an IP address would pass for a host name. */
const NO_ADDRESS = /[a-z][^.]*$/;
/** RFC 5321, section 4.1.2: a local part of atoms, up to 64 characters. */
const LOCAL_PART = /^(?=.{1,64}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** RFC 3986, appendix A: a scheme, followed by reserved and unreserved characters or percent-encoded octets. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[!#$&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]|%[0-9A-Fa-f]{2})+$/;
export const MAX_URI = 1024;

function isHost(value: string): boolean {
  return HOST.test(value) && NO_ADDRESS.test(value);
}

function isMailbox(value: string): boolean {
  const at = value.lastIndexOf('@');
  return at > 0 && LOCAL_PART.test(value.slice(0, at)) && isHost(value.slice(at + 1));
}

/** Host names in URIs: in upper or lower case, and with underscores, which the host names of devices can have. An IPv4 address matches too. */
const URI_LABEL = '(?!-)[A-Za-z0-9_-]{1,63}(?<!-)';
const URI_HOST = new RegExp(`^(?=.{1,253}$)${URI_LABEL}(\\.${URI_LABEL})*$`);

/**
 * Whether a string is an ASCII URI that a certificate may contain. Go rejects a whole certificate if the host in any of its URIs has an empty
 * label, a trailing dot or a percent-encoded octet (crypto/x509, parseSANExtension).
 */
export function isUri(value: string): boolean {
  return value.length <= MAX_URI && URI.test(value) && hasRightAuthority(value);
}

function hasRightAuthority(uri: string): boolean {
  const [, authority] = /^[^:]+:\/\/([^/?#]*)/.exec(uri) ?? [];
  if (authority === undefined) {
    return true; // such as urn:x
  }
  const [, host] = /^(?:[^@]*@)?(\[[^\]]*\]|[^:[\]@]*)(?::\d{0,5})?$/.exec(authority) ?? [];
  return host !== undefined && URL.canParse(uri) && (host === '' || (host.startsWith('[') ? isIP(host.slice(1, -1)) === 6 : URI_HOST.test(host)));
}

/** Whether a string is a network in the form `address/length`, with no bit set beyond the length, as in `10.0.0.0/8`. */
function isNetwork(value: string): boolean {
  const [, address, length] = /^([^/]+)\/(\d{1,3})$/.exec(value) ?? [];
  const octets = address === undefined ? undefined : addressOctets(address);
  return octets !== undefined && Number(length) <= 8 * octets.length && String(Number(length)) === length
    && trailingBitsAreZero(octets, Number(length));
}

function trailingBitsAreZero(octets: readonly number[], length: number): boolean {
  return octets.every((octet, index) => {
    const kept = Math.min(8, Math.max(0, length - 8 * index));
    return octet % 2 ** (8 - kept) === 0;
  });
}

/** The 4 or 16 octets of an IP address, or `undefined` if the text is not an address. */
export function addressOctets(address: string): number[] | undefined {
  switch (isIP(address)) {
    case 4: return address.split('.').map(Number);
    case 6: return ipv6Octets(address);
    default: return undefined;
  }
}

/** The text of an IP address of 4 or 16 octets, or `undefined` for any other number of octets. */
export function addressText(octets: readonly number[]): string | undefined {
  switch (octets.length) {
    case 4: return octets.join('.');
    case 16: return Array.from({ length: 8 }, (_, group) => (256 * octets[2 * group] + octets[2 * group + 1]).toString(16)).join(':');
    default: return undefined;
  }
}

function ipv6Octets(address: string): number[] | undefined {
  if (address.includes('%')) {
    return undefined; // a zone is meaningful on one machine only
  }
  const groups = (part: string): number[] => part === '' ? [] : part.split(':').flatMap(group => group.includes('.')
    ? group.split('.').map(Number)
    : [Math.floor(parseInt(group, 16) / 256), parseInt(group, 16) % 256]);
  const [before, after] = address.split('::').map(groups);
  return after === undefined ? before : [...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after];
}

interface Form {
  readonly isRight: (value: string) => boolean;
  readonly allowed: string;
}

type Forms = { readonly [T in Exclude<GeneralNameType, 'directory'>]: Form };

/** The valid forms of a subject alternative name. */
const NAMES: Forms = {
  dns: {
    isRight: value => isHost(value.replace(/^\*\./, 'x.')), // the asterisk counts as a label
    allowed: 'a host name in lower case without a dot at the end, with * as at most its first label',
  },
  ip: { isRight: value => addressOctets(value) !== undefined, allowed: 'an IPv4 or IPv6 address' },
  uri: { isRight: isUri, allowed: `a URI with a scheme, in ASCII, up to ${MAX_URI} characters` },
  email: { isRight: isMailbox, allowed: 'a mailbox, name@host, in ASCII with up to 64 characters before the @ and the host in lower case' },
};

/** The valid forms of a name constraint (RFC 5280, section 4.2.1.10). */
const SUBTREES: Forms = {
  dns: { isRight: isHost, allowed: 'a domain in lower case, without a leading dot or *; it covers itself and all names below it' },
  ip: { isRight: isNetwork, allowed: 'a network such as 10.0.0.0/8 or fd00::/8, with no bit set after its prefix length' },
  uri: { isRight: value => isHost(value.replace(/^\./, '')), allowed: 'a host name, or a domain with a leading dot for all hosts in it' },
  email: {
    isRight: value => isMailbox(value) || isHost(value.replace(/^\./, '')),
    allowed: 'a mailbox, a host for all its mailboxes, or a domain with a leading dot for all hosts in it, such as ops@acme.example, acme.example or .acme.example',
  },
};

/**
 * The valid forms of a rule for the names in a request. They are those of a constraint, except that a rule for URIs is the beginning of a
 * URI. A rule that ended within the host, such as https://example.com, would also allow https://example.com.attacker.example.
 */
const RULES: Forms = {
  ...SUBTREES,
  uri: {
    isRight: value => isUri(value) && !/^[^:]+:(\/{0,2}|\/\/[^/?#]+)$/.test(value),
    allowed: 'the beginning of a URI: its scheme and, if it has a host, its host with the / after it',
  },
};

function checkLists(property: string, lists: NameLists, forms: Forms): Complaint {
  const number = GENERAL_NAME_TYPE_NAMES.reduce((sum, type) => sum + (lists[type]?.length ?? 0), 0);
  if (number < 1 || number > MAX_NAMES) {
    return `${property} must hold 1 to ${MAX_NAMES} names, got ${number}`;
  }
  for (const type of GENERAL_NAME_TYPE_NAMES) {
    for (const value of lists[type] ?? []) {
      const complaint = typeof value === 'object' ? checkDirectory(`${property}.${type}`, value) : checkText(`${property}.${type}`, value, forms, type);
      if (complaint) {
        return complaint;
      }
    }
  }
  return undefined;
}

function checkText(property: string, value: string, forms: Forms, type: GeneralNameType): Complaint {
  if (type === 'directory' || typeof value !== 'string' || isPrivateKey(value)) {
    return `${property} must hold ${type === 'directory' ? 'distinguished names' : 'texts'}, got ${quote(value)}`;
  }
  return forms[type].isRight(value) ? undefined : `${property} must be ${forms[type].allowed}, got ${quote(value)}`;
}

function checkDirectory(property: string, value: SubjectValues): Complaint {
  return Object.values(value).some(each => each !== undefined) ? checkAttributes(value, property) : `${property} must have at least one attribute`;
}

/** Checks the names that a certificate carries in addition to its subject. */
export function checkAlternativeNames(lists: NameLists): Complaint {
  return checkLists('subjectAlternativeNames', lists, NAMES);
}

/** Checks the subtrees of names in the constraints of a CA. */
export function checkSubtrees(property: string, lists: NameLists): Complaint {
  return checkLists(property, lists, SUBTREES);
}

/** Checks the rules for the names that a request may ask for. */
export function checkNameRules(lists: NameLists): Complaint {
  return checkLists('allowedSubjectAlternativeNames', lists, RULES);
}
