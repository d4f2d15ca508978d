import { Tag } from '../../der';
import { DerReader } from '../../der-reader';

/** An element of any type: its identifier octet and its contents. */
export interface AnyElement {
  readonly tag: number;
  /** Tag, length and contents. */
  readonly der: Buffer;
  readonly contents: Buffer;
}

/** Reads the next element, whatever its type. No type in a certificate has a tag of more than one octet. */
export function anyElement(reader: DerReader): AnyElement {
  const { tag } = reader;
  if (tag === undefined || tag % 32 === 31) {
    throw new Error(`DER must have an element here, got ${tag === undefined ? 'the end' : 'a tag of several octets'}`);
  }
  const der = reader.element(tag);
  return { tag, der, contents: new DerReader(der).contents(tag) };
}

/** Reads all elements up to the end. */
export function elementsOf(reader: DerReader): AnyElement[] {
  const elements: AnyElement[] = [];
  while (reader.more) {
    elements.push(anyElement(reader));
  }
  return elements;
}

/** Reads all elements of a SEQUENCE OF, which must not be empty (`SIZE (1..MAX)` in RFC 5280, appendix A). */
export function atLeastOne<T>(reader: DerReader, read: (reader: DerReader) => T): T[] {
  if (!reader.more) {
    throw new Error('the list must not be empty');
  }
  const all: T[] = [];
  while (reader.more) {
    all.push(read(reader));
  }
  return all;
}

/** Reads the next element, an OBJECT IDENTIFIER, in its dotted form. */
export function objectIdentifierText(reader: DerReader): string {
  return dotted(reader.contents(Tag.OBJECT_IDENTIFIER));
}

/** The length of the longest arcs in use: UUIDs of 128 bits (X.667). */
const MAX_ARC_OCTETS = 19;

/** X.690, 8.19: each octet has seven bits of an arc, and its top bit is set except in the last octet of an arc. An arc has no leading zeros. */
function dotted(contents: Buffer): string {
  const arcs: (number | bigint)[] = [];
  let start = 0;
  for (let at = 0; at < contents.length; at++) {
    if (contents[at] < 0x80) {
      arcs.push(...arcs.length === 0 ? firstArcs(arcOf(contents, start, at)) : [arcOf(contents, start, at)]);
      start = at + 1;
    }
  }
  if (arcs.length === 0 || start < contents.length) {
    throw new Error('DER must have an OBJECT IDENTIFIER that is complete');
  }
  return arcs.join('.');
}

/** Reads one arc. Large arcs are rare, and use the slower type of number. */
function arcOf(contents: Buffer, start: number, end: number): number | bigint {
  if (contents[start] === 0x80 || end - start >= MAX_ARC_OCTETS) {
    throw new Error(`DER must have arcs of an OBJECT IDENTIFIER in the fewest octets, and at most ${MAX_ARC_OCTETS}`);
  }
  if (end - start >= 7) {
    return contents.subarray(start, end + 1).reduce((arc, octet) => arc * 128n + BigInt(octet % 128), 0n);
  }
  let arc = 0;
  for (let at = start; at <= end; at++) {
    arc = arc * 128 + contents[at] % 128;
  }
  return arc;
}

/** The first two arcs are encoded as one number (X.690, 8.19.4). */
function firstArcs(both: number | bigint): (number | bigint)[] {
  if (typeof both === 'bigint') {
    return [2, both - 80n];
  }
  const first = Math.min(Math.floor(both / 40), 2);
  return [first, both - 40 * first];
}

/**
 * Reads a BOOLEAN that DEFAULTs to FALSE, in the forms that occur in practice: DER leaves FALSE out and writes TRUE as FF (X.690, 11.1 and
 * 11.5). Other forms mean the same to most readers, so they are read and reported.
 *
 * @param faults receives the faults of the encoding
 */
export function tolerantFlag(reader: DerReader, what: string, faults: string[]): boolean {
  if (!reader.follows(Tag.BOOLEAN)) {
    return false;
  }
  const contents = reader.contents(Tag.BOOLEAN);
  if (contents.length !== 1) {
    throw new Error(`${what} must be a BOOLEAN of one octet, got ${contents.length}`);
  }
  const [octet] = contents;
  if (octet === 0) {
    faults.push(`${what} must be left out where it is FALSE, its default`);
  } else if (octet !== 0xff) {
    faults.push(`${what} must be FF where it is TRUE, got ${contents.toString('hex')}`);
  }
  return octet !== 0;
}

/** Reads the contents of an INTEGER unchanged. More octets than necessary are a fault of the encoding (X.690, 8.3.2). */
export function integerOctets(reader: DerReader, what: string, faults: string[]): Buffer {
  const octets = reader.contents(Tag.INTEGER);
  const [first, second = 0] = octets;
  if (octets.length === 0) {
    throw new Error(`${what} must have at least one octet`);
  }
  if (octets.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    faults.push(`${what} must be an INTEGER in the fewest octets`);
  }
  return octets;
}
