import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { ManifestFile } from './messages';
import { CliError, messageOf } from '../cli-error';

const CHUNK = 256 * 1024;

/** The SHA-256 of a manifest. */
export function digestOf({ path }: ManifestFile): string {
  const digest = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK);
  try {
    const file = openSync(path, 'r');
    try {
      for (let got = readSync(file, chunk); got > 0; got = readSync(file, chunk)) {
        digest.update(chunk.subarray(0, got));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new CliError(`--manifest ${path}: ${messageOf(error)}`);
  }
  return digest.digest('hex');
}
