import type { Name } from '@peculiar/x509';
import { SUBJECT_ATTRIBUTES } from '../../contract/subject-attributes';
import { printable } from '../cli-error';

/** Labels for the attribute types that the parser knows under another name or not at all. */
const LABELS: { readonly [type: string]: string | undefined } = {
  ...Object.fromEntries(Object.values(SUBJECT_ATTRIBUTES).map(({ oid, label }) => [oid, label])),
  E: 'emailAddress', // RFC 4514 gives it none; OpenSSL calls it so
};

/** A name as RFC 4514 writes it: from the particular to the general. */
export function formatDistinguishedName(name: Name): string {
  return name.toJSON()
    .map(attributes => Object.entries(attributes)
      .flatMap(([type, values]) => values.map(value => `${LABELS[type] ?? type}=${escapeValue(value)}`))
      .join('+'))
    .reverse()
    .join(',');
}

/** The common name, or else the whole name, for who needs a short one. */
export function shortName(name: Name): string {
  const [commonName] = name.getField('CN');
  return commonName === undefined ? formatDistinguishedName(name) || '(no name)' : printable(commonName);
}

/** RFC 4514, section 2.4; and nothing that a terminal would act upon. */
function escapeValue(value: string): string {
  return printable(value.replace(/[\\"+,;<>]|^[ #]| $/g, '\\$&'));
}
