import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES } from './key-algorithms';
import { holdsPrivateKey, isPrivateKey } from './private-keys';
import { PRINTABLE_STRING, SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectValues } from './subject-attributes';
import { escapeUnsafeCharacters, hasUnsafeCharacter } from './unsafe-characters';

/**
 * What may be declared. The constructs ask at synthesis, the function asks again at deploy, and both say the same words:
 * the property as the user writes it, the value, and what is allowed. A rule answers `undefined` where nothing is wrong.
 */
export type Complaint = string | undefined;

/** The longest validity that is taken: 100 years of 365 days. A longer one is a mistake in the unit. */
export const MAX_VALIDITY_DAYS = 36_500;

/** RFC 5280 sets no bound on a path length; hierarchies of devices have at most a handful of levels. */
export const MAX_PATH_LENGTH = 10;

/** The most forms in which one key is delivered: each is a secret, written one after the other while CloudFormation waits. */
const MAX_DELIVERY_FORMATS = 20;

export function checkDeliveryFormats(number: number): Complaint {
  return number <= MAX_DELIVERY_FORMATS ? undefined : `deliveryFormats must be at most ${MAX_DELIVERY_FORMATS}, got ${number}`;
}

const MAX_QUOTED_CHARACTERS = 80;

/** ARNs are told apart by what is at their ends, and none of it is secret. */
const MAX_ARN_CHARACTERS = 160;

/** What may be a SEQUENCE of more than 30 octets in DER, in base64 or base64url. */
const SEQUENCE_IN_BASE64 = /(?<![\w+/-])M[B-I][\w+/-]{38}/g;

/** The tags of INTEGER and SEQUENCE, with one of which all forms of private keys begin within. */
const FIRST_TAGS: readonly (number | undefined)[] = [0x02, 0x30];

/** Whether base64 of DER that may be a private key begins anywhere in a text, and not only words that look like it. */
function mayHoldKey(text: string): boolean {
  return [...text.matchAll(SEQUENCE_IN_BASE64)].some(([run]) => {
    const octets = Buffer.from(run, 'base64');
    const lengthOctets = octets[1] < 0x80 ? 0 : octets[1] - 0x80;
    return FIRST_TAGS.includes(octets[2 + lengthOctets]);
  });
}

/**
 * A value as a message may show it: on one line, shortened, and never a private key that was pasted into the wrong place. Texts are in
 * quotation marks, and nothing else is.
 */
export function quote(value: unknown): string {
  if (typeof value !== 'string') {
    return nameOf(value);
  }
  const text = value;
  if (isPrivateKey(text) || holdsPrivateKey(text)) {
    return '(a private key, not shown)';
  }
  if (mayHoldKey(text)) {
    return '(base64 of DER, not shown, since it may be a private key)';
  }
  const start = shortened(text);
  return escapeUnsafeCharacters(JSON.stringify(start === text ? text : `${start}…`));
}

/** A value of the wrong type, or perhaps of the wrong one: "2" is `a text "2"`, and 2 is `2`. */
export function describe(value: unknown): string {
  return typeof value === 'string' ? `a text ${quote(value)}` : quote(value);
}

/** What stands in a message for a value that is no text. */
function nameOf(value: unknown): string {
  if (Array.isArray(value)) {
    return 'a list';
  }
  if (typeof value === 'function') {
    return 'a class or a function';
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const className: string | undefined = Object.getPrototypeOf(value)?.constructor?.name;
  return className === undefined || ['Object', ''].includes(className) ? 'a map' : `an object of the class ${shortened(className)}`;
}

const ARN = /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:/;

/** As much of a text as a message shows of it. */
export function shortened(text: string): string {
  return Array.from(text).slice(0, ARN.test(text) ? MAX_ARN_CHARACTERS : MAX_QUOTED_CHARACTERS).join('');
}

function oneOf(property: string, value: unknown, allowed: readonly string[]): Complaint {
  return allowed.includes(value as string) ? undefined : `${property} must be one of ${allowed.join(', ')}, got ${quote(value)}`;
}

export function checkKeyAlgorithm(value: unknown): Complaint {
  return oneOf('keyAlgorithm', value, KEY_ALGORITHM_NAMES);
}

export function checkHashAlgorithm(value: unknown): Complaint {
  return oneOf('hashAlgorithm', value, HASH_ALGORITHM_NAMES);
}

function integerBetween(property: string, value: unknown, min: number, max: number, unit?: string): Complaint {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
    ? undefined
    : `${property} must be a whole number ${unit === undefined ? '' : `of ${unit} `}from ${min} to ${max}, got ${describe(value)}`;
}

export function checkValidityDays(value: unknown): Complaint {
  return integerBetween('validity', value, 1, MAX_VALIDITY_DAYS, 'days');
}

export function checkGeneration(value: unknown, property = 'generation'): Complaint {
  return integerBetween(property, value, 1, 1_000_000);
}

export function checkPathLength(value: unknown): Complaint {
  return integerBetween('pathLength', value, 0, MAX_PATH_LENGTH, 'CAs below this one');
}

/** Embedded TLS stacks refuse longer values: mbedTLS at 256 bytes (MBEDTLS_X509_MAX_DN_NAME_SIZE). */
const MAX_VALUE_BYTES = 255;

/** RFC 5280, appendix A.1: character sets and upper bounds of the attribute types. */
export function checkSubjectAttribute(attribute: SubjectAttribute, value: unknown, property = `subject.${attribute}`): Complaint {
  const { maxLength, printableOnly } = SUBJECT_ATTRIBUTES[attribute] as { maxLength: number; printableOnly?: boolean };
  if (typeof value !== 'string') {
    return `${property} must be a text, got ${describe(value)}`;
  }
  if (isPrivateKey(value)) {
    return `${property} must not be a private key; take the key out of the declaration, and consider it disclosed`;
  }
  if (hasUnsafeCharacter(value)) {
    return `${property} must not contain control, direction or other invisible characters, or spaces other than the plain one, got ${quote(value)}`;
  }
  if (attribute === 'country' && !/^[A-Z]{2}$/.test(value)) {
    return `${property} must be a country code of two upper-case letters (ISO 3166-1), got ${quote(value)}`;
  }
  const length = Array.from(value).length;
  if (length < 1 || length > maxLength) {
    return `${property} must be 1 to ${maxLength} characters long, got ${length}: ${quote(value)}`;
  }
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    return `${property} must be at most ${MAX_VALUE_BYTES} bytes long in UTF-8, got ${Buffer.byteLength(value)}: ${quote(value)}`;
  }
  if (value !== value.trim()) {
    return `${property} must not begin or end with a space, got ${quote(value)}`;
  }
  if (printableOnly && !PRINTABLE_STRING.test(value)) {
    return `${property} must consist of letters, digits, spaces and ' ( ) + , - . / : = ? (PrintableString), got ${quote(value)}`;
  }
  return undefined;
}

/** What another stack says of a CA: its identity. */
export function checkCaId(value: unknown, property = 'caId'): Complaint {
  return /^ca-[0-9a-f]{32}$/.test(String(value)) ? undefined : `${property} must be the caId of a CA, ca- and 32 hexadecimal digits, got ${quote(value)}`;
}

/** How many CAs may stand above one: mbedTLS takes 8 (MBEDTLS_X509_MAX_INTERMEDIATE_CA). */
const MAX_DEPTH = 8;

export function checkDepth(value: unknown): Complaint {
  return integerBetween('depth', value, 0, MAX_DEPTH, 'CAs above the CA');
}

export function checkSha256Fingerprint(value: unknown): Complaint {
  return /^[0-9a-f]{64}$/.test(String(value)) ? undefined : `sha256Fingerprint must be 64 lower-case hexadecimal digits, got ${quote(value)}`;
}

/** What another stack says of a CA: its certificate, which is copied into outputs, and nothing that must not be there. */
export function checkCertificatePem(value: unknown): Complaint {
  return /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/.test(String(value)) ? undefined
    : `certificatePem must be PEM blocks with the label CERTIFICATE and nothing else, got ${quote(value)}`;
}

/** Checks a whole subject; every certificate here has a common name. */
export function checkSubject(subject: SubjectValues): Complaint {
  return checkAttributes(subject, 'subject') ?? (subject.commonName === undefined ? checkSubjectAttribute('commonName', '') : undefined);
}

/** Checks the attributes of a distinguished name. */
export function checkAttributes(name: SubjectValues, property: string): Complaint {
  const unknown = Object.keys(name).find(attribute => !(SUBJECT_ATTRIBUTE_NAMES as string[]).includes(attribute));
  if (unknown !== undefined) {
    return `${property} must consist of ${SUBJECT_ATTRIBUTE_NAMES.join(', ')}, got ${quote(unknown)}`;
  }
  return SUBJECT_ATTRIBUTE_NAMES
    .filter(attribute => name[attribute] !== undefined)
    .map(attribute => checkSubjectAttribute(attribute, name[attribute], `${property}.${attribute}`))
    .find(complaint => complaint !== undefined);
}

/**
 * A code that the CA's key signs as it is, not within a certificate. Whoever chooses it must not choose what else a signature
 * of a CA is good for, so that it is text of letters, digits and the marks of base64 and UUIDs: certificates, revocation lists,
 * requests and TLS handshakes have octets that are none of these, and a JSON Web Token has a dot.
 */
export function checkVerificationCode(value: unknown): Complaint {
  return typeof value === 'string' && /^[A-Za-z0-9+/=_-]{1,512}$/.test(value) ? undefined
    : `verificationCode must be 1 to 512 letters, digits and + / = _ -, got ${quote(value)}`;
}
