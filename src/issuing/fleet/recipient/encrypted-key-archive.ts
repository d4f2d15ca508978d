import { envelopedData } from './enveloped-data';
import { RecipientKey } from '../../../pki/recipient-key';
import { DeviceKey, KeyArchive } from '../key-archive';

/** Stores an archive, and returns its name, which no other archive has. */
export type StoreArchive = (content: Buffer) => Promise<string>;

/**
 * Archives of private keys for one recipient: JSON Lines of `DeviceKey`, one for each key of a batch, in one CMS EnvelopedData. Only the recipient can read
 * them, and nothing here can read them again.
 */
export class EncryptedKeyArchive implements KeyArchive {
  /** @param recipient is asked once, when the first key was made */
  constructor(private readonly recipient: () => Promise<RecipientKey>, private readonly storeArchive: StoreArchive) {}

  public async store(keys: readonly DeviceKey[]): Promise<string> {
    const lines = keys.map(({ deviceId, serialNumber, privateKeyPem }) => `${JSON.stringify({ deviceId, serialNumber, privateKeyPem })}\n`).join('');
    return this.storeArchive(await envelopedData(Buffer.from(lines), await this.recipient()));
  }
}
