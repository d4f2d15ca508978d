import { contextTag, Tag } from './der';

/**
 * Reads DER strictly: definite lengths in the fewest octets, nothing after the end, booleans and numbers in their one form. Anything else
 * is damage or a forgery, and another reader may read something else in it.
 */
export class DerReader {
  private offset = 0;

  /** @param base the offset of these octets in the whole input, for messages */
  constructor(private readonly octets: Buffer, private readonly base = 0) {}

  /** Whether another element follows. */
  get more(): boolean {
    return this.offset < this.octets.length;
  }

  /** The identifier octet of the next element, or `undefined` at the end. */
  get tag(): number | undefined {
    return this.octets[this.offset];
  }

  /** The offset of the next element in the whole input. */
  get position(): number {
    return this.base + this.offset;
  }

  /** The tag of the next element, where it can be one of several. */
  get nextTag(): number {
    if (!this.more) {
      throw new Error(`DER is cut off: an element must follow at offset ${this.offset}`);
    }
    return this.octets[this.offset];
  }

  /** Whether an element with this tag follows. */
  follows(tag: number): boolean {
    return this.more && this.octets[this.offset] === tag;
  }

  /** The contents of the next element, which must have this tag. */
  contents(tag: number): Buffer {
    if (!this.follows(tag)) {
      throw new Error(`DER must have tag ${formatTag(tag)} at offset ${this.position}, got ${this.more ? formatTag(this.octets[this.offset]) : 'the end'}`);
    }
    const start = this.offset;
    const [length, header] = this.length(start + 1);
    const begin = start + 1 + header;
    if (begin + length > this.octets.length) {
      throw new Error(`DER is cut off: the element at offset ${this.position} has ${length} octets, ${this.octets.length - begin} are left`);
    }
    this.offset = begin + length;
    return this.octets.subarray(begin, this.offset);
  }

  /** The length at this offset, and the number of octets in which it is written. */
  private length(at: number): [length: number, octets: number] {
    const first = this.octets[at] ?? NaN;
    if (first < 0x80) {
      return [first, 1];
    }
    const count = first - 0x80;
    // Four octets reach four gigabytes, more than any certificate has.
    if (!(count >= 1 && count <= 4 && at + 1 + count <= this.octets.length)) {
      throw new Error(`DER must have a definite length at offset ${this.base + at}`);
    }
    const length = this.octets.readUIntBE(at + 1, count);
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new Error(`DER must have a length in the fewest octets at offset ${this.base + at}`);
    }
    return [length, 1 + count];
  }

  /** The next element as a whole, with tag, length and contents. */
  element(tag: number): Buffer {
    const start = this.offset;
    this.contents(tag);
    return this.octets.subarray(start, this.offset);
  }

  /** A reader of the contents of the next element, which must have this tag. */
  enter(tag: number): DerReader {
    const contents = this.contents(tag);
    return new DerReader(contents, this.position - contents.length);
  }

  sequence(): DerReader {
    return this.enter(Tag.SEQUENCE);
  }

  explicit(number: number): DerReader {
    return this.enter(contextTag(number, true));
  }

  /** The octets of an INTEGER that is not negative, without a leading zero octet that only keeps it positive. */
  unsigned(): Buffer {
    const octets = this.contents(Tag.INTEGER);
    const padded = octets.length > 1 && octets[0] === 0;
    if (octets.length === 0 || octets[0] >= 0x80 || (padded && octets[1] < 0x80)) {
      throw new Error('DER must have numbers that are not negative, in the fewest octets');
    }
    return padded ? octets.subarray(1) : octets;
  }

  /** A BOOLEAN that DEFAULTs to FALSE: absent, or TRUE. */
  flag(): boolean {
    if (!this.follows(Tag.BOOLEAN)) {
      return false;
    }
    const octets = this.contents(Tag.BOOLEAN);
    if (octets.length !== 1 || octets[0] !== 0xff) {
      throw new Error('DER must leave out a boolean that has its default value, and write TRUE as FF');
    }
    return true;
  }

  /** An object identifier in its dotted form (X.690, 8.19). */
  objectIdentifier(): string {
    return dotted(this.contents(Tag.OBJECT_IDENTIFIER));
  }

  /** A BIT STRING of whole octets. */
  bitString(): Buffer {
    const contents = this.contents(Tag.BIT_STRING);
    if (contents[0] !== 0) {
      throw new Error('DER must have a BIT STRING of whole octets here');
    }
    return contents.subarray(1);
  }

  /** Makes sure that nothing follows. */
  end(): void {
    if (this.more) {
      throw new Error(`DER must end at offset ${this.position}, got ${this.octets.length - this.offset} more octets`);
    }
  }
}

function formatTag(tag: number): string {
  return `0x${tag.toString(16).padStart(2, '0')}`;
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
