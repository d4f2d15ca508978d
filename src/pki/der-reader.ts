import { contextTag, Tag } from './der';

/**
 * Reads DER strictly: definite lengths in the fewest octets, nothing after the end, booleans and numbers in their one
 * form. What is read here was written by this library, so that anything else is damage or a forgery.
 */
export class DerReader {
  private offset = 0;

  constructor(private readonly octets: Buffer) {}

  /** Whether something follows. */
  get more(): boolean {
    return this.offset < this.octets.length;
  }

  /** The identifier octet of what follows, or `undefined` at the end. */
  get tag(): number | undefined {
    return this.octets[this.offset];
  }

  /** Whether an element with this tag follows. */
  follows(tag: number): boolean {
    return this.more && this.octets[this.offset] === tag;
  }

  /** The contents of the next element, which has this tag. */
  contents(tag: number): Buffer {
    const start = this.offset;
    if (!this.follows(tag)) {
      const found = this.more ? `0x${this.octets[start].toString(16).padStart(2, '0')}` : 'the end';
      throw new Error(`DER must have tag 0x${tag.toString(16).padStart(2, '0')} at offset ${start}, got ${found}`);
    }
    const [length, header] = this.length(start + 1);
    const begin = start + 1 + header;
    if (begin + length > this.octets.length) {
      throw new Error(`DER is cut off: the element at offset ${start} has ${length} octets, ${this.octets.length - begin} are left`);
    }
    this.offset = begin + length;
    return this.octets.subarray(begin, this.offset);
  }

  /** The length at this offset, and in how many octets it is written. */
  private length(at: number): [length: number, octets: number] {
    const first = this.octets[at] ?? NaN;
    if (first < 0x80) {
      return [first, 1];
    }
    const count = first - 0x80;
    // Four octets reach four gigabytes, more than any certificate has.
    if (!(count >= 1 && count <= 4 && at + 1 + count <= this.octets.length)) {
      throw new Error(`DER must have a definite length at offset ${at}`);
    }
    const length = this.octets.readUIntBE(at + 1, count);
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new Error(`DER must have a length in the fewest octets at offset ${at}`);
    }
    return [length, 1 + count];
  }

  /** The next element as a whole: tag, length and contents. */
  element(tag: number): Buffer {
    const start = this.offset;
    this.contents(tag);
    return this.octets.subarray(start, this.offset);
  }

  /** A reader of the contents of the next element, which has this tag. */
  enter(tag: number): DerReader {
    return new DerReader(this.contents(tag));
  }

  sequence(): DerReader {
    return this.enter(Tag.SEQUENCE);
  }

  explicit(number: number): DerReader {
    return this.enter(contextTag(number, true));
  }

  /** The octets of an INTEGER that is not negative, without the octet that only keeps it positive. */
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
      throw new Error(`DER must end at offset ${this.offset}, got ${this.octets.length - this.offset} more octets`);
    }
  }
}
