import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { JsonMap } from '../../contract/json-map';
import { KeyArchive } from '../../issuing/fleet/key-archive';
import { EncryptedKeyArchive } from '../../issuing/fleet/recipient/encrypted-key-archive';
import { readRecipient } from '../../pki/recipient-key';
import { RawProperties } from '../../resource/property-values';
import { FileMode, localDisk } from '../disk';

/**
 * Stores archives of keys, encrypted for the recipient of a fleet, in a folder that only its owner may look into, and that all runs of the fleet share. They reach the disk before the certificates
 * reach the ledger, so an archive may be left of which the ledger has no certificate, but no certificate without its archive.
 *
 * @param template the properties of the fleet, which declares the public key of a recipient
 * @param folder the folder, in the directory of the local deployment
 */
export function keyArchive(template: RawProperties, directory: string, folder: string): KeyArchive {
  const recipient = readRecipient('keyRecipient', String((template.Recipient as JsonMap).PublicKeyPem));
  return new EncryptedKeyArchive(async () => recipient, async content => {
    const name = `${folder}/${randomUUID()}.p7m`;
    localDisk.makePrivateFolder(join(directory, folder));
    localDisk.replace(join(directory, name), content, FileMode.PRIVATE);
    return name;
  });
}
