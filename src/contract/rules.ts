import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES } from './key-algorithms';
import { holdsPrivateKey, isPrivateKey } from './private-keys';
import { PRINTABLE_STRING, SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectValues } from './subject-attributes';
import { escapeUnsafeCharacters, hasUnsafeCharacter } from './unsafe-characters';

/**
 * A rule's complaint about a declaration: the property as the user writes it, the value, and what is allowed. The constructs check the
 * rules at synthesis, and the function checks them again at deployment, with the same messages. A rule returns `undefined` if nothing is
 * wrong.
 */
export type Complaint = string | undefined;

/** The longest validity that is accepted, in days: 100 years of 365 days. A longer validity is a mistake in the unit. */
export const MAX_VALIDITY_DAYS = 36_500;

/** RFC 5280 does not limit the path length. Device hierarchies have at most a handful of levels. */
export const MAX_PATH_LENGTH = 10;

/** The maximum number of forms in which one key is delivered. Each is a secret, written one after another while CloudFormation waits. */
const MAX_DELIVERY_FORMATS = 20;

export function checkDeliveryFormats(number: number): Complaint {
  return number <= MAX_DELIVERY_FORMATS ? undefined : `deliveryFormats must be at most ${MAX_DELIVERY_FORMATS}, got ${number}`;
}

const MAX_QUOTED_CHARACTERS = 80;

/** ARNs differ at their ends, and no part of an ARN is secret. */
const MAX_ARN_CHARACTERS = 160;

/** A possible DER SEQUENCE of at least 30 octets, in base64 or base64url. */
const SEQUENCE_IN_BASE64 = /(?<![\w+/-])M[B-I][\w+/-]{38}/g;

/** The tags of INTEGER and SEQUENCE. The content of every form of private key begins with one of these tags. */
const FIRST_TAGS: readonly (number | undefined)[] = [0x02, 0x30];

/** Whether base64 of DER that may be a private key begins anywhere in a string, as opposed to words that only look like base64. */
function mayHoldKey(text: string): boolean {
  return [...text.matchAll(SEQUENCE_IN_BASE64)].some(([run]) => {
    const octets = Buffer.from(run, 'base64');
    const lengthOctets = octets[1] < 0x80 ? 0 : octets[1] - 0x80;
    return FIRST_TAGS.includes(octets[2 + lengthOctets]);
  });
}

/**
 * Formats a value for a message: on one line, shortened, and never a private key that was pasted into the wrong place. Only texts are in
 * quotation marks.
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
    return '(base64 of DER, not shown, because it may be a private key)';
  }
  const start = shortened(text);
  return escapeUnsafeCharacters(JSON.stringify(start === text ? text : `${start}…`));
}

/** Formats a value whose type may be wrong: "2" becomes `a string "2"`, and 2 becomes `2`. */
export function describe(value: unknown): string {
  return typeof value === 'string' ? `a string ${quote(value)}` : quote(value);
}

/** How a message names a value that is not a string. */
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

/** The part of a string that a message shows. */
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

/** Embedded TLS stacks reject longer values: mbedTLS does so from 256 bytes on (MBEDTLS_X509_MAX_DN_NAME_SIZE). */
const MAX_VALUE_BYTES = 255;

/** RFC 5280, appendix A.1: character sets and upper bounds of the attribute types. */
export function checkSubjectAttribute(attribute: SubjectAttribute, value: unknown, property = `subject.${attribute}`): Complaint {
  const { maxLength, printableOnly } = SUBJECT_ATTRIBUTES[attribute] as { maxLength: number; printableOnly?: boolean };
  if (typeof value !== 'string') {
    return `${property} must be a string, got ${describe(value)}`;
  }
  if (isPrivateKey(value)) {
    return `${property} must not be a private key; take the key out of the declaration, and consider it disclosed`;
  }
  if (hasUnsafeCharacter(value)) {
    return `${property} must not contain control, direction or other invisible characters, or spaces other than the plain space, got ${quote(value)}`;
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

/** Checks the identity of a CA, as another stack states it. */
export function checkCaId(value: unknown, property = 'caId'): Complaint {
  return /^ca-[0-9a-f]{32}$/.test(String(value)) ? undefined
    : `${property} must be the caId of a CA, ca- followed by 32 hexadecimal digits, got ${quote(value)}`;
}

/** The maximum number of CAs above a CA: mbedTLS accepts 8 (MBEDTLS_X509_MAX_INTERMEDIATE_CA). */
const MAX_DEPTH = 8;

export function checkDepth(value: unknown): Complaint {
  return integerBetween('depth', value, 0, MAX_DEPTH, 'CAs above the CA');
}

export function checkSha256Fingerprint(value: unknown): Complaint {
  return /^[0-9a-f]{64}$/.test(String(value)) ? undefined : `sha256Fingerprint must be 64 lower-case hexadecimal digits, got ${quote(value)}`;
}

/** Checks the certificate of a CA, as another stack states it. The text is copied into outputs, so it must hold nothing else. */
export function checkCertificatePem(value: unknown, property: string): Complaint {
  return /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/.test(String(value)) ? undefined
    : `${property} must be PEM blocks with the label CERTIFICATE and nothing else, got ${quote(value)}`;
}

/** Checks a whole subject. Every certificate of this library has a common name. */
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
 * Checks a code that the CA's key signs as it is, not within a certificate. The author of the code must not be able to use the CA's
 * signature for anything else. A code therefore consists of letters, digits and the marks of base64 and UUIDs. Certificates, revocation
 * lists, requests and TLS handshakes have other octets too, and a JSON Web Token has a dot.
 */
export function checkVerificationCode(value: unknown): Complaint {
  return typeof value === 'string' && /^[A-Za-z0-9+/=_-]{1,512}$/.test(value) ? undefined
    : `verificationCode must be 1 to 512 letters, digits and + / = _ -, got ${quote(value)}`;
}
