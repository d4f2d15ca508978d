import { listsIn } from './lists-in';
import { toPem } from '../../pki/pem';
import { REVOCATION_LIST } from '../../pki/pem-blocks';
import { CliError, messageOf } from '../cli-error';
import { Disk, FileMode } from '../disk';
import { RevocationList } from '../inspect/revocation-list';

/** How lists are written: PEM holds any number of them, DER only one. */
export type ListForm = 'PEM' | 'DER';

/** What a file of lists holds. */
export interface ListFile {
  readonly octets: Buffer;
  readonly lists: readonly RevocationList[];
}

/**
 * The lists in a file; none if the file is empty or does not exist.
 *
 * @param earlier what was in the file before, which is not parsed again if it is still there: a list can have a million entries
 * @throws CliError if it holds anything else, which must not be overwritten
 */
export function readListFile(path: string, disk: Disk, earlier?: ListFile): ListFile {
  const octets = disk.read(path) ?? Buffer.alloc(0);
  if (earlier?.octets.equals(octets)) {
    return earlier;
  }
  try {
    return { octets, lists: octets.length === 0 ? [] : listsIn(path, { octets }) };
  } catch (error) {
    throw new CliError(`${messageOf(error)}; this file is not overwritten: move it away, or choose another one with --out`);
  }
}

/**
 * Writes lists to a file, unless it holds them in this form already.
 *
 * @param before what is in the file
 * @returns whether the file has changed
 */
export function writeListFile(path: string, before: ListFile, lists: readonly RevocationList[], form: ListForm, disk: Disk): boolean {
  if (form === 'DER' && lists.length > 1) {
    throw new CliError(`${path}: a file in DER holds one revocation list, and there are ${lists.length}, of ${lists.map(({ issuer }) => issuer).join(' and ')}; `
      + 'leave out --der, or give each CA a file of its own');
  }
  const content = form === 'DER' ? lists[0].crl.der : Buffer.from(lists.map(({ crl: { der } }) => toPem(REVOCATION_LIST, der)).join(''));
  if (before.octets.equals(content)) {
    return false;
  }
  disk.replace(path, content, FileMode.PUBLIC);
  return true;
}
