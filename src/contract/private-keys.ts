import { withoutInvisible } from './unsafe-characters';

/**
 * The beginning of a key in OpenSSH's format. A text without the NUL only names the format.
 * https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
const OPENSSH_MAGIC = 'openssh-key-v1\0';

/**
 * Whether a string is marked as a private key: by a PEM label, or by the mark of PuTTY or OpenSSH. A PEM label is also found in UTF-16 that
 * was read in another encoding, and if an editor has replaced its dashes and spaces by others.
 */
export function isPrivateKey(text: string): boolean {
  return text.includes(OPENSSH_MAGIC) || /BEGIN[^\n]{0,40}PRIVATE\s{0,8}KEY|PuTTY-User-Key-File-\d{1,2}:/i.test(withoutInvisible(text));
}

/** A PEM label and the key after it, with lines such as `DEK-Info` between them (RFC 1421). A program that only names the label holds no key. */
const LABEL_AND_KEY = /BEGIN[^\n]{0,40}PRIVATE\s{0,8}KEY(?: BLOCK)?\W{0,32}(?:[\w-]{1,20}: [^\n]{0,80}\n\s{0,4}){0,4}[A-Za-z0-9+/]{40}/i;
const PUTTY_KEY = /Private-Lines:\s{0,8}\d{1,4}\s{1,8}[A-Za-z0-9+/]{40}/;

/** A private JSON Web Key (RFC 7517), also in JSON within JSON, and with the quotation marks of other languages. */
const JWK_TYPE = /["']kty\\{0,8}["']/;
const JWK_NUMBER = /["']d\\{0,8}["']\s{0,8}:\s{0,8}\\{0,8}["'][\w-]{20,}/;

/** The secret exponent in the XML of .NET (`RSA.ToXmlString(true)`). */
const XML_NUMBER = /<D>\s{0,40}[A-Za-z0-9+/]{20}/;

/** The secret number as OpenSSL prints it (`openssl pkey -text`). */
const PRINTED_NUMBER = /priv(?:ateExponent)?:\s{0,40}(?:[0-9a-f]{2}:){15}/i;

/** How many times a string is decoded: an extension in base64 can hold a string in base64, which in turn can hold PEM. */
const MAX_DECODINGS = 3;

/** Shorter texts have no room for a key. */
const SHORTEST_TEXT = 40;

/**
 * Whether a string contains a private key, whatever surrounds it: PEM, PuTTY's format, a JSON Web Key, the XML of .NET, the output of
 * OpenSSL, or base64, base64url or hexadecimal digits of any of these, of OpenSSH's format, or of DER, encrypted or not. A truncated key
 * still counts as a key. The bare secret number of a key can't be told from any other number.
 *
 * The time is linear in the length of the text.
 */
export function holdsPrivateKey(text: string, decodings = MAX_DECODINGS): boolean {
  if (text.length < SHORTEST_TEXT) {
    return false;
  }
  const plain = withoutInvisible(text).replace(/\\[nr]/g, '\n'); // as in JSON
  return LABEL_AND_KEY.test(plain)
    || (plain.includes('PuTTY-User-Key-File') && PUTTY_KEY.test(plain))
    || (JWK_TYPE.test(plain) && JWK_NUMBER.test(plain))
    || (plain.includes('<RSAKeyValue') && XML_NUMBER.test(plain))
    || PRINTED_NUMBER.test(plain)
    || (decodings > 0 && decoded(plain).some(octets => holdsKey(octets, decodings - 1)));
}

function holdsKey(octets: Buffer, decodings: number): boolean {
  if (octets.includes(OPENSSH_MAGIC)) {
    return true;
  }
  for (let at = octets.indexOf(SEQUENCE); at >= 0; at = octets.indexOf(SEQUENCE, at + 1)) {
    if (beginsKey(octets, at)) {
      return true;
    }
  }
  return holdsPrivateKey(octets.toString('latin1'), decodings);
}

/** Decodes the runs of base64 and of hexadecimal digits in a string, from each place at which the encoded data can begin. */
function decoded(text: string): Buffer[] {
  const joined = text
    .replace(/%([0-9a-f]{2})/gi, (_, octet: string) => String.fromCharCode(parseInt(octet, 16))) // as in a URL
    .replace(/[\s\\]+/g, '');
  const digits = joined.replace(/0x|[:,.-]/gi, '');
  return [
    ...runsOf(/[\w+/-]{40,}/g, joined, 4).map(run => Buffer.from(run, 'base64')),
    ...runsOf(/[0-9a-f]{64,}/gi, digits, 2).map(run => Buffer.from(run, 'hex')),
  ];
}

function runsOf(pattern: RegExp, text: string, places: number): string[] {
  return (text.match(pattern) ?? []).flatMap(run => Array.from({ length: places }, (_, place) => run.slice(place)));
}

const [INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE] = [0x02, 0x04, 0x06, 0x30];

/** The beginnings of the object identifiers for encryption with a passphrase: PKCS#5 (RFC 8018) and PKCS#12 (RFC 7292, appendix C). */
const ENCRYPTION = ['2a864886f70d0105', '2a864886f70d010c01'];

/** A DER element, which may extend beyond the end of the octets. */
interface Element {
  readonly tag: number;
  readonly begin: number;
  readonly end: number;
}

type Check = (element: Element, octets: Buffer) => boolean;

const isOf = (tag: number, min: number, max = Infinity): Check => element =>
  element.tag === tag && element.end - element.begin >= min && element.end - element.begin <= max;
const isVersion: Check = (element, octets) => isOf(INTEGER, 1, 1)(element, octets) && octets[element.begin] <= 1;
const isAlgorithm: Check = ({ tag, begin }, octets) => tag === SEQUENCE && octets[begin] === OBJECT_IDENTIFIER;
const isEncryption: Check = (element, octets) => isAlgorithm(element, octets)
  && ENCRYPTION.some(identifier => octets.subarray(element.begin + 2).toString('hex', 0, identifier.length / 2) === identifier);

/**
 * The beginning of each form of private key. No certificate, request, public key or signature begins like any of these, so no further check
 * is needed.
 */
const KEY_FORMS: readonly (readonly Check[])[] = [
  [isVersion, isAlgorithm, isOf(OCTET_STRING, 1)], // PKCS#8: RFC 5958, section 2
  [isEncryption, isOf(OCTET_STRING, 1)], // PKCS#8, encrypted: RFC 5958, section 3
  [isVersion, isOf(OCTET_STRING, 20, 72)], // SEC 1: RFC 5915, section 3
  [isVersion, isOf(INTEGER, 32), isOf(INTEGER, 1), isOf(INTEGER, 16)], // PKCS#1: RFC 8017, appendix A.1.2; and OpenSSL's form of DSA
];

/** Whether the SEQUENCE at this place is a private key. */
function beginsKey(octets: Buffer, at: number): boolean {
  const whole = elementAt(octets, at);
  return whole !== undefined && KEY_FORMS.some(form => {
    let next = whole.begin;
    return form.every(check => {
      const element = elementAt(octets, next);
      next = element?.end ?? next;
      return element !== undefined && element.end <= whole.end && check(element, octets);
    });
  });
}

/** The element at this place, or `undefined` if its tag or length is truncated. An element of indefinite length (BER) has no end. */
function elementAt(octets: Buffer, at: number): Element | undefined {
  const first = octets[at + 1];
  const count = first <= 0x80 ? 0 : first - 0x80;
  const begin = at + 2 + count;
  if (first === undefined || count > 4 || begin > octets.length) {
    return undefined;
  }
  const length = first < 0x80 ? first : first === 0x80 ? Infinity : octets.readUIntBE(at + 2, count);
  return { tag: octets[at], begin, end: begin + length };
}
