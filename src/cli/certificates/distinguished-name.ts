import { formatDerName } from '../../pki/name';
import { commonNameOf } from '../../pki/name-comparison';
import { printable } from '../cli-error';

/** A DER Name as RFC 4514 writes it, without characters that a terminal would act on. */
export function formatDistinguishedName(name: Buffer): string {
  return printable(formatDerName(name));
}

/** A short form of a DER Name: its common name, or the whole name if it has none. */
export function shortName(name: Buffer): string {
  const commonName = commonNameOf(name);
  return commonName === undefined ? formatDistinguishedName(name) || '(no name)' : printable(commonName);
}
