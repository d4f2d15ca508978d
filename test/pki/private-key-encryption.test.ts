import { DEVICE_KEYS } from './fixtures';
import { toPem } from '../../src/pki/pem';
import { complaintOfEncryption, MAX_ITERATIONS } from '../../src/pki/private-key-encryption';
import { readAnyPrivateKey } from '../../src/pki/private-key-formats';
import { opensslOutput } from '../support/openssl';

/** An encrypted key of OpenSSL, in which some octets of the parameters (hex) are others of the same length. */
function encrypted(args: readonly string[], from: string, to: string): Buffer {
  const pem = opensslOutput(['pkcs8', '-topk8', ...args, '-passout', 'pass:secret'], DEVICE_KEYS.EC_P256);
  const hex = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64').toString('hex');
  expect(hex.slice(0, 200).split(from)).toHaveLength(2); // the parameters stand before the key
  return Buffer.from(hex.replace(from, to), 'hex');
}

const ITERATIONS = ['-iter', '100000'];
const WRITTEN = '02030186a0';
const MAX = '02031e8480';
const WAY_OUT = '; encrypt it again with openssl pkcs8 -topk8 -v2 aes-256-cbc';

describe('the key derivation of an encrypted key', () => {
  test.each([
    ['PBES2', ['-v2', 'aes-256-cbc', ...ITERATIONS]],
    ['PBE-SHA1-3DES', ['-v1', 'PBE-SHA1-3DES', ...ITERATIONS]],
  ])('of %s can repeat two million times, and not once more', (_, args) => {
    expect(MAX_ITERATIONS).toBe(0x1e8480);
    expect(complaintOfEncryption(encrypted(args, WRITTEN, MAX))).toBeUndefined();
    const beyond = encrypted(args, WRITTEN, '02031e8481');
    const message = `privateKey must be encrypted with at most 2000000 iterations of the key derivation, got 2000001${WAY_OUT}`;
    expect(complaintOfEncryption(beyond)).toBe(message);
    // Also where the passphrase is the right one: it is not tried.
    expect(() => readAnyPrivateKey(toPem('ENCRYPTED PRIVATE KEY', beyond), 'secret')).toThrow(message);
  });

  // The salt of 8 octets gives some of them to the number, so that the lengths around both stay true.
  test.each([['2^31', '0080000000', 2 ** 31], ['2^63', '008000000000000000', 2 ** 63]])('can\'t repeat %s times', (_, octets, value) => {
    const salted = encrypted(['-v2', 'aes-256-cbc', ...ITERATIONS], WRITTEN, WRITTEN).toString('hex');
    const salt = /0408[0-9a-f]{16}02030186a0/.exec(salted)![0];
    const length = octets.length / 2;
    const shorter = 8 - (length - 3);
    const changed = `04${shorter.toString(16).padStart(2, '0')}${'00'.repeat(shorter)}02${length.toString(16).padStart(2, '0')}${octets}`;
    expect(changed).toHaveLength(salt.length);
    expect(complaintOfEncryption(Buffer.from(salted.replace(salt, changed), 'hex')))
      .toBe(`privateKey must be encrypted with at most 2000000 iterations of the key derivation, got ${value}${WAY_OUT}`);
  });

  test('can\'t be negative', () => {
    expect(() => complaintOfEncryption(encrypted(['-v2', 'aes-256-cbc', ...ITERATIONS], WRITTEN, '0203ffffff'))).toThrow('not negative');
  });

  const [N, R, P] = ['02024000', '020108', '020101']; // 16384, 8, 1
  const scrypt = (n: string, r: string, p: string) => complaintOfEncryption(encrypted(['-scrypt'], N + R + P, n + r + p));

  test('of scrypt can take 16 MiB, 16 times', () => {
    expect(scrypt(N, R, P)).toBeUndefined();
    expect(scrypt(N, R, '020110')).toBeUndefined();
  });

  test.each([
    ['a larger block', N, '020109', P, 'N = 16384, r = 9, p = 1'],
    ['a higher cost', '02027fff', R, P, 'N = 32767, r = 8, p = 1'],
    ['more parallelization', N, R, '020111', 'N = 16384, r = 8, p = 17'],
  ])('of scrypt can\'t have %s', (_, n, r, p, found) => {
    expect(scrypt(n, r, p)).toBe(`privateKey must be encrypted with scrypt of N times r at most 131072 and p at most 16, got ${found}${WAY_OUT}`);
  });
});
