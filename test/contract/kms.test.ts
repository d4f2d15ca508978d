import { KeySpec, SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES, KEY_ALGORITHMS } from '../../src/contract/key-algorithms';
import {
  checkHashForKms, checkKeyAlgorithmForKms, checkSigningKey, defaultHashForKms, keyAlgorithmOfKeySpec, KMS_KEY_ALGORITHM_NAMES, KMS_KEY_SPECS,
} from '../../src/contract/kms';

test('the key specs are ones that KMS has, and lead back to their algorithms', () => {
  for (const name of KMS_KEY_ALGORITHM_NAMES) {
    const { keySpec } = KMS_KEY_SPECS[name]!;
    expect(Object.values<string>(KeySpec)).toContain(keySpec);
    expect(keyAlgorithmOfKeySpec(keySpec)).toBe(name);
  }
  expect(['SYMMETRIC_DEFAULT', 'ECC_SECG_P256K1', 'ECC_NIST_EDWARDS25519', ''].map(keyAlgorithmOfKeySpec)).toEqual(Array(4).fill(undefined));
});

test('a key in KMS can be of every algorithm but Ed25519', () => {
  expect(KEY_ALGORITHM_NAMES.filter(name => checkKeyAlgorithmForKms(name) !== undefined)).toEqual(['ED25519']);
  const complaint = 'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521 for a key in AWS KMS, got "ED25519"';
  expect(checkKeyAlgorithmForKms('ED25519')).toBe(complaint);
  expect(checkHashForKms('ED25519', 'SHA-512')).toBe(complaint);
  expect(defaultHashForKms('ED25519')).toBeUndefined();
});

test.each(KMS_KEY_ALGORITHM_NAMES)('%s signs over the digests of its family: any for RSA, the one of its size for a curve', name => {
  const { family, bits } = KEY_ALGORITHMS[name];
  const allowed = HASH_ALGORITHM_NAMES.filter(hash => checkHashForKms(name, hash) === undefined);
  expect(allowed).toEqual(family === 'RSA' ? [...HASH_ALGORITHM_NAMES] : [`SHA-${Math.min(bits, 512)}`]);
  expect(defaultHashForKms(name)).toBe(allowed[0]);
  const scheme = family === 'RSA' ? 'RSASSA_PKCS1_V1_5' : 'ECDSA';
  expect(Object.values<string>(SigningAlgorithmSpec)).toEqual(expect.arrayContaining(allowed.map(hash => `${scheme}_${hash.replace('-', '_')}`)));
});

test('a digest that KMS does not sign over is refused, and the message names the one that it does', () => {
  expect(checkHashForKms('EC_P384', 'SHA-256')).toBe('hashAlgorithm must be SHA-384 under a CA with an EC_P384 key in AWS KMS, got "SHA-256"');
});

describe('a key in KMS', () => {
  const SIGNING = { keyUsage: 'SIGN_VERIFY', keySpec: 'ECC_NIST_P256', algorithm: 'EC_P256' } as const;
  const specs = 'RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521';

  test('can be that of a CA if it signs, and has the declared algorithm', () => {
    expect([checkSigningKey('the key', SIGNING), checkSigningKey('the key', SIGNING, 'EC_P256')]).toEqual([undefined, undefined]);
  });

  test.each([
    [{ ...SIGNING, keyUsage: 'ENCRYPT_DECRYPT' }, undefined, 'the key must be a signing key (KeyUsage SIGN_VERIFY), got "ENCRYPT_DECRYPT"; name another key'],
    [{ ...SIGNING, keySpec: 'ECC_SECG_P256K1', algorithm: undefined }, undefined, `the key must have one of the KeySpecs ${specs}, got "ECC_SECG_P256K1"; name another key`],
    [{ ...SIGNING, keySpec: undefined, algorithm: 'ED25519' as const }, undefined, `the key must have one of the KeySpecs ${specs}, got another KeySpec; name another key`],
    [SIGNING, 'RSA_2048' as const, 'the key must have the KeySpec RSA_2048, because keyAlgorithm is RSA_2048, got "ECC_NIST_P256"; name another key'],
  ])('can\'t be that of a CA as %j, with the algorithm %s', (key, keyAlgorithm, message) => {
    expect(checkSigningKey('the key', key, keyAlgorithm)).toBe(message);
  });
});
