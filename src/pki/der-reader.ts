import { contextTag, Tag } from './der';
import { dotted, isMinimal, magnitude } from './der-values';

/** An element of any type. */
export interface AnyElement {
  /** The identifier octet. */
  readonly tag: number;
  readonly contents: Buffer;
}

/**
 * Reads DER strictly: definite lengths in the fewest octets, nothing after the end, booleans and numbers in their one form. Anything else
 * is damage or a forgery, and another reader may read something else in it.
 */
export class DerReader {
  /** What a function reads in these octets, after which nothing may follow. */
  static whole<T>(octets: Buffer, read: (reader: DerReader) => T): T {
    const reader = new DerReader(octets);
    const result = read(reader);
    reader.end();
    return result;
  }

  /** A reader of the contents of the only element in these octets, which must have this tag. */
  static only(octets: Buffer, tag: number = Tag.SEQUENCE, base = 0): DerReader {
    const file = new DerReader(octets, base);
    const contents = file.enter(tag);
    file.end();
    return contents;
  }

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

  /** The next element, whatever its type. No type in a certificate has a tag of more than one octet. */
  any(): AnyElement {
    const { tag } = this;
    if (tag === undefined || tag % 32 === 31) {
      throw new Error(`DER must have an element here, got ${tag === undefined ? 'the end' : 'a tag of several octets'}`);
    }
    return { tag, contents: this.contents(tag) };
  }

  /** The contents of the next element if it has this tag. */
  optional(tag: number): Buffer | undefined {
    return this.follows(tag) ? this.contents(tag) : undefined;
  }

  /** What a function reads again and again, up to the end. */
  list<T>(read: (reader: DerReader) => T): T[] {
    const all: T[] = [];
    while (this.more) {
      all.push(read(this));
    }
    return all;
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

  /** A reader of the contents of the next element if it has this EXPLICIT tag. */
  optionalExplicit(number: number): DerReader | undefined {
    return this.follows(contextTag(number, true)) ? this.explicit(number) : undefined;
  }

  /** The octets of an INTEGER that is not negative, without a leading zero octet that only keeps it positive. */
  unsigned(): Buffer {
    return magnitude(this.contents(Tag.INTEGER));
  }

  /**
   * The octets of an INTEGER with its sign.
   *
   * @param faults receives the fault of more octets than necessary
   */
  integer(what: string, faults: string[]): Buffer {
    const octets = this.contents(Tag.INTEGER);
    if (octets.length === 0) {
      throw new Error(`${what} must have at least one octet`);
    }
    if (!isMinimal(octets)) {
      faults.push(`${what} must be an INTEGER in the fewest octets`);
    }
    return octets;
  }

  /**
   * A BOOLEAN that DEFAULTs to FALSE: absent, or TRUE (X.690, 11.1 and 11.5).
   *
   * @param faults receives the fault of another form, which most readers understand; without it, such a form is refused
   */
  flag(what?: string, faults?: string[]): boolean {
    const octets = this.optional(Tag.BOOLEAN);
    if (!octets) {
      return false;
    }
    const [octet] = octets;
    if (octets.length !== 1 || (octet !== 0xff && !faults)) {
      throw new Error('DER must leave out a boolean that has its default value, and write TRUE as FF');
    }
    if (octet !== 0xff) {
      faults!.push(`${what} must be left out where it is FALSE, its default, and be FF where it is TRUE, got ${formatTag(octet)}`);
    }
    return octet !== 0;
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
