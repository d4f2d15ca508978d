import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { DEVICE_KEYS, testCa, testContent } from './fixtures';
import { KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';
import { parseCertificate, verifyCertificate } from '../../src/pki/certificate';
import { bitString, integer, objectIdentifier, sequence } from '../../src/pki/der';
import { issue, largestCertificate } from '../../src/pki/issue';
import { keyAlgorithmOfPublicKey } from '../../src/pki/keys';
import { PROFILES } from '../../src/pki/profile';
import { describePublicKey, subjectKeyOf } from '../../src/pki/subject-key';
import { opensslOutput } from '../support/openssl';

const SPKI_DER = { type: 'spki', format: 'der' } as const;

/** An SPKI of so many bits, whatever its factors are. */
function rsaKey(bits: number, exponent = 65_537): Buffer {
  const modulus = Buffer.from((2n ** BigInt(bits) - 1n).toString(16).padStart(2 * Math.ceil(bits / 8), '0'), 'hex');
  return sequence(sequence(objectIdentifier('1.2.840.113549.1.1.1'), Buffer.of(5, 0)), bitString(sequence(integer(modulus), integer(exponent))));
}

describe('the name of a public key', () => {
  test.each(KEY_ALGORITHM_NAMES)('is the one by which it is declared: %s', algorithm => {
    expect(describePublicKey(createPublicKey(DEVICE_KEYS[algorithm]).export(SPKI_DER))).toBe(algorithm);
  });

  test('says the size of an RSA key, for every size from 2048 to 8192 bits', () => {
    for (let bits = 2048; bits <= 8192; bits += 8) {
      const key = rsaKey(bits);
      expect([describePublicKey(key), subjectKeyOf(key).family]).toEqual([`RSA_${bits}`, 'RSA']);
    }
  });

  test.each([
    ['RSA of 2040 bits', rsaKey(2040)], ['RSA of 2052 bits', rsaKey(2052)], ['RSA of 8200 bits', rsaKey(8200)],
    ['the public exponent 3', rsaKey(6144, 3)], ['an octet after the end', Buffer.concat([rsaKey(6144), Buffer.of(0)])],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export(SPKI_DER)], ['nothing', Buffer.alloc(0)],
  ])('is none for %s', (_, key) => {
    const message = `a public key must be RSA of 2048 to 8192 bits (a multiple of 8) with the public exponent 65537, or one of EC_P256, EC_P384, EC_P521, ED25519 as SPKI DER, got another one of ${key.length} bytes`;
    expect(() => describePublicKey(key)).toThrow(message);
    expect(() => subjectKeyOf(key)).toThrow(message);
  });
});

describe('a certificate for a key of a size that can\'t be declared', () => {
  test.each([2056, 2432, 5120, 8192])('of %d bits has its identifier, and the length that is foretold', async bits => {
    const publicKey = rsaKey(bits);
    const { issuer } = await testCa({ algorithm: 'RSA_2048' });
    const content = { ...testContent(issuer), publicKey };
    const der = await issue(PROFILES.device, content, issuer);
    const certificate = parseCertificate(der);
    verifyCertificate(certificate, issuer.signer.publicKey);
    expect(new X509Certificate(der).publicKey.export(SPKI_DER)).toEqual(publicKey);
    const text = opensslOutput(['x509', '-inform', 'DER', '-noout', '-text'], der);
    expect(text).toContain(`Public-Key: (${bits} bit)`);
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(text).toContain(certificate.keyIdentifier.toString('hex').toUpperCase().replace(/..(?!$)/g, '$&:'));

    const { subject, hashAlgorithm, validity } = content;
    expect(largestCertificate(PROFILES.device, { subject, hashAlgorithm, validity, publicKey }, { ...issuer, keyAlgorithm: 'RSA_2048' })).toHaveLength(der.length);
  });

  test('is refused for a CA that signs by it', async () => {
    const publicKey = rsaKey(6144);
    expect(keyAlgorithmOfPublicKey(publicKey)).toBeUndefined();
    const { issuer } = await testCa();
    const sign = jest.fn();
    await expect(issue(PROFILES.device, testContent(issuer), { ...issuer, signer: { publicKey, sign } })).rejects.toThrow('the CA\'s key must be RSA_2048');
    expect(sign).not.toHaveBeenCalled();
    expect(() => largestCertificate(PROFILES.ca, { subject: issuer.name, hashAlgorithm: 'SHA-256', publicKey }, undefined)).toThrow('the CA\'s key must be');
  });
});

test('the largest certificate is known by the key or by its algorithm, and by nothing else', async () => {
  const { issuer } = await testCa();
  for (const keyAlgorithm of KEY_ALGORITHM_NAMES) {
    const publicKey = createPublicKey(DEVICE_KEYS[keyAlgorithm]).export(SPKI_DER);
    const content = { subject: issuer.name, hashAlgorithm: 'SHA-256' } as const;
    for (const ca of [{ ...issuer, keyAlgorithm: 'EC_P256' } as const, undefined]) {
      const foretold = largestCertificate(PROFILES.ca, { ...content, keyAlgorithm }, ca);
      expect(largestCertificate(PROFILES.ca, { ...content, publicKey }, ca)).toHaveLength(foretold.length);
    }
  }
  expect(() => largestCertificate(PROFILES.ca, { subject: issuer.name, hashAlgorithm: 'SHA-256' }, undefined)).toThrow('got neither');
});
