import { Ports } from '../ports';

/**
 * The passphrase that a user has put into a secret. One line end after it is ignored, because editors and `echo` add one.
 *
 * @throws Error that names the secret, and shows nothing of its content
 */
export async function passphraseIn(secretArn: string, ports: Pick<Ports, 'secretValue'>): Promise<string> {
  const value = await ports.secretValue(secretArn);
  const text = value?.toString();
  if (value === undefined || text === undefined || (Buffer.isBuffer(value) && !value.equals(Buffer.from(text)))) {
    throw new Error(`passphrase must be in the secret ${secretArn} as text, got ${value === undefined ? 'no value' : 'bytes that are not UTF-8'}`);
  }
  const passphrase = text.replace(/\r?\n$/, '');
  if (passphrase === '') {
    throw new Error(`passphrase must be in the secret ${secretArn} as text, got an empty text`);
  }
  return passphrase;
}
