import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { DEVICE_KEYS, NOW, testCa } from './fixtures';
import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES, KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { checkSubjectAttribute, MAX_PATH_LENGTH } from '../../src/contract/rules';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectValues } from '../../src/contract/subject-attributes';
import { parseCertificate, verifyCertificate } from '../../src/pki/certificate';
import { issue, Issuer, largestCertificate } from '../../src/pki/issue';
import { publicKeyOf } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { ProfileName, PROFILES } from '../../src/pki/profile';
import { newSerialNumber } from '../../src/pki/serial-number';
import { fc } from '../support/properties';

/** RSA-3072 and RSA-4096 are covered one by one elsewhere: they sign slowly. */
const CA_ALGORITHMS: readonly KeyAlgorithmName[] = ['RSA_2048', 'EC_P256', 'EC_P384'];

/** Any text that the rules let through. Filtered value by value: hardly any whole subject would be left. */
const text = (attribute: SubjectAttribute) => fc
  .string({ unit: fc.constantFrom('binary' as const, 'grapheme' as const).chain(unit => fc.string({ unit, minLength: 1, maxLength: 1 })), minLength: 1, maxLength: 20 })
  .filter(value => checkSubjectAttribute(attribute, value) === undefined);
const printable = fc.stringMatching(/^[A-Za-z0-9'()+,./:=?-]{1,64}$/);

const subjects: fc.Arbitrary<SubjectValues> = fc.record({
  country: fc.stringMatching(/^[A-Z]{2}$/),
  stateOrProvince: text('stateOrProvince'),
  locality: text('locality'),
  organization: text('organization'),
  organizationalUnit: text('organizationalUnit'),
  distinguishedNameQualifier: printable,
  serialNumber: printable,
  commonName: text('commonName'),
}, { requiredKeys: ['commonName'] });

const contents = fc.record({
  profile: fc.constantFrom<ProfileName>('ca', 'verification', 'device'),
  caAlgorithm: fc.constantFrom(...CA_ALGORITHMS),
  algorithm: fc.constantFrom(...KEY_ALGORITHM_NAMES),
  hashAlgorithm: fc.constantFrom(...HASH_ALGORITHM_NAMES),
  subject: subjects,
  seconds: fc.tuple(fc.integer({ min: -631_152_000, max: 253_402_300_799 }), fc.integer({ min: -631_152_000, max: 253_402_300_799 })),
  random: fc.uint8Array({ minLength: 20, maxLength: 20 }),
  pathLength: fc.option(fc.integer({ min: 0, max: MAX_PATH_LENGTH }), { nil: undefined }),
});

const PUBLIC_KEYS = new Map(KEY_ALGORITHM_NAMES.map(algorithm => [algorithm, publicKeyOf(DEVICE_KEYS[algorithm])]));

const issuers = new Map<KeyAlgorithmName, Issuer>();

beforeAll(async () => {
  for (const algorithm of CA_ALGORITHMS) {
    issuers.set(algorithm, { ...(await testCa({ algorithm })).issuer, validity: undefined });
  }
});

/** The subject as an object identifier and a value for each set. */
function namesOf(certificate: x509.X509Certificate): [string, string][] {
  const oids = new Map<string, string>(Object.values(SUBJECT_ATTRIBUTES).map(({ oid, label }) => [label, oid]));
  return certificate.subjectName.toJSON().map(set => {
    const [[type, values], ...more] = Object.entries(set);
    expect([more.length, values.length]).toEqual([0, 1]);
    return [oids.get(type) ?? type, values[0]];
  });
}

test('any certificate that can be declared reads the same to three parsers, verifies, and fits the length that was foretold', async () => {
  await fc.assert(fc.asyncProperty(contents, async ({ profile, caAlgorithm, algorithm, hashAlgorithm, subject, seconds, random, pathLength }) => {
    const issuer = issuers.get(caAlgorithm)!;
    const [notBefore, notAfter] = [...seconds].sort((a, b) => a - b).map(second => new Date(1000 * second));
    const content = {
      serialNumber: newSerialNumber(bytes => Buffer.from(random).subarray(0, bytes), 'device'),
      validity: { notBefore, notAfter },
      subject: encodeName(subject),
      publicKey: PUBLIC_KEYS.get(algorithm)!,
      hashAlgorithm,
      pathLength: profile === 'ca' ? pathLength : undefined,
    };
    const der = await issue(PROFILES[profile], content, issuer);
    const parsed = parseCertificate(der);
    expect([parsed.serialNumber, parsed.validity, parsed.ca, parsed.pathLength])
      .toEqual([content.serialNumber, content.validity, profile === 'ca', content.pathLength]);
    expect([parsed.subject, parsed.issuer, parsed.publicKey, parsed.authorityKeyIdentifier!].map(octets => octets.toString('hex')))
      .toEqual([content.subject, issuer.name, content.publicKey, issuer.keyIdentifier].map(octets => octets.toString('hex')));
    verifyCertificate(parsed, issuer.signer.publicKey);

    const peculiar = new x509.X509Certificate(der);
    expect(der.equals(Buffer.from(peculiar.rawData))).toBe(true);
    expect([peculiar.notBefore, peculiar.notAfter]).toEqual([notBefore, notAfter]);
    expect(peculiar.serialNumber.toUpperCase()).toBe(content.serialNumber);
    expect(namesOf(peculiar)).toEqual(SUBJECT_ATTRIBUTE_NAMES
      .filter(name => subject[name] !== undefined)
      .map(name => [SUBJECT_ATTRIBUTES[name].oid, subject[name]]));
    const node = new X509Certificate(der);
    expect(node.serialNumber).toBe(content.serialNumber);
    expect([new Date(node.validFrom), new Date(node.validTo)]).toEqual([notBefore, notAfter]);

    const largest = largestCertificate(PROFILES[profile], { ...content, keyAlgorithm: algorithm }, { ...issuer, keyAlgorithm: caAlgorithm });
    expect(largest.length).toBeGreaterThanOrEqual(der.length);
  }), { numRuns: 300 });
});

test('no certificate is issued that begins before its CA or outlives it', async () => {
  const { issuer } = await testCa();
  const day = 86_400_000;
  const days = fc.integer({ min: -20, max: 4000 });
  await fc.assert(fc.asyncProperty(days, days, async (from, to) => {
    const validity = { notBefore: new Date(NOW.getTime() + Math.min(from, to) * day), notAfter: new Date(NOW.getTime() + Math.max(from, to) * day) };
    const within = validity.notBefore >= issuer.validity!.notBefore && validity.notAfter <= issuer.validity!.notAfter;
    const issued = issue(PROFILES.device, {
      serialNumber: newSerialNumber(bytes => Buffer.alloc(bytes), 'device'),
      validity,
      subject: encodeName({ commonName: 'a' }),
      publicKey: PUBLIC_KEYS.get('EC_P256')!,
      hashAlgorithm: 'SHA-256',
    }, issuer);
    await (within ? expect(issued).resolves.toBeInstanceOf(Buffer) : expect(issued).rejects.toThrow('validity must lie within the validity of the CA and of the CAs above it'));
  }), { numRuns: 200 });
});
