import { createPrivateKey, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { keyFileOf } from './key-files';
import { ExportedCertificate } from './manifest';
import { publicKeyOctets } from '../certificates/certificate-facts';
import { readBytesOr } from '../read-file';

/**
 * Warns of private keys that an earlier export left beside certificates which have been renewed since, and that this export does not write
 * again. The keys stay, because they may be the only copies. The warning reaches the user before the two files are used together.
 *
 * @param written the names of the key files that this export writes
 * @returns warnings
 */
export function staleKeys(folder: string, certificates: readonly ExportedCertificate[], written: ReadonlySet<string>): string[] {
  const files = [...new Set(certificates.map(({ entry }) => entry.file))];
  return files.flatMap(file => {
    const keyFile = keyFileOf(file);
    const publicKey = written.has(keyFile) ? undefined : publicKeyIn(join(folder, keyFile));
    return publicKey === undefined || certificates.some(({ facts, entry }) => entry.file === file && facts.spki.equals(publicKey)) ? []
      : [`${join(folder, keyFile)} is the private key of an earlier certificate, not of ${join(folder, file)}; `
        + 'export again with the key, or move it away'];
  });
}

/** The public key of the unencrypted private key in a file, if the file holds such a key. */
function publicKeyIn(path: string): Buffer | undefined {
  const content = readBytesOr(path, () => undefined);
  try {
    return content && publicKeyOctets(createPublicKey(createPrivateKey(content)));
  } catch {
    return undefined;
  }
}
