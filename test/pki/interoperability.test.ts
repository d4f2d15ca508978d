import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { CA_KEYS, CA_SUBJECT, DEVICE_KEYS, DEVICE_SUBJECT, testCa, testCertificate } from './fixtures';
import { HASH_ALGORITHM_NAMES, HashAlgorithmName, KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, KeyAlgorithmName, KeyFamily } from '../../src/contract/key-algorithms';
import { parseCertificate, verifyCertificate } from '../../src/pki/certificate';
import { Issuer } from '../../src/pki/issue';
import { publicKeyOf } from '../../src/pki/keys';
import { ProfileName } from '../../src/pki/profile';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

interface Extensions {
  readonly ca: boolean;
  readonly pathLength?: number;
  readonly keyUsage: number;
  readonly extendedKeyUsage?: string[];
  readonly noCheck?: true;
}

const { digitalSignature, keyEncipherment, keyCertSign, cRLSign } = x509.KeyUsageFlags;

/** id-pkix-ocsp-nocheck (RFC 6960, section 4.2.2.2.1). */
const NO_CHECK = '1.3.6.1.5.5.7.48.1.5';

/** What each profile has to say, written down a second time. */
const EXPECTED: { readonly [N in ProfileName]: (family: KeyFamily) => Extensions } = {
  ca: () => ({ ca: true, pathLength: 1, keyUsage: keyCertSign + cRLSign }),
  verification: () => ({ ca: false, keyUsage: digitalSignature }),
  device: () => ({ ca: false, keyUsage: digitalSignature, extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] }),
  devid: () => ({ ca: false, keyUsage: digitalSignature }),
  server: family => ({
    ca: false, keyUsage: family === 'RSA' ? digitalSignature + keyEncipherment : digitalSignature, extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
  }),
  ocspResponder: () => ({ ca: false, keyUsage: digitalSignature, extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'], noCheck: true }),
};

/** The profile's extensions as @peculiar/x509 reads them. */
function extensionsOf(certificate: x509.X509Certificate): Extensions {
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension)!;
  const usage = certificate.getExtension(x509.KeyUsagesExtension)!;
  const extended = certificate.getExtension(x509.ExtendedKeyUsageExtension);
  expect([constraints.critical, usage.critical, extended?.critical ?? false]).toEqual([true, true, false]);
  return {
    ca: constraints.ca,
    ...constraints.pathLength === undefined ? {} : { pathLength: constraints.pathLength },
    keyUsage: usage.usages,
    ...extended ? { extendedKeyUsage: extended.usages as string[] } : {},
    ...certificate.getExtension(NO_CHECK) ? { noCheck: true } : {},
  };
}

/** The subjects as @peculiar/x509 reads them: one attribute a set. */
const DEVICE_NAME = [{ O: ['Acme'] }, { '2.5.4.5': ['A-0001'] }, { CN: [DEVICE_SUBJECT.commonName] }];
const SUBJECTS: { readonly [N in ProfileName]: object[] } = {
  ca: [{ C: ['CN'] }, { O: ['Acme'] }, { CN: [CA_SUBJECT.commonName] }],
  verification: DEVICE_NAME,
  device: DEVICE_NAME,
  devid: DEVICE_NAME,
  server: DEVICE_NAME,
  ocspResponder: DEVICE_NAME,
};

const SIGNATURES: { readonly [F in KeyFamily]: (hash: HashAlgorithmName) => object } = {
  RSA: name => ({ name: 'RSASSA-PKCS1-v1_5', hash: { name } }),
  EC: name => ({ name: 'ECDSA', hash: { name } }),
  ED25519: () => ({ name: 'Ed25519' }),
};

interface Case {
  readonly profile: ProfileName;
  readonly issuer: Issuer;
  readonly issuerAlgorithm: KeyAlgorithmName;
  readonly algorithm: KeyAlgorithmName;
  readonly hash: HashAlgorithmName;
  readonly certificate: Buffer;
}

async function assertAgreement({ profile, issuer, issuerAlgorithm, algorithm, hash, certificate }: Case): Promise<void> {
  const ours = parseCertificate(certificate);
  const node = new X509Certificate(certificate);
  const peculiar = new x509.X509Certificate(certificate);
  const expected = EXPECTED[profile](KEY_ALGORITHMS[algorithm].family);

  verifyCertificate(ours, issuer.signer.publicKey);
  expect(await peculiar.verify({ publicKey: new x509.PublicKey(issuer.signer.publicKey), signatureOnly: true })).toBe(true);
  expect(peculiar.signatureAlgorithm).toMatchObject(SIGNATURES[KEY_ALGORITHMS[issuerAlgorithm].family](hash));

  expect([node.serialNumber, peculiar.serialNumber.toUpperCase()]).toEqual([ours.serialNumber, ours.serialNumber]);
  expect([new Date(node.validFrom), peculiar.notBefore]).toEqual([ours.validity.notBefore, ours.validity.notBefore]);
  expect([new Date(node.validTo), peculiar.notAfter]).toEqual([ours.validity.notAfter, ours.validity.notAfter]);
  expect(peculiar.subjectName.toJSON()).toEqual(SUBJECTS[profile]);
  expect(peculiar.issuerName.toJSON()).toEqual(SUBJECTS.ca);
  const publicKey = publicKeyOf((profile === 'ca' ? CA_KEYS : DEVICE_KEYS)[algorithm]);
  expect(ours.publicKey).toEqual(publicKey);
  expect(node.publicKey.export({ type: 'spki', format: 'der' })).toEqual(publicKey);
  expect(Buffer.from(peculiar.publicKey.rawData)).toEqual(publicKey);

  expect([node.ca, ours.ca]).toEqual([expected.ca, expected.ca]);
  expect(ours.pathLength).toBe(expected.pathLength);
  expect([...node.keyUsage ?? []]).toEqual(expected.extendedKeyUsage ?? []); // Node.js calls the extended one so
  expect(node.subjectAltName).toBeUndefined();
  expect(extensionsOf(peculiar)).toEqual(expected);
  expect(peculiar.extensions.map(({ type }) => type)).toEqual([
    '2.5.29.19', '2.5.29.15', ...expected.extendedKeyUsage ? ['2.5.29.37'] : [], ...expected.noCheck ? [NO_CHECK] : [], '2.5.29.14', '2.5.29.35',
  ]);
  const keyIdentifier = Buffer.from(await peculiar.publicKey.getKeyIdentifier()).toString('hex');
  expect(peculiar.getExtension(x509.SubjectKeyIdentifierExtension)!.keyId).toBe(keyIdentifier);
  expect(ours.keyIdentifier.toString('hex')).toBe(keyIdentifier);
  expect(peculiar.getExtension(x509.AuthorityKeyIdentifierExtension)!.keyId).toBe(issuer.keyIdentifier.toString('hex'));
  expect(ours.authorityKeyIdentifier).toEqual(issuer.keyIdentifier);
}

const BY_CA = KEY_ALGORITHM_NAMES.flatMap(algorithm => HASH_ALGORITHM_NAMES.map(hash => [algorithm, hash] as const));

describe('node:crypto and @peculiar/x509', () => {
  test.each(BY_CA)('read everything that was declared in the CA by %s with %s', async (algorithm, hash) => {
    const { issuer, certificate } = await testCa({ algorithm, hash, pathLength: 1 });
    await assertAgreement({ profile: 'ca', issuer, issuerAlgorithm: algorithm, algorithm, hash, certificate });
  });

  test.each(BY_CA)('read everything that was declared in verification and device certificates for every key, signed by %s with %s', async (issuerAlgorithm, hash) => {
    const { issuer } = await testCa({ algorithm: issuerAlgorithm, hash });
    for (const algorithm of KEY_ALGORITHM_NAMES) {
      for (const profile of ['verification', 'device', 'devid', 'server', 'ocspResponder'] as const) {
        const certificate = await testCertificate(issuer, { profile, algorithm, hash });
        await assertAgreement({ profile, issuer, issuerAlgorithm, algorithm, hash, certificate });
      }
    }
  });
});
