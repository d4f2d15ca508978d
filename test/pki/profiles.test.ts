import 'reflect-metadata';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { CA_KEYS, DEVICE_KEYS, NOW, testCa, testCertificate, testContent } from './fixtures';
import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';
import { Certificate, parseCertificate } from '../../src/pki/certificate';
import { issue, Issuer, selfIssuer } from '../../src/pki/issue';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { openssl, temporaryFiles } from '../support/openssl';

x509.cryptoProvider.set(webcrypto as never);

const PLANT_CA = { commonName: 'Acme Plant CA' };

/** A CA below another one, with the key of a device of the fixtures. */
async function subordinateCa(issuer: Issuer, pathLength?: number): Promise<{ certificate: Buffer; issuer: Issuer }> {
  const certificate = await testCertificate(issuer, { profile: 'ca', subject: PLANT_CA, pathLength });
  const { subject, validity } = parseCertificate(certificate);
  return { certificate, issuer: { ...selfIssuer(subject, signerOf(DEVICE_KEYS.EC_P256)), validity, pathLength } };
}

describe('a CA', () => {
  test.each([[undefined], [0], [1]])('with the path length %s has it in node:crypto and @peculiar/x509 too', async pathLength => {
    for (const algorithm of ['RSA_2048', 'EC_P256'] as const) {
      const { certificate } = await testCa({ algorithm, pathLength });
      const constraints = new x509.X509Certificate(certificate).getExtension(x509.BasicConstraintsExtension)!;
      expect([constraints.ca, constraints.critical, constraints.pathLength]).toEqual([true, true, pathLength]);
      expect(new X509Certificate(certificate).ca).toBe(true);
    }
  });

  test.each(KEY_ALGORITHM_NAMES)('by %s can have a CA below it that other parsers recognise as one', async algorithm => {
    for (const hash of HASH_ALGORITHM_NAMES) {
      const root = await testCa({ algorithm, hash });
      const below = await testCertificate(root.issuer, { profile: 'ca', subject: PLANT_CA, hash, algorithm: 'RSA_2048', pathLength: 0 });
      const [node, peculiar] = [new X509Certificate(below), new x509.X509Certificate(below)];
      expect(node.ca).toBe(true);
      expect(node.checkIssued(new X509Certificate(root.certificate))).toBe(true);
      expect(node.verify(new X509Certificate(root.certificate).publicKey)).toBe(true);
      expect(await peculiar.verify({ publicKey: new x509.X509Certificate(root.certificate).publicKey, signatureOnly: true })).toBe(true);
      expect(peculiar.getExtension(x509.KeyUsagesExtension)!.usages).toBe(x509.KeyUsageFlags.keyCertSign + x509.KeyUsageFlags.cRLSign);
      expect(peculiar.getExtension(x509.ExtendedKeyUsageExtension)).toBeNull();
    }
  });
});

describe('OpenSSL', () => {
  const file = temporaryFiles();
  const pem = (der: Buffer) => toPem('CERTIFICATE', der);

  /** Verifies the last certificate, by way of those between it and the first. */
  const verify = (root: Buffer, ...path: readonly Buffer[]) => verifyFor('sslclient', root, ...path);

  function verifyFor(purpose: string, root: Buffer, ...path: readonly Buffer[]): { status: number | null; said: string } {
    const between = path.slice(0, -1).map(pem).join('');
    const { status, stdout, stderr } = openssl(['verify', '-x509_strict', '-attime', String(NOW.getTime() / 1000), '-purpose', purpose,
      '-CAfile', file('root.pem', pem(root)), ...between ? ['-untrusted', file('between.pem', between)] : [], file('leaf.pem', pem(path.at(-1)!))]);
    return { status, said: stdout + stderr };
  }

  test.each(KEY_ALGORITHM_NAMES)('takes a device by %s for a client and not for a server', async algorithm => {
    const { certificate, issuer } = await testCa({ algorithm });
    const device = await testCertificate(issuer, { algorithm });
    expect(verifyFor('sslclient', certificate, device).status).toBe(0);
    expect(verifyFor('sslserver', certificate, device)).toMatchObject({ status: 2, said: expect.stringContaining('certificate purpose') });
  });

  test('accepts a device below a CA below a CA, where the path lengths allow it', async () => {
    for (const [above, below] of [[1, 0], [undefined, undefined], [2, undefined]]) {
      const root = await testCa({ pathLength: above });
      const plant = await subordinateCa(root.issuer, below);
      expect(verify(root.certificate, plant.certificate, await testCertificate(plant.issuer, { algorithm: 'EC_P384' })).status).toBe(0);
    }
  });

  test('refuses what `issue` refuses: a CA below a path length of 0', async () => {
    const root = await testCa({ pathLength: 0 });
    await expect(subordinateCa(root.issuer)).rejects.toThrow('has a pathLength of 0');
    const plant = await subordinateCa({ ...root.issuer, pathLength: undefined }); // as if the issuer weren't limited
    const { status, said } = verify(root.certificate, plant.certificate, await testCertificate(plant.issuer, { algorithm: 'EC_P384' }));
    expect(status).not.toBe(0);
    expect(said).toContain('path length constraint exceeded');
  });

  test('refuses a device of another CA with the same name, with and without the same key identifier', async () => {
    const [own, other] = [await testCa({ algorithm: 'EC_P256' }), await testCa({ algorithm: 'EC_P384' })];
    const stranger = await testCertificate(other.issuer);
    const pretender = await testCertificate({ ...other.issuer, keyIdentifier: own.issuer.keyIdentifier });
    expect(verify(other.certificate, stranger).status).toBe(0);
    expect(verify(own.certificate, stranger)).toMatchObject({ status: 2, said: expect.stringContaining('unable to get local issuer certificate') });
    expect(verify(own.certificate, pretender)).toMatchObject({ status: 2, said: expect.stringContaining('certificate signature failure') });
  });
});

describe('a key that can\'t be declared', () => {
  const publicKeyEncoding = { type: 'spki', format: 'der' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve, publicKeyEncoding, privateKeyEncoding });
  const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength, publicKeyEncoding, privateKeyEncoding });
  const rsaPss = () => generateKeyPairSync('rsa-pss', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding });
  const ed448 = () => generateKeyPairSync('ed448', { publicKeyEncoding, privateKeyEncoding });

  /** A key of the fixtures that says its public exponent is 3. */
  function exponentThree(): Buffer {
    const exponent = Buffer.from('0203010001', 'hex');
    const spki = Buffer.from(signerOf(DEVICE_KEYS.RSA_2048).publicKey);
    expect(spki.subarray(-exponent.length)).toEqual(exponent);
    Buffer.from('0203000003', 'hex').copy(spki, spki.length - exponent.length);
    return spki;
  }

  test.each([
    ['P-224', () => ec('secp224r1').publicKey],
    ['secp256k1', () => ec('secp256k1').publicKey],
    ['Ed448', () => ed448().publicKey],
    ['RSA-PSS', () => rsaPss().publicKey],
    ['RSA of 1024 bits', () => rsa(1024).publicKey],
    ['RSA with the public exponent 3', exponentThree],
    ['nothing', () => Buffer.alloc(0)],
  ])('is refused: %s, of the subject or of the CA', async (_, keyOf) => {
    const { issuer } = await testCa();
    const publicKey = keyOf();
    await expect(issue(PROFILES.device, { ...testContent(issuer), publicKey }, issuer)).rejects.toThrow(
      `as SPKI DER, got another one of ${publicKey.length} bytes`);
    const sign = jest.fn(() => Buffer.alloc(64));
    await expect(testCertificate({ ...issuer, signer: { publicKey, sign } })).rejects.toThrow(`the CA's key must be ${KEY_ALGORITHM_NAMES.join(', ')}`);
    expect(sign).not.toHaveBeenCalled();
  });

  test.each([
    ['secp256k1', () => ec('secp256k1').privateKey],
    ['RSA of 2056 bits, which a subject may have', () => rsa(2056).privateKey],
  ])('is refused: %s, with a signer that would sign', async (_, keyOf) => {
    const { issuer } = await testCa();
    await expect(testCertificate({ ...issuer, signer: signerOf(keyOf()) })).rejects.toThrow(`the CA's key must be ${KEY_ALGORITHM_NAMES.join(', ')}`);
  });
});

describe('the parsing of a certificate', () => {
  /** What was read, without the octets that it was read from. */
  const valuesOf = ({ der: _, ...values }: Certificate) => JSON.stringify(values);

  test.each(['RSA_2048', 'EC_P256'] as const)('by %s fails, or reads another value, for any other octet among the first 60', async algorithm => {
    const { certificate } = await testCa({ algorithm, pathLength: 0 });
    const values = valuesOf(parseCertificate(certificate));
    const [alike, wrong]: [string[], unknown[]] = [[], []];
    for (let at = 0; at < 60; at++) {
      for (let difference = 1; difference < 256; difference++) {
        const changed = Buffer.from(certificate);
        changed[at] = (certificate[at] + difference) % 256;
        try {
          if (valuesOf(parseCertificate(changed)) === values) {
            alike.push(`octet ${at}: ${changed[at]}`);
          }
        } catch (error) {
          if (!(error instanceof Error) || error.constructor !== Error || error.message === '') {
            wrong.push(error);
          }
        }
      }
    }
    expect({ alike, wrong }).toEqual({ alike: [], wrong: [] });
    expect(valuesOf(parseCertificate(Buffer.from(certificate)))).toBe(values);
  });

  test('doesn\'t depend on where its octets stand', async () => {
    const { certificate } = await testCa({ algorithm: 'EC_P384' });
    const padded = Buffer.concat([Buffer.alloc(7, 0x30), certificate, Buffer.alloc(9, 0x30)]);
    expect(valuesOf(parseCertificate(padded.subarray(7, -9)))).toBe(valuesOf(parseCertificate(certificate)));
    expect(parseCertificate(certificate).publicKey).toEqual(signerOf(CA_KEYS.EC_P384).publicKey);
  });
});
