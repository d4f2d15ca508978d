import * as pem from '../../pki/pem-blocks';
import { CliError, messageOf } from '../cli-error';

/** Whether a text has a PEM block in it, one with this label where it is given. */
export function holdsPem(text: string, label?: string): boolean {
  return text.includes(label === undefined ? '-----BEGIN ' : `-----BEGIN ${label}-----`);
}

/**
 * Reads the blocks of a PEM text.
 *
 * @param where the file, for errors
 */
export function readPemBlocks(where: string, text: string): pem.PemBlock[] {
  try {
    return pem.readPemBlocks(text);
  } catch (error) {
    throw new CliError(`${where}: ${messageOf(error)}`);
  }
}
