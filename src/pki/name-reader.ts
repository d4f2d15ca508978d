import { Tag } from './der';
import { DerReader } from './der-reader';
import { quote } from '../contract/rules';
import { PRINTABLE_STRING, SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectAttributeFacts, SubjectValues } from '../contract/subject-attributes';

const ATTRIBUTES = new Map<string, SubjectAttribute>(SUBJECT_ATTRIBUTE_NAMES.map(name => [SUBJECT_ATTRIBUTES[name].oid, name]));

/** Attribute types that tools like to put into requests and that no certificate has here; their names are for messages. */
const OTHER_ATTRIBUTES: { readonly [oid: string]: string } = {
  '1.2.840.113549.1.9.1': 'emailAddress',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '2.5.4.4': 'SN',
  '2.5.4.9': 'street',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
};

/** The ways to get a different subject, for messages. */
const WAY_OUT = 'create the request again, or declare `subject`';

/**
 * Reads a DER Name from outside into plain values. They are verbatim; `checkSubject` checks whether a certificate may have them.
 *
 * It is strict, because a certificate is made from the values and must say what the request said: each set holds one attribute, and each
 * attribute occurs once and is one that certificates have here.
 */
export function readName(name: Buffer): SubjectValues {
  const values = new Map<SubjectAttribute, string>();
  const file = new DerReader(name);
  const names = file.sequence();
  file.end();
  while (names.more) {
    const set = names.enter(Tag.SET);
    const pair = set.sequence();
    if (set.more) {
      throw new Error(`subject must have one attribute in each of its sets, got several in one; ${WAY_OUT}`);
    }
    const attribute = attributeOf(pair.objectIdentifier());
    if (values.has(attribute)) {
      throw new Error(`subject must have each attribute once, got ${attribute} twice; ${WAY_OUT}`);
    }
    values.set(attribute, readString(pair, attribute));
    pair.end();
  }
  return Object.fromEntries(values);
}

function attributeOf(oid: string): SubjectAttribute {
  const attribute = ATTRIBUTES.get(oid);
  if (!attribute) {
    throw new Error(`subject must consist of ${SUBJECT_ATTRIBUTE_NAMES.join(', ')}, got ${OTHER_ATTRIBUTES[oid] ?? quote(oid)}; ${WAY_OUT}`);
  }
  return attribute;
}

/** How to read a type of string; `decode` returns `undefined` for octets that are not such a string. */
interface StringType {
  readonly name: string;
  readonly decode: (octets: Buffer) => string | undefined;
}

/** The types of DirectoryString that RFC 5280, section 4.1.2.4, allows for new certificates, and IA5String. */
const STRING_TYPES: { readonly [tag: number]: StringType } = {
  [Tag.PRINTABLE_STRING]: { name: 'PrintableString', decode: octets => only(octets, PRINTABLE_STRING) },
  [Tag.IA5_STRING]: { name: 'IA5String', decode: octets => only(octets, /^[\0-\x7f]*$/) },
  [Tag.UTF8_STRING]: { name: 'UTF8String', decode: wellFormed },
};

/** The octets as characters of one octet each, if the pattern allows all of them. */
function only(octets: Buffer, allowed: RegExp): string | undefined {
  const text = octets.toString('latin1');
  return allowed.test(text) ? text : undefined;
}

/** Only well-formed UTF-8 gives the same octets when it is encoded again. */
function wellFormed(octets: Buffer): string | undefined {
  const text = octets.toString('utf8');
  return Buffer.from(text, 'utf8').equals(octets) ? text : undefined;
}

function readString(reader: DerReader, attribute: SubjectAttribute): string {
  const { tag = NaN } = reader;
  const type = STRING_TYPES[tag];
  if (!type) {
    throw new Error(`subject.${attribute} must be a PrintableString, a UTF8String or an IA5String, got ${OTHER_STRINGS[tag] ?? 'another type'}; ${WAY_OUT}`);
  }
  if ((SUBJECT_ATTRIBUTES[attribute] as SubjectAttributeFacts).printableOnly && tag !== Tag.PRINTABLE_STRING) {
    throw new Error(`subject.${attribute} must be a PrintableString (RFC 5280, appendix A.1), got ${STRING_TYPES[tag].name}; ${WAY_OUT}`);
  }
  const octets = reader.contents(tag);
  const text = type.decode(octets);
  if (text === undefined) {
    throw new Error(`subject.${attribute} must consist of the characters of ${type.name}, got ${quote(octets.toString('latin1'))}; ${WAY_OUT}`);
  }
  return text;
}

/** String types on which no two readers agree (X.690, 8.23). */
const OTHER_STRINGS: { readonly [tag: number]: string } = {
  [Tag.NUMERIC_STRING]: 'a NumericString',
  [Tag.TELETEX_STRING]: 'a TeletexString',
  [Tag.UNIVERSAL_STRING]: 'a UniversalString',
  [Tag.BMP_STRING]: 'a BMPString',
};
