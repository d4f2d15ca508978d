import { attributeLabel } from './attribute-types';
import { Tag } from './der';
import { NameAttribute, readSets, STRING_TYPES, textOf } from './name-attributes';
import { quote } from '../contract/rules';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectAttributeFacts, SubjectValues } from '../contract/subject-attributes';

const ATTRIBUTES = new Map<string, SubjectAttribute>(SUBJECT_ATTRIBUTE_NAMES.map(name => [SUBJECT_ATTRIBUTES[name].oid, name]));

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
  for (const [read, ...others] of readSets(name)) {
    if (others.length > 0) {
      throw new Error(`subject must have one attribute in each of its sets, got several in one; ${WAY_OUT}`);
    }
    const attribute = attributeOf(read);
    if (values.has(attribute)) {
      throw new Error(`subject must have each attribute once, got ${attribute} twice; ${WAY_OUT}`);
    }
    values.set(attribute, valueOf(read, attribute));
  }
  return Object.fromEntries(values);
}

function attributeOf({ oid }: NameAttribute): SubjectAttribute {
  const attribute = ATTRIBUTES.get(oid);
  if (!attribute) {
    const kind = attributeLabel(oid) ?? quote(oid);
    throw new Error(`subject must consist of ${SUBJECT_ATTRIBUTE_NAMES.join(', ')}, got ${kind}; ${WAY_OUT}`);
  }
  return attribute;
}

/** The types of DirectoryString that RFC 5280, section 4.1.2.4, allows for new certificates, and IA5String. */
const READ_TYPES: readonly number[] = [Tag.PRINTABLE_STRING, Tag.UTF8_STRING, Tag.IA5_STRING];

function valueOf(read: NameAttribute, attribute: SubjectAttribute): string {
  const { tag, value } = read;
  const type = STRING_TYPES[tag];
  const kind = type?.name;
  if (!READ_TYPES.includes(tag)) {
    throw new Error(`subject.${attribute} must be a PrintableString, a UTF8String or an IA5String, got ${kind ? `a ${kind}` : 'another type'}; ${WAY_OUT}`);
  }
  if ((SUBJECT_ATTRIBUTES[attribute] as SubjectAttributeFacts).printableOnly && tag !== Tag.PRINTABLE_STRING) {
    throw new Error(`subject.${attribute} must be a PrintableString (RFC 5280, appendix A.1), got ${kind}; ${WAY_OUT}`);
  }
  const text = textOf(read);
  if (text === undefined || type?.characters?.test(text) === false) {
    throw new Error(`subject.${attribute} must consist of the characters of ${kind}, got ${quote(value.toString('latin1'))}; ${WAY_OUT}`);
  }
  return text;
}
