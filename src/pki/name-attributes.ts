import { Tag } from './der';
import { DerReader } from './der-reader';
import { PRINTABLE_STRING } from '../contract/subject-attributes';

/** An attribute of a name of any origin (RFC 5280, section 4.1.2.4). */
export interface NameAttribute {
  /** Dotted. */
  readonly oid: string;
  /** The identifier octet of the value; 0 if there is no value. */
  readonly tag: number;
  /** The octets of the value. */
  readonly value: Buffer;
}

/** The sets of attributes of a DER Name. */
export function readSets(name: Buffer): NameAttribute[][] {
  return DerReader.only(name).list(sets => readAttributes(sets.enter(Tag.SET)));
}

/** The attributes of a set, of which there must be one. */
export function readAttributes(set: DerReader): NameAttribute[] {
  return [readAttribute(set), ...set.list(readAttribute)];
}

const NO_VALUE = { tag: 0, contents: Buffer.alloc(0) };

function readAttribute(set: DerReader): NameAttribute {
  const fields = set.sequence();
  const oid = fields.objectIdentifier();
  const { tag, contents } = fields.more ? fields.any() : NO_VALUE;
  fields.end();
  return { oid, tag, value: contents };
}

/** A type of string that names have (X.680, section 8.4), or could have. */
interface StringType {
  readonly name: string;
  /** Returns `undefined` for octets that are not a string of this type; absent for types that are not read. */
  readonly decode?: (octets: Buffer) => string | undefined;
  /** The characters of the type; absent for types that have all those of the octets. */
  readonly characters?: RegExp;
}

/** All types by identifier octet. As OpenSSL does when it compares names, a TeletexString is taken for Latin 1 (X.690, 8.23, says otherwise). */
export const STRING_TYPES: { readonly [tag: number]: StringType | undefined } = {
  [Tag.UTF8_STRING]: { name: 'UTF8String', decode: utf8 },
  [Tag.PRINTABLE_STRING]: { name: 'PrintableString', decode: latin1, characters: PRINTABLE_STRING },
  [Tag.IA5_STRING]: { name: 'IA5String', decode: latin1, characters: /^[\0-\x7f]*$/ },
  [Tag.TELETEX_STRING]: { name: 'TeletexString', decode: latin1 },
  [Tag.VISIBLE_STRING]: { name: 'VisibleString', decode: latin1 },
  [Tag.UNIVERSAL_STRING]: { name: 'UniversalString', decode: utf32 },
  [Tag.BMP_STRING]: { name: 'BMPString', decode: utf16 },
  [Tag.NUMERIC_STRING]: { name: 'NumericString' },
};

/** The value of an attribute as text, whatever its characters; `undefined` if it is not a string, or not a string of its type. */
export function textOf({ tag, value }: Pick<NameAttribute, 'tag' | 'value'>): string | undefined {
  return STRING_TYPES[tag]?.decode?.(value);
}

function latin1(octets: Buffer): string {
  return octets.toString('latin1');
}

/** Only well-formed UTF-8 gives the same octets when it is encoded again. */
function utf8(octets: Buffer): string | undefined {
  const text = octets.toString('utf8');
  return Buffer.from(text, 'utf8').equals(octets) ? text : undefined;
}

function utf16(octets: Buffer): string | undefined {
  return octets.length % 2 === 0 ? Buffer.from(octets).swap16().toString('utf16le') : undefined;
}

/** The highest code point of Unicode. */
const LAST_CHARACTER = 0x10ffff;

function utf32(octets: Buffer): string | undefined {
  const characters = octets.length % 4 === 0 ? Array.from({ length: octets.length / 4 }, (_, index) => octets.readUInt32BE(4 * index)) : [NaN];
  return characters.every(character => character <= LAST_CHARACTER) ? characters.map(character => String.fromCodePoint(character)).join('') : undefined;
}
