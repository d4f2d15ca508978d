import { AnyElement, anyElement, elementsOf, objectIdentifierText } from './der-values';
import { Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { isSameName } from '../../name-comparison';

/** Identifier octets of the string types of names, including types that this library does not write (X.680, section 8.4). */
export const STRING_TAG = {
  UTF8_STRING: Tag.UTF8_STRING,
  PRINTABLE_STRING: Tag.PRINTABLE_STRING,
  TELETEX_STRING: 0x14,
  IA5_STRING: 0x16,
  UNIVERSAL_STRING: 0x1c,
  BMP_STRING: 0x1e,
} as const;

/** An attribute of a name. */
export interface NameAttribute {
  /** Dotted. */
  readonly oid: string;
  /** The identifier octet of the value. */
  readonly tag: number;
  /** The octets of the value. */
  readonly value: Buffer;
  /** The value as text; `undefined` if it is not a string, or not a valid string of its type. */
  readonly text?: string;
}

/** A distinguished name (RFC 5280, section 4.1.2.4). */
export interface LintedName {
  readonly der: Buffer;
  /** The attributes that can be read. */
  readonly attributes: readonly NameAttribute[];
  /** Whether the name has no content, not even content that can't be read. */
  readonly empty: boolean;
  /** Whether all of it has the syntax of a name. */
  readonly readable: boolean;
}

/**
 * Reads as much of a name as can be read, so that a fault in the name hides nothing else.
 *
 * @param faults receives the faults of the encoding, and the reasons why a part can't be read
 */
export function readName(der: Buffer, what: string, faults: string[]): LintedName {
  const attributes: NameAttribute[] = [];
  const sets = new DerReader(der).sequence();
  const empty = !sets.more;
  let readable = true;
  for (let at = NaN; sets.more && sets.position !== at;) {
    at = sets.position; // if nothing was read, nothing more can be
    try {
      attributes.push(...readSet(sets.enter(Tag.SET), what, faults));
    } catch (error) {
      readable = false;
      faults.push(`${what} can't be read: ${(error as Error).message}`);
    }
  }
  return { der, attributes, empty, readable };
}

function readSet(set: DerReader, what: string, faults: string[]): NameAttribute[] {
  const members = elementsOf(set);
  if (members.length === 0) {
    throw new Error('there must be an attribute in each of its sets (RFC 5280, section 4.1.2.4)');
  }
  if (!isInOrder(members)) {
    faults.push(`${what} must have the attributes of a set in the order of their octets (X.690, 11.6)`);
  }
  return members.map(member => readAttribute(member.der));
}

/** Whether two names are the same (RFC 5280, section 7.1), in any encoding. */
export function isSameLintedName(one: LintedName, other: LintedName): boolean {
  return one.der.equals(other.der) || (one.readable && other.readable && isSameName(one.der, other.der));
}

function isInOrder(members: readonly AnyElement[]): boolean {
  return members.every((member, index) => index === 0 || members[index - 1].der.compare(member.der) <= 0);
}

function readAttribute(der: Buffer): NameAttribute {
  const fields = new DerReader(der).sequence();
  const oid = objectIdentifierText(fields);
  const { tag, contents } = anyElement(fields);
  fields.end();
  return { oid, tag, value: contents, text: textOf(tag, contents) };
}

function textOf(tag: number, value: Buffer): string | undefined {
  switch (tag) {
    case STRING_TAG.UTF8_STRING: {
      const text = value.toString('utf8');
      return Buffer.from(text, 'utf8').equals(value) ? text : undefined;
    }
    case STRING_TAG.PRINTABLE_STRING:
    case STRING_TAG.IA5_STRING:
    case STRING_TAG.TELETEX_STRING:
      return value.toString('latin1');
    case STRING_TAG.BMP_STRING:
      return value.length % 2 === 0 ? Buffer.from(value).swap16().toString('utf16le') : undefined;
    case STRING_TAG.UNIVERSAL_STRING:
      return universalText(value);
    default:
      return undefined;
  }
}

function universalText(value: Buffer): string | undefined {
  const characters: string[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) {
    const character = value.readUInt32BE(at);
    if (character > 0x10ffff) {
      return undefined;
    }
    characters.push(String.fromCodePoint(character));
  }
  return value.length % 4 === 0 ? characters.join('') : undefined;
}
