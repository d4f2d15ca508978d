import { constants, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import { CreateKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ContentInfo, EnvelopedData, KeyTransRecipientInfo } from 'pkijs';
import { kmsRecipient } from '../../../src/issuing/aws/kms-recipient';
import { EncryptedKeyArchive } from '../../../src/issuing/fleet/recipient/encrypted-key-archive';
import { envelopedData } from '../../../src/issuing/fleet/recipient/enveloped-data';
import { readRecipient } from '../../../src/pki/recipient-key';
import { awsCalls } from '../../support/aws-clients';
import { decryptCms } from '../../support/cms';
import { opensslCa } from '../../support/foreign-ca';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { opensslOutput } from '../../support/openssl';

const RSA = rsa(2048);

function rsa(modulusLength: number): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** The key of the content, as it is encrypted for the recipient. */
function encryptedKeyIn(der: Buffer): Buffer {
  const { content } = ContentInfo.fromBER(new Uint8Array(der).buffer);
  const [{ value }] = new EnvelopedData({ schema: content }).recipientInfos;
  return Buffer.from((value as KeyTransRecipientInfo).encryptedKey.valueBlock.valueHexView);
}

describe('an archive of private keys', () => {
  test('is read by OpenSSL with the private key of its recipient', async () => {
    const stored: Buffer[] = [];
    const archive = new EncryptedKeyArchive(async () => readRecipient('keyRecipient', RSA.publicKey), async content => `archive-${stored.push(content)}`);
    const keys = [1, 2].map(number => ({ deviceId: `sensor-${number}`, serialNumber: `0${number}`, privateKeyPem: `key ${number}` }));
    expect(await archive.store(keys)).toBe('archive-1');
    expect(decryptCms(stored[0], RSA.privateKey).toString().trim().split('\n').map(line => JSON.parse(line))).toEqual(keys);
    expect(stored[0].includes('key 1')).toBe(false);
  });

  test.each([0, 1, 15, 16, 17, 65_537])('has exactly the %d octets that it was given', async length => {
    const content = randomBytes(length);
    expect(decryptCms(await envelopedData(content, readRecipient('keyRecipient', RSA.publicKey)), RSA.privateKey)).toEqual(content);
  });

  test('is found by the certificate of its recipient, and can\'t be read with another key', async () => {
    const { certificate, key } = opensslCa('Recipient', { newKey: ['rsa:3072'] });
    const archive = await envelopedData(Buffer.from('secret'), readRecipient('keyRecipient', certificate));
    expect(decryptCms(archive, key, certificate).toString()).toBe('secret');
    expect(() => decryptCms(archive, RSA.privateKey)).toThrow('openssl cms ended');
  });

  test('is CMS EnvelopedData with RSAES-OAEP, SHA-256 and AES-256', async () => {
    const archive = await envelopedData(Buffer.from('secret'), readRecipient('keyRecipient', RSA.publicKey));
    const text = opensslOutput(['asn1parse', '-inform', 'DER'], archive);
    expect(text).toMatch(/pkcs7-envelopedData[^]*rsaesOaep[^]*sha256[^]*mgf1[^]*sha256[^]*pkcs7-data[^]*aes-256-cbc/);
    const contentKey = privateDecrypt({ key: RSA.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, encryptedKeyIn(archive));
    expect(contentKey).toHaveLength(32);
  });

  test('has another key and another vector each time', async () => {
    const recipient = readRecipient('keyRecipient', RSA.publicKey);
    const [one, other] = [await envelopedData(Buffer.from('secret'), recipient), await envelopedData(Buffer.from('secret'), recipient)];
    expect(one.equals(other)).toBe(false);
    expect(encryptedKeyIn(one).equals(encryptedKeyIn(other))).toBe(false);
  });

  test('is made for the public key that a KMS key has', async () => { // moto has no asymmetric Decrypt
    const client = new KMSClient({ endpoint: await motoUrl(), region: 'eu-central-1' });
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }));
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: KeyMetadata!.Arn }));
    expect((await kmsRecipient(client, awsCalls(), KeyMetadata!.Arn!)).publicKey).toEqual(Buffer.from(PublicKey!));
  }, MOTO_TIMEOUT);

  test('is not made for a KMS key that signs', async () => {
    const client = new KMSClient({ endpoint: await motoUrl(), region: 'eu-central-1' });
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }));
    await expect(kmsRecipient(client, awsCalls(), KeyMetadata!.Arn!)).rejects.toThrow('keyRecipient must be a KMS key with the usage ENCRYPT_DECRYPT');
  }, MOTO_TIMEOUT);
});

describe('the key of a recipient', () => {
  test.each<[string, string, string]>([
    ['of 1024 bits', rsa(1024).publicKey, 'an RSA key of at least 2048 bits, got RSA of 1024 bits'],
    ['on a curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'got a key of the type ec'],
    ['that is private', RSA.privateKey, 'got a private key (not shown)'],
    ['that is no PEM', 'ssh-rsa AAAA', 'got neither'],
    ['that is two', RSA.publicKey + RSA.publicKey, 'got 2 of them'],
    ['that is damaged', RSA.publicKey.replace(/^M.{20}/m, 'MAAA'), 'PUBLIC KEY'],
  ])('%s is refused with what is allowed', (_, pem, reason) => {
    expect(() => readRecipient('keyRecipient', pem)).toThrow(reason);
    expect(() => readRecipient('keyRecipient', pem)).toThrow(/^keyRecipient must be/);
  });
});
