import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES, KeyAlgorithmName } from '../../../src/contract/key-algorithms';
import { SubjectValues } from '../../../src/contract/subject-attributes';
import { lintCertificate } from '../../../src/pki/lint/lint';
import { readLintedCertificate } from '../../../src/pki/lint/model/linted-certificate';
import { encodeName } from '../../../src/pki/name';
import { PLATFORM_IDS, platformRules } from '../../../src/platforms/registry';
import { DEVICE_SUBJECT, NOW, testCa, testCertificate } from '../fixtures';

/** Every attribute, with as many characters as it can have. */
const LARGEST_SUBJECT: SubjectValues = {
  country: 'DE',
  stateOrProvince: 's'.repeat(128),
  locality: 'l'.repeat(128),
  organization: 'ö'.repeat(64),
  organizationalUnit: '_'.repeat(64),
  distinguishedNameQualifier: 'q'.repeat(64),
  serialNumber: '1'.repeat(64),
  commonName: '😀'.repeat(63),
};

/** The algorithms whose keys or signatures some embedded TLS stack does not have. */
const WARNED: { readonly [A in KeyAlgorithmName]?: string } = { EC_P521: 'stack-p521', ED25519: 'stack-edwards-curve' };

describe.each(KEY_ALGORITHM_NAMES)('a certificate of a CA by %s', algorithm => {
  test.each(HASH_ALGORITHM_NAMES)('with %s has no finding but the warnings of its algorithm, at the moment it is made', async hash => {
    const root = await testCa({ algorithm, hash, pathLength: 1 });
    const issuer = readLintedCertificate(root.certificate);
    const warnings = WARNED[algorithm] ? [WARNED[algorithm]] : [];
    expect(lintCertificate(root.certificate, { platforms: [], issuer, now: NOW }).map(({ rule }) => rule)).toEqual(warnings);
    for (const profile of ['ca', 'verification', 'device'] as const) {
      const certificate = await testCertificate(root.issuer, { profile, algorithm, hash, pathLength: profile === 'ca' ? 0 : undefined });
      expect(lintCertificate(certificate, { platforms: ['generic'], issuer, now: NOW }).map(({ rule }) => rule)).toEqual(warnings);
    }
    // An OCSP responder is for no platform.
    const responder = await testCertificate(root.issuer, { profile: 'ocspResponder', algorithm, hash });
    expect(lintCertificate(responder, { platforms: [], issuer, now: NOW }).map(({ rule }) => rule)).toEqual(warnings);
  });

  test('has no errors for the platforms that accept its key', async () => {
    const platforms = PLATFORM_IDS.filter(platform => platformRules(platform).caKeyAlgorithms?.includes(algorithm) !== false);
    const root = await testCa({ algorithm });
    const context = { platforms, issuer: readLintedCertificate(root.certificate), now: NOW };
    for (const certificate of [root.certificate, await testCertificate(root.issuer, { algorithm, subject: { ...DEVICE_SUBJECT, commonName: 'sensor-001' } })]) {
      expect(lintCertificate(certificate, context).filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });

  test('has errors for the other platforms', async () => {
    const platforms = PLATFORM_IDS.filter(platform => platformRules(platform).caKeyAlgorithms?.includes(algorithm) === false);
    const root = await testCa({ algorithm });
    const errors = lintCertificate(root.certificate, { platforms }).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ rule }) => rule)).toEqual(platforms.map(platform => `platform-${platform}-ca-key`));
  });
});

test('the largest subject that can be declared has no error, only warnings about small TLS stacks', async () => {
  const { certificate } = await testCa({ subject: encodeName(LARGEST_SUBJECT) });
  expect(lintCertificate(certificate).map(({ rule }) => rule)).toEqual(['stack-name-length']);
});

test('a certificate that ends at the last time there is has no error', async () => {
  const { certificate } = await testCa({ validity: { notBefore: new Date('1950-01-01T00:00:00Z'), notAfter: new Date('9999-12-31T23:59:59Z') } });
  expect(lintCertificate(certificate).map(({ rule }) => rule)).toEqual(['stack-end-of-time']);
});
