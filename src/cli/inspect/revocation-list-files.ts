import { readRevocationList, RevocationList } from './revocation-list';
import { readEntries } from '../certificates/file-entries';
import { CliError } from '../cli-error';
import { readInput } from '../read-file';

/**
 * The revocation lists in a file that `--crl` names.
 *
 * @throws CliError if it holds none
 */
export function revocationListsIn(file: string): RevocationList[] {
  const { name, content } = readInput(file);
  const lists = readEntries(name, content).flatMap(({ title, revocationList }) => revocationList ? [readRevocationList(title, revocationList)] : []);
  if (lists.length === 0) {
    throw new CliError(`--crl: ${file} must hold a certificate revocation list, and holds none`);
  }
  return lists;
}
