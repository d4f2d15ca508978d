import { Tag } from './der';
import { DerReader } from './der-reader';
import { dotted, isMinimal } from './der-values';
import { STRING_TYPES } from './name-attributes';

/** Requests and their extensions have 8 levels; those with attributes of Windows have a few more. */
const MAX_DEPTH = 24;

const anything = (): boolean => true;

/** Unused bits must be zero (X.690, 11.2.1), and a BIT STRING without octets has no unused bits (8.6.2.3). */
function zeroUnusedBits(octets: Buffer): boolean {
  const unused = octets[0] ?? NaN;
  return octets.length > 1 ? unused <= 7 && octets[octets.length - 1] % 2 ** unused === 0 : unused === 0;
}

function completeIdentifier(octets: Buffer): boolean {
  dotted(octets);
  return true;
}

/**
 * The universal types of requests, each with a check that the contents are in the only form that DER allows (X.690, sections 8 and 11).
 * Strings in parts are not among them (10.2). The characters of strings are not checked.
 */
const UNIVERSAL: { readonly [tag: number]: (octets: Buffer) => boolean } = {
  [Tag.BOOLEAN]: octets => octets.length === 1 && (octets[0] === 0 || octets[0] === 0xff),
  [Tag.INTEGER]: isMinimal,
  [Tag.ENUMERATED]: isMinimal,
  [Tag.BIT_STRING]: zeroUnusedBits,
  [Tag.OCTET_STRING]: anything,
  ...Object.fromEntries(Object.keys(STRING_TYPES).map(tag => [tag, anything])),
  [Tag.NULL]: octets => octets.length === 0,
  [Tag.OBJECT_IDENTIFIER]: completeIdentifier,
  [Tag.UTC_TIME]: octets => /^\d{12}Z$/.test(octets.toString('latin1')),
  [Tag.GENERALIZED_TIME]: octets => /^\d{14}(\.\d*[1-9])?Z$/.test(octets.toString('latin1')),
};

/**
 * Makes sure that these octets are one element of DER, at all levels, with nothing after it, as a strict encoder would write it. Every set
 * is read as a SET OF, as all sets of X.509 are, so its elements must ascend.
 */
export function assertDer(octets: Buffer): void {
  const file = new DerReader(octets);
  assertElement(octets, file, MAX_DEPTH);
  file.end();
}

/** @param whole the whole input, to which the reader's positions refer */
function assertElement(whole: Buffer, reader: DerReader, depth: number): void {
  const { position, tag = NaN } = reader;
  if (!(tag % 0x20 < 31)) {
    throw new Error(`DER must have an element with a tag of one octet at offset ${position}`);
  }
  const constructed = Math.floor(tag / 0x20) % 2 === 1;
  const universal = tag < 0x40;
  if (!constructed) {
    const check = universal ? UNIVERSAL[tag] : anything;
    if (!check?.(reader.contents(tag))) {
      throw new Error(`DER must have the one form of each type and no other types than those of X.509, got another one at offset ${position}`);
    }
    return;
  }
  if (depth === 0 || (universal && tag !== Tag.SEQUENCE && tag !== Tag.SET)) {
    throw new Error(`DER must not have strings in parts, or more than ${MAX_DEPTH} levels, got them at offset ${position}`);
  }
  assertElements(whole, reader.enter(tag), depth - 1, tag === Tag.SET);
}

function assertElements(whole: Buffer, reader: DerReader, depth: number, ascending: boolean): void {
  let previous: Buffer | undefined;
  while (reader.more) {
    const begin = reader.position;
    assertElement(whole, reader, depth);
    if (ascending) {
      const element = whole.subarray(begin, reader.position);
      assertAscends(previous, element);
      previous = element;
    }
  }
}

/**
 * Makes sure that this element of a SET OF may follow the previous one (X.690, 11.6). No element is the beginning of another one, so the
 * order is that of the octets. Equal elements would be duplicates.
 */
export function assertAscends(previous: Buffer | undefined, element: Buffer): void {
  if (previous && previous.compare(element) >= 0) {
    throw new Error('DER must have the elements of a set in ascending order, and each once (X.690, 11.6)');
  }
}
