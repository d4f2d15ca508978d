import { Answer } from './fetch-octets';
import { quote } from '../../contract/rules';
import { textOfFile } from '../../contract/text-of-file';
import { Tag } from '../../pki/der';
import { REVOCATION_LIST } from '../../pki/pem-blocks';
import { holdsPem, readPemBlocks } from '../certificates/pem-blocks';
import { CliError } from '../cli-error';
import { readRevocationList, RevocationList } from '../inspect/revocation-list';

/**
 * The revocation lists in the answer of a server or in a file, which must hold nothing else: one in DER, or any number in PEM.
 *
 * @param where where they are, for errors
 */
export function listsIn(where: string, { octets, mediaType }: Answer): RevocationList[] {
  const text = octets[0] === Tag.SEQUENCE ? '' : textOfFile(octets);
  if (holdsPem(text)) {
    return readPemBlocks(where, text).map(({ label, der }) => {
      if (label !== REVOCATION_LIST) {
        throw notALists(where, `the PEM block ${quote(label)}`);
      }
      return readRevocationList(where, der);
    });
  }
  if (octets[0] !== Tag.SEQUENCE) {
    throw notALists(where, octets.length === 0 ? 'nothing' : mediaType === undefined ? 'something else' : quote(mediaType));
  }
  return [readRevocationList(where, octets)];
}

function notALists(where: string, got: string): CliError {
  return new CliError(`${where}: there must be a certificate revocation list in DER or PEM, got ${got}`);
}
