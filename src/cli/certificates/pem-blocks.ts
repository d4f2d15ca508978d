import * as pem from '../../pki/pem-blocks';
import { CliError, messageOf } from '../cli-error';

/** Whether a string contains a PEM block; if a label is given, a block with this label. */
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
