import { createPrivateKey } from 'node:crypto';
import { DEVICE_KEYS, testCa, testCertificate } from './fixtures';
import { KEY_ALGORITHM_NAMES, KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { checkBundle, combinedPem, derOfPrivateKey, KeyBundle } from '../../src/pki/key-bundles';
import { toPem } from '../../src/pki/pem';
import { opensslOutput, temporaryFiles } from '../support/openssl';
import { assertNoPrivateKey } from '../support/secrecy';

const file = temporaryFiles();

async function bundle(algorithm: KeyAlgorithmName = 'EC_P256'): Promise<KeyBundle> {
  const ca = await testCa();
  return { privateKeyPem: DEVICE_KEYS[algorithm], certificate: await testCertificate(ca.issuer, { algorithm }), chain: [ca.certificate] };
}

/** The message of an error, which shows nothing of the key. */
function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    const { message, stack, cause } = error as Error & { cause?: unknown };
    expect(cause).toBeUndefined();
    assertNoPrivateKey([message, stack!], [DEVICE_KEYS.EC_P256]);
    return message;
  }
  throw new Error('there was no error');
}

describe('a key with its chain in one text', () => {
  test.each(KEY_ALGORITHM_NAMES)('has the key of %s, its certificate and the chain, and nothing more', async algorithm => {
    const parts = await bundle(algorithm);
    const text = combinedPem(parts);
    expect(text).toBe(opensslOutput(['pkey'], parts.privateKeyPem) + toPem('CERTIFICATE', parts.certificate) + toPem('CERTIFICATE', parts.chain[0]));
    const path = file(`${algorithm}.pem`, text);
    expect(opensslOutput(['x509', '-in', path, '-noout', '-pubkey'])).toBe(opensslOutput(['pkey', '-in', path, '-pubout']));
  });

  test('leaves out any text around the key', async () => {
    const { privateKeyPem, ...others } = await bundle();
    expect(combinedPem({ privateKeyPem: `a comment\n${privateKeyPem}\nanother`, ...others })).toBe(combinedPem({ privateKeyPem, ...others }));
    expect(combinedPem({ privateKeyPem, ...others, chain: [] }).match(/BEGIN/g)).toHaveLength(2);
  });

  test.each(KEY_ALGORITHM_NAMES)('is, for the key of %s alone, PKCS#8 in DER', algorithm => {
    const der = derOfPrivateKey(DEVICE_KEYS[algorithm]);
    expect(opensslOutput(['pkey', '-inform', 'DER'], der)).toBe(opensslOutput(['pkey'], DEVICE_KEYS[algorithm]));
    expect(der).toEqual(createPrivateKey(DEVICE_KEYS[algorithm]).export({ type: 'pkcs8', format: 'der' }));
  });
});

describe('a bundle', () => {
  test('is refused for the certificate of another key', async () => {
    const { certificate, chain } = await bundle('EC_P384');
    const wrong = { privateKeyPem: DEVICE_KEYS.EC_P256, certificate, chain };
    const message = 'certificate must be the certificate of the private key, got the certificate of another key';
    expect(failure(() => checkBundle(wrong))).toBe(message);
    expect(failure(() => combinedPem(wrong))).toBe(message);
  });

  test('is refused for no certificate, or for more than one', async () => {
    const parts = await bundle();
    const pem = Buffer.from(toPem('CERTIFICATE', parts.certificate));
    const two = Buffer.concat([parts.certificate, parts.certificate]);
    [Buffer.alloc(0), Buffer.from('noise'), pem, two].forEach(octets => {
      const end = `must be one X.509 certificate in DER, got ${octets.length} bytes that are not`;
      expect(failure(() => combinedPem({ ...parts, certificate: octets }))).toBe(`certificate ${end}`);
      expect(failure(() => combinedPem({ ...parts, chain: [...parts.chain, octets] }))).toBe(`chain[1] ${end}`);
    });
  });

  test('is refused for a key that can\'t be read', async () => {
    const parts = await bundle();
    const secret = parts.privateKeyPem.slice(30, 90);
    expect(() => combinedPem({ ...parts, privateKeyPem: secret })).toThrow(/got a string that is not \(not shown\)$/);
  });
});
