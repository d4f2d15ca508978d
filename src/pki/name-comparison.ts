import { objectIdentifier, Tag } from './der';
import { DerReader } from './der-reader';
import { OID } from './object-identifiers';
import { comparableText, preparedText } from '../contract/comparable-text';
import { SUBJECT_ATTRIBUTES } from '../contract/subject-attributes';

const LABELS = new Map(Object.values(SUBJECT_ATTRIBUTES).map(({ oid, label }) => [objectIdentifier(oid).toString('hex'), label as string]));

/** An attribute of a name: its type, as the DER of the object identifier in hexadecimal digits, and its value. */
interface ReadAttribute {
  readonly type: string;
  readonly value: string;
}

const latin1 = (octets: Buffer) => octets.toString('latin1');

/** Decoders for strings, by tag. They match the way in which OpenSSL compares strings: it takes a TeletexString for Latin 1. */
const DECODERS: { readonly [tag: number]: ((octets: Buffer) => string) | undefined } = {
  [Tag.PRINTABLE_STRING]: latin1,
  [Tag.IA5_STRING]: latin1,
  [Tag.VISIBLE_STRING]: latin1,
  [Tag.TELETEX_STRING]: latin1,
  [Tag.UTF8_STRING]: octets => octets.toString('utf8'),
  [Tag.BMP_STRING]: utf16,
};

function utf16(octets: Buffer): string {
  return String.fromCharCode(...Array.from({ length: Math.floor(octets.length / 2) }, (_, index) => octets.readUInt16BE(2 * index)));
}

/** The attributes of a DER Name of any origin, by the sets that hold them. */
function readSets(name: Buffer): ReadAttribute[][] {
  const reader = new DerReader(name);
  const sets: ReadAttribute[][] = [];
  const list = reader.sequence();
  while (list.more) {
    const set = list.enter(Tag.SET);
    const attributes: ReadAttribute[] = [];
    while (set.more) {
      const attribute = set.sequence();
      const type = attribute.element(Tag.OBJECT_IDENTIFIER).toString('hex');
      const tag = attribute.nextTag;
      const contents = attribute.contents(tag);
      attributes.push({ type, value: DECODERS[tag]?.(contents) ?? `#${contents.toString('hex')}` });
    }
    sets.push(attributes);
  }
  return sets;
}

/** A DER Name for people to read, from the general to the particular. Attributes that are not known here appear with their identifiers. */
export function nameText(name: Buffer): string {
  return readSets(name).flat().map(({ type, value }) => `${LABELS.get(type) ?? type}=${value}`).join(', ');
}

/** The common name of a DER Name, if it has one. */
export function commonNameOf(name: Buffer): string | undefined {
  return valuesOf(name, OID.commonName)[0];
}

/** The values of an attribute in a DER Name. */
export function valuesOf(name: Buffer, oid: string): string[] {
  const wanted = objectIdentifier(oid).toString('hex');
  return readSets(name).flat().filter(({ type }) => type === wanted).map(({ value }) => value);
}

type Comparison = (text: string) => string;

function comparable(set: readonly ReadAttribute[], form: Comparison): string {
  return JSON.stringify(set.map(({ type, value }) => [type, form(value)].join('=')).sort());
}

function isPrefix(prefix: Buffer, name: Buffer, form: Comparison): boolean {
  const [first, whole] = [prefix, name].map(each => readSets(each).map(set => comparable(set, form)));
  return first.length <= whole.length && first.every((set, index) => set === whole[index]);
}

/** Whether a DER Name begins with another one, and so lies below it in the directory (RFC 5280, section 4.2.1.10). */
export function isPrefixOfName(prefix: Buffer, name: Buffer): boolean {
  return isPrefix(prefix, name, comparableText);
}

/** As `isPrefixOfName`, but under the complete rules for comparison, of which validators have only the simple ones. */
export function isPrefixOfPreparedName(prefix: Buffer, name: Buffer): boolean {
  return isPrefix(prefix, name, preparedText);
}

/** Whether two DER Names are the same (RFC 5280, section 7.1). */
export function isSameName(one: Buffer, other: Buffer): boolean {
  return isPrefixOfName(one, other) && isPrefixOfName(other, one);
}
