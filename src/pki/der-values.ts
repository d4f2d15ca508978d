/** What the contents of DER elements say (X.690, section 8). */

/** Whether the contents of an INTEGER have the fewest octets (X.690, 8.3.2). */
export function isMinimal(octets: Buffer): boolean {
  const [first, second] = octets;
  return octets.length === 1 || (octets.length > 1 && !(first === 0 && second < 0x80) && !(first === 0xff && second >= 0x80));
}

/** The contents of an INTEGER that is not negative, without a leading zero octet that only keeps it positive. */
export function magnitude(octets: Buffer): Buffer {
  if (!isMinimal(octets) || octets[0] >= 0x80) {
    throw new Error('DER must have numbers that are not negative, in the fewest octets');
  }
  return octets.length > 1 && octets[0] === 0 ? octets.subarray(1) : octets;
}

/** The number in octets that are not negative. It is exact up to 2^53; above, only the magnitude is right. */
export function numberOf(octets: Buffer): number {
  return Number(`0x${octets.toString('hex')}`);
}

/** The number of bits of a magnitude. */
export function bitsOf(octets: Buffer): number {
  return 8 * octets.length - Math.clz32(octets[0]) + 24;
}

/** Whether a bit is set in the contents of a BIT STRING. Bit 0 is the highest bit of the first octet, after the octet for unused bits. */
export function hasBit(contents: Buffer, bit: number): boolean {
  return Math.floor((contents[1 + Math.floor(bit / 8)] ?? 0) / 2 ** (7 - bit % 8)) % 2 === 1;
}

/** The octets of an arc of 128 bits, the longest possible arc, which is made from a UUID (X.667). */
const LONGEST_ARC = 19;

/** The dotted form of an object identifier's contents. Each arc must be in the fewest octets (X.690, 8.19.2). */
export function dotted(contents: Buffer): string {
  let text = '';
  let begin = 0;
  for (let at = 0; at < contents.length; at++) {
    if (contents[at] < 0x80) {
      const arc = arcOf(contents, begin, at + 1);
      text += begin > 0 ? `.${arc}` : firstArcs(arc);
      begin = at + 1;
    }
  }
  if (begin === 0 || begin < contents.length) {
    throw new Error('DER must have object identifiers that are complete');
  }
  return text;
}

/** The inverse of `base128` in der.ts. */
function arcOf(contents: Buffer, begin: number, end: number): bigint | number {
  if (contents[begin] === 0x80 || end - begin > LONGEST_ARC) {
    throw new Error('DER must have object identifiers in the fewest octets, of arcs of at most 128 bits');
  }
  if (end - begin > 7) {
    return contents.subarray(begin, end).reduce((value, octet) => 128n * value + BigInt(octet % 128), 0n);
  }
  let value = 0;
  for (let at = begin; at < end; at++) {
    value = 128 * value + contents[at] % 128;
  }
  return value;
}

/** Two arcs in one number: 40 times the first arc (0, 1 or 2), plus the second arc, which is below 40 unless the first is 2. */
function firstArcs(number: bigint | number): string {
  return number < 80 ? `${Math.floor(Number(number) / 40)}.${Number(number) % 40}` : `2.${BigInt(number) - 80n}`;
}
