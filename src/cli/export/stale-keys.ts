import { createPrivateKey, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { keyFileOf } from './key-files';
import { ExportedCertificate } from './manifest';
import { publicKeyOctets } from '../certificates/certificate-facts';
import { readBytesOr } from '../read-file';

/**
 * Private keys that an earlier export has left beside certificates which are renewed by now, and that this one does not write again.
 * They stay, because they may be the only copies, and a user of the two files is told in time.
 *
 * @param written the names of the files with keys that are written
 * @returns warnings
 */
export function staleKeys(folder: string, certificates: readonly ExportedCertificate[], written: ReadonlySet<string>): string[] {
  const files = [...new Set(certificates.map(({ entry }) => entry.file))];
  return files.flatMap(file => {
    const keyFile = keyFileOf(file);
    const publicKey = written.has(keyFile) ? undefined : publicKeyIn(join(folder, keyFile));
    return publicKey === undefined || certificates.some(({ facts, entry }) => entry.file === file && facts.spki.equals(publicKey)) ? []
      : [`${join(folder, keyFile)} is not the private key of ${join(folder, file)}, but of an earlier certificate; export again with the key, or move it away`];
  });
}

/** The public key that belongs to a file with an unencrypted private key, if it is one. */
function publicKeyIn(path: string): Buffer | undefined {
  const content = readBytesOr(path, () => undefined);
  try {
    return content && publicKeyOctets(createPublicKey(createPrivateKey(content)));
  } catch {
    return undefined;
  }
}
