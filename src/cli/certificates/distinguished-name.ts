import type { Name } from '@peculiar/x509';
import { SUBJECT_ATTRIBUTES } from '../../contract/subject-attributes';
import { printable } from '../cli-error';

/** Labels for the attribute types that the parser knows under another name or not at all. */
const LABELS: { readonly [type: string]: string | undefined } = {
  ...Object.fromEntries(Object.values(SUBJECT_ATTRIBUTES).map(({ oid, label }) => [oid, label])),
  E: 'emailAddress', // RFC 4514 has no label for it; OpenSSL uses this label
};

/** A name as RFC 4514 writes it: from the most specific part to the most general. */
export function formatDistinguishedName(name: Name): string {
  return name.toJSON()
    .map(attributes => Object.entries(attributes)
      .flatMap(([type, values]) => values.map(value => `${LABELS[type] ?? type}=${escapeValue(value)}`))
      .join('+'))
    .reverse()
    .join(',');
}

/** A short form of a name: its common name, or the whole name if it has none. */
export function shortName(name: Name): string {
  const [commonName] = name.getField('CN');
  return commonName === undefined ? formatDistinguishedName(name) || '(no name)' : printable(commonName);
}

/** Escapes a value as RFC 4514 does, section 2.4, and also escapes characters that a terminal would act on. */
function escapeValue(value: string): string {
  return printable(value.replace(/[\\"+,;<>]|^[ #]| $/g, '\\$&'));
}
