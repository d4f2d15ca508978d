import { Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { NameAttribute, readAttributes, textOf } from '../../name-attributes';
import { isSameName } from '../../name-comparison';

/** An attribute of a name, with its text. */
export interface LintedAttribute extends NameAttribute {
  /** The value as text; `undefined` if it is not a string, or not a valid string of its type. */
  readonly text?: string;
}

/** A distinguished name (RFC 5280, section 4.1.2.4). */
export interface LintedName {
  readonly der: Buffer;
  /** The attributes that can be read. */
  readonly attributes: readonly LintedAttribute[];
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
  const attributes: LintedAttribute[] = [];
  const sets = DerReader.only(der);
  const empty = !sets.more;
  let readable = true;
  for (let at = NaN; sets.more && sets.position !== at;) {
    at = sets.position; // if nothing was read, nothing more can be
    try {
      attributes.push(...readSet(sets.contents(Tag.SET), what, faults));
    } catch (error) {
      readable = false;
      faults.push(`${what} can't be read: ${(error as Error).message}`);
    }
  }
  return { der, attributes, empty, readable };
}

function readSet(contents: Buffer, what: string, faults: string[]): LintedAttribute[] {
  if (contents.length === 0) {
    throw new Error('there must be an attribute in each of its sets (RFC 5280, section 4.1.2.4)');
  }
  const attributes = readAttributes(new DerReader(contents));
  if (attributes.some(({ tag }) => tag === 0)) {
    throw new Error('there must be a value in each of its attributes');
  }
  if (attributes.length > 1 && !isInOrder(new DerReader(contents).list(set => set.element(Tag.SEQUENCE)))) {
    faults.push(`${what} must have the attributes of a set in the order of their octets (X.690, 11.6)`);
  }
  // No attribute of RFC 5280 may be a VisibleString.
  return attributes.map(({ oid, tag, value }) => ({ oid, tag, value, text: tag === Tag.VISIBLE_STRING ? undefined : textOf({ tag, value }) }));
}

function isInOrder(elements: readonly Buffer[]): boolean {
  return elements.every((element, index) => index === 0 || elements[index - 1].compare(element) <= 0);
}

/** Whether two names are the same (RFC 5280, section 7.1), in any encoding. */
export function isSameLintedName(one: LintedName, other: LintedName): boolean {
  return one.der.equals(other.der) || (one.readable && other.readable && isSameName(one.der, other.der));
}
