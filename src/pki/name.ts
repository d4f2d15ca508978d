import { attributeLabel } from './attribute-types';
import { element, objectIdentifier, printableString, sequence, setOfOne, utf8String } from './der';
import { NameAttribute, readSets, textOf } from './name-attributes';
import { PRINTABLE_STRING, SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectValues } from '../contract/subject-attributes';

const ATTRIBUTE_TYPES = new Map(SUBJECT_ATTRIBUTE_NAMES.map(name => [name, objectIdentifier(SUBJECT_ATTRIBUTES[name].oid)]));

/**
 * A subject as a DER Name. The attributes are in the order of `SUBJECT_ATTRIBUTES`, each value verbatim in a set of its own, so no value
 * can pass for two attributes. PrintableString where the characters allow it, otherwise UTF8String (RFC 5280, section 4.1.2.4). The
 * contract's rules check the values beforehand.
 */
export function encodeName(subject: SubjectValues): Buffer {
  const names: Buffer[] = [];
  for (const [attribute, type] of ATTRIBUTE_TYPES) {
    const value = subject[attribute];
    if (value !== undefined) {
      names.push(setOfOne(sequence(type, PRINTABLE_STRING.test(value) ? printableString(value) : utf8String(value))));
    }
  }
  return sequence(...names);
}

/**
 * A subject in the form of RFC 4514: from the particular to the general, with special characters escaped. It is for people to read;
 * certificates are made from the values.
 */
export function formatName(subject: SubjectValues): string {
  return SUBJECT_ATTRIBUTE_NAMES
    .filter(attribute => subject[attribute] !== undefined)
    .map(attribute => `${SUBJECT_ATTRIBUTES[attribute].label}=${escapeValue(subject[attribute]!)}`)
    .reverse()
    .join(',');
}

/** A DER Name of any origin in the form of RFC 4514. */
export function formatDerName(name: Buffer): string {
  return readSets(name).map(set => set.map(formatAttribute).join('+')).reverse().join(',');
}

function formatAttribute(attribute: NameAttribute): string {
  const { oid, tag, value } = attribute;
  const text = textOf(attribute);
  return `${attributeLabel(oid) ?? oid}=${text === undefined ? `#${element(tag, value).toString('hex')}` : escapeValue(text)}`;
}

/** RFC 4514, section 2.4. */
function escapeValue(value: string): string {
  return value
    .replace(/[\\"+,;<>]|^[ #]| $/g, '\\$&')
    .replace(/\0/g, '\\00');
}
