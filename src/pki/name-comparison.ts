import { attributeLabel } from './attribute-types';
import { NameAttribute, readSets, textOf } from './name-attributes';
import { OID } from './object-identifiers';
import { comparableText, preparedText } from '../contract/comparable-text';

/** A value as text; of other types and damaged strings, the octets. */
function shown(attribute: NameAttribute): string {
  return textOf(attribute) ?? `#${attribute.value.toString('hex')}`;
}

/** A DER Name for people to read, from the general to the particular. Attributes that are not known here appear with their identifiers. */
export function nameText(name: Buffer): string {
  return readSets(name).flat().map(attribute => `${attributeLabel(attribute.oid) ?? attribute.oid}=${shown(attribute)}`).join(', ');
}

/** The common name of a DER Name, if it has one. */
export function commonNameOf(name: Buffer): string | undefined {
  return valuesOf(name, OID.commonName)[0];
}

/** The values of an attribute in a DER Name. */
export function valuesOf(name: Buffer, oid: string): string[] {
  return readSets(name).flat().filter(attribute => attribute.oid === oid).map(shown);
}

type Form = (text: string) => string;

/** The sets of a name, each as a string that is the same for the same attributes in any order. */
function comparableSets(name: Buffer, form: Form): string[] {
  return readSets(name).map(set => JSON.stringify(set.map(attribute => `${attribute.oid}=${form(shown(attribute))}`).sort()));
}

function isPrefix(prefix: Buffer, name: Buffer, form: Form): boolean {
  const sets = comparableSets(name, form);
  return comparableSets(prefix, form).every((set, index) => set === sets[index]);
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
  return comparableSets(one, comparableText).join() === comparableSets(other, comparableText).join();
}
