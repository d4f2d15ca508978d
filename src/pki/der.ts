/**
 * The parts of the distinguished encoding rules (X.690, sections 8 to 11) that certificates and keys need. Every function returns a
 * complete element: tag, definite length in the fewest octets, contents.
 */

/** Identifier octets of the universal types (X.680, section 8.4). SEQUENCE and SET include the bit for "constructed". */
export const Tag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OBJECT_IDENTIFIER: 0x06,
  ENUMERATED: 0x0a,
  UTF8_STRING: 0x0c,
  NUMERIC_STRING: 0x12,
  PRINTABLE_STRING: 0x13,
  TELETEX_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  VISIBLE_STRING: 0x1a,
  UNIVERSAL_STRING: 0x1c,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** The identifier octet of a context-specific tag below 31: primitive, or constructed as EXPLICIT tags are. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) + number;
}

/** One element around contents that are already encoded. The parts are copied once, into a buffer of the final length. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) {
    length += part.length;
  }
  const header = headerLength(length);
  const der = Buffer.allocUnsafe(header + length);
  writeHeader(der, tag, length);
  let offset = header;
  for (const part of parts) {
    der.set(part, offset);
    offset += part.length;
  }
  return der;
}

/** The tag and the length of an element whose contents are this long, for contents that are too long to be copied once more. */
export function elementHeader(tag: number, length: number): Buffer {
  const octets = Buffer.allocUnsafe(headerLength(length));
  writeHeader(octets, tag, length);
  return octets;
}

/** An element around parts that are not copied: its header, and then the parts. `Buffer.concat` joins elements within elements at once. */
export function around(tag: number, ...parts: readonly Uint8Array[]): Uint8Array[] {
  return [elementHeader(tag, parts.reduce((sum, { length }) => sum + length, 0)), ...parts];
}

/** How many octets tag and length take (X.690, 8.1.3 and 10.1: definite, in the fewest octets). */
function headerLength(length: number): number {
  let octets = 2;
  for (let rest = length; length > 127 && rest > 0; rest = Math.floor(rest / 256)) {
    octets++;
  }
  return octets;
}

function writeHeader(der: Buffer, tag: number, length: number): void {
  der[0] = tag;
  if (length <= 127) {
    der[1] = length;
    return;
  }
  const octets = headerLength(length) - 2;
  der[1] = 0x80 + octets;
  der.writeUIntBE(length, 2, octets);
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(Tag.SEQUENCE, ...parts);
}

/** A SET of one element. Only there does the order of elements (X.690, 11.6) not matter. */
export function setOfOne(part: Uint8Array): Buffer {
  return element(Tag.SET, part);
}

/** A SET OF in the only order that DER allows: by the octets of the elements (X.690, 11.6). */
export function setOf(...parts: readonly Uint8Array[]): Buffer {
  return element(Tag.SET, ...[...parts].sort((a, b) => Buffer.compare(a, b)));
}

export function explicit(number: number, part: Uint8Array): Buffer {
  return element(contextTag(number, true), part);
}

/** TRUE. There is no FALSE: where X.509 has a BOOLEAN, FALSE is the default and DER leaves it out (X.690, 11.5). */
export const TRUE = element(Tag.BOOLEAN, Buffer.of(0xff));

export const NULL = element(Tag.NULL);

const ZERO = Buffer.alloc(1);

/** An INTEGER that is not negative, from a small number, or from big-endian octets with any number of leading zeros. */
export function integer(value: number | Uint8Array): Buffer {
  if (typeof value === 'number') {
    return integer(numberOctets(value));
  }
  let start = 0;
  while (value[start] === 0) {
    start++;
  }
  const magnitude = value.subarray(start); // of zero, nothing is left
  return magnitude[0] < 0x80
    ? element(Tag.INTEGER, magnitude)
    : element(Tag.INTEGER, ZERO, magnitude);
}

function numberOctets(value: number): Buffer {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** 48) {
    throw new RangeError(`a number must be whole and from 0 to 2^48 - 1, got ${Number(value)}`);
  }
  const octets = Buffer.alloc(6);
  octets.writeUIntBE(value, 0, 6);
  return octets;
}

/** An object identifier from its dotted form (X.690, 8.19). */
export function objectIdentifier(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  return element(Tag.OBJECT_IDENTIFIER, Buffer.from([40 * first + second, ...rest].flatMap(base128)));
}

/** Seven bits per octet, the highest first. The top bit is set in all octets but the last. */
function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(128 + rest % 128);
  }
  return octets;
}

export function octetString(contents: Uint8Array): Buffer {
  return element(Tag.OCTET_STRING, contents);
}

/** A BIT STRING of whole octets, as keys and signatures are. */
export function bitString(contents: Uint8Array): Buffer {
  return element(Tag.BIT_STRING, ZERO, contents);
}

/** A BIT STRING with named bits. Bit 0 is the highest bit of the first octet, and there are no trailing zero bits (X.690, 11.2.2). */
export function namedBits(bits: readonly number[]): Buffer {
  if (bits.length === 0) {
    return element(Tag.BIT_STRING, ZERO);
  }
  const last = Math.max(...bits);
  const octets = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const bit of new Set(bits)) {
    octets[Math.floor(bit / 8)] += 2 ** (7 - bit % 8);
  }
  return element(Tag.BIT_STRING, Buffer.of(7 - last % 8), octets);
}

/** The caller makes sure that the characters are those of PrintableString. */
export function printableString(text: string): Buffer {
  return element(Tag.PRINTABLE_STRING, Buffer.from(text, 'latin1'));
}

export function utf8String(text: string): Buffer {
  return element(Tag.UTF8_STRING, Buffer.from(text, 'utf8'));
}

/** Two octets per character (X.690, 8.23.8). The caller makes sure that no character needs a surrogate pair. */
export function bmpString(text: string): Buffer {
  return element(Tag.BMP_STRING, Buffer.from(text, 'utf16le').swap16());
}

/** Whether a certificate can contain a date: one in the years that `time` encodes. */
function isTime(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1950 && year <= 9999;
}

/**
 * A point in time as RFC 5280, section 4.1.2.5, requires it: UTCTime through 2049, GeneralizedTime from 2050, in UTC, with seconds.
 * Fractions of seconds are dropped.
 */
export function time(date: Date): Buffer {
  const year = date.getUTCFullYear();
  if (!isTime(date)) {
    throw new RangeError(`a date in a certificate must be in the years 1950 to 9999, got ${Number.isNaN(year) ? 'no date' : `the year ${year}`}`);
  }
  return year < 2050 ? timeElement(Tag.UTC_TIME, 0, date) : timeElement(Tag.GENERALIZED_TIME, 2, date);
}

/**
 * A point in time as GeneralizedTime in the one form that RFC 5280, section 4.1.2.5.2, allows: in UTC, with seconds and without fractions
 * of a second. Some fields have this type in every year, unlike the fields that `time` encodes.
 */
export function generalizedTime(date: Date): Buffer {
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    throw new RangeError(`a time must be in the years 0 to 9999, got ${Number.isNaN(year) ? 'no date' : `the year ${year}`}`);
  }
  return timeElement(Tag.GENERALIZED_TIME, 2, date);
}

/** @param first how many digits the century takes */
function timeElement(tag: number, first: number, date: Date): Buffer {
  const year = date.getUTCFullYear();
  const der = Buffer.allocUnsafe(first + 15);
  der[0] = tag;
  der[1] = der.length - 2;
  if (first > 0) {
    writeTwoDigits(der, 2, Math.floor(year / 100));
  }
  writeTwoDigits(der, first + 2, year % 100);
  writeTwoDigits(der, first + 4, date.getUTCMonth() + 1);
  writeTwoDigits(der, first + 6, date.getUTCDate());
  writeTwoDigits(der, first + 8, date.getUTCHours());
  writeTwoDigits(der, first + 10, date.getUTCMinutes());
  writeTwoDigits(der, first + 12, date.getUTCSeconds());
  der[first + 14] = 0x5a; // Z
  return der;
}

function writeTwoDigits(der: Buffer, offset: number, value: number): void {
  der[offset] = 0x30 + Math.floor(value / 10);
  der[offset + 1] = 0x30 + value % 10;
}
