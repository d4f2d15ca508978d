import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { CA_KEYS, DEVICE_KEYS } from './fixtures';
import { KEY_ALGORITHM_NAMES, KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { generateKeyPair, keyAlgorithmOfPublicKey, publicKeyOf } from '../../src/pki/keys';

function spkiOf(privateKeyPem: string): Buffer {
  return createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' });
}

describe('a generated key pair', () => {
  // RSA_3072 and RSA_4096 differ from RSA_2048 in a number, and take seconds to make.
  test.each<KeyAlgorithmName>(['RSA_2048', 'EC_P256', 'EC_P384'])('of %s is the one that node:crypto reads and writes', async algorithm => {
    const { privateKeyPem, publicKey } = await generateKeyPair(algorithm);
    expect(privateKeyPem).toBe(createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'pem' }));
    expect(publicKey).toEqual(spkiOf(privateKeyPem));
    expect(keyAlgorithmOfPublicKey(publicKey)).toBe(algorithm);
  });

  test('on a curve keeps its length if the private number begins with zeros', async () => {
    const pairs = await Promise.all(Array.from({ length: 5000 }, () => generateKeyPair('EC_P256')));
    expect(new Set(pairs.map(({ privateKeyPem }) => privateKeyPem.length)).size).toBe(1);
    const scalarOffset = 36; // of PKCS#8 for P-256
    const short = pairs.filter(({ privateKeyPem }) => Buffer.from(privateKeyPem.split('\n').slice(1, 3).join(''), 'base64')[scalarOffset] === 0);
    expect(short.length).toBeGreaterThan(0); // each with a probability of 1/256
    short.forEach(pair => {
      expect(publicKeyOf(pair.privateKeyPem)).toEqual(pair.publicKey);
      expect(pair.privateKeyPem).toBe(createPrivateKey(pair.privateKeyPem).export({ type: 'pkcs8', format: 'pem' }));
    });
  });

  test('differs each time', async () => {
    const pairs = await Promise.all(Array.from({ length: 50 }, () => generateKeyPair('EC_P384')));
    expect(new Set(pairs.map(({ publicKey }) => publicKey.toString('hex'))).size).toBe(50);
  });
});

describe('the public key of a private key', () => {
  test.each(KEY_ALGORITHM_NAMES)('of %s is its SPKI', algorithm => {
    expect(publicKeyOf(CA_KEYS[algorithm])).toEqual(spkiOf(CA_KEYS[algorithm]));
  });

  const secret = CA_KEYS.EC_P256.split('\n')[1];

  test.each([
    ['nothing', ''],
    ['no PEM', secret],
    ['a damaged PEM', CA_KEYS.EC_P256.replace(secret, secret.slice(4))],
    ['a PEM that is cut off', CA_KEYS.EC_P256.slice(0, 120)],
    ['another label', CA_KEYS.EC_P256.replace(/PRIVATE KEY/g, 'CERTIFICATE')],
    ['an encrypted key', generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
    }).privateKey],
  ])('is refused for %s without showing it', (_, pem) => {
    const error = (() => {
      try {
        return publicKeyOf(pem);
      } catch (thrown) {
        return thrown;
      }
    })() as Error & { cause?: unknown };
    expect(error.message).toBe('the private key must be PKCS#8 in PEM, not encrypted (-----BEGIN PRIVATE KEY-----), got a string that is not (not shown)');
    expect(error.stack).not.toContain(secret.slice(4, 20));
    expect(error.cause).toBeUndefined();
  });
});

describe('the algorithm of a public key', () => {
  test.each(KEY_ALGORITHM_NAMES)('is found for %s', algorithm => {
    expect(keyAlgorithmOfPublicKey(spkiOf(CA_KEYS[algorithm]))).toBe(algorithm);
    expect(keyAlgorithmOfPublicKey(spkiOf(DEVICE_KEYS[algorithm]))).toBe(algorithm);
  });

  const der = { type: 'spki', format: 'der' } as const;
  const p256 = spkiOf(CA_KEYS.EC_P256);
  const rsa = spkiOf(CA_KEYS.RSA_2048);
  const compressed = Buffer.concat([
    Buffer.from('3039301306072a8648ce3d020106082a8648ce3d03010703220002', 'hex'), p256.subarray(27, 27 + 32),
  ]);
  const withByte = (key: Buffer, at: number, value: number) => {
    const changed = Buffer.from(key);
    changed[changed.length + at] = value;
    return changed;
  };

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['an octet after the end', Buffer.concat([p256, Buffer.of(0)])],
    ['an octet less', p256.subarray(0, -1)],
    ['a compressed point', compressed],
    ['RSA with the public exponent 1', withByte(withByte(rsa, -3, 0), -1, 1)],
    ['RSA with the public exponent 65539', withByte(rsa, -1, 3)],
    ['RSA with a modulus of 2047 bits', withByte(rsa, -(256 + 5), 0x7f)],
    ['RSA of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export(der)],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey.export(der)],
    ['Ed448', generateKeyPairSync('ed448').publicKey.export(der)],
    ['P-224', generateKeyPairSync('ec', { namedCurve: 'P-224' }).publicKey.export(der)],
    ['secp256k1, of the same length as P-256 but for its identifier', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export(der)],
    ['brainpoolP256r1', generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }).publicKey.export(der)],
    ['explicit parameters', generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }).publicKey.export(der)],
  ])('is not one that can be declared for %s', (_, spki) => expect(keyAlgorithmOfPublicKey(spki)).toBeUndefined());
});
