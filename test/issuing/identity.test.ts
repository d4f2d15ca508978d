import { CA_CERTIFICATE, DEVICE_REQUEST } from './fixtures';
import { identityOf } from '../../src/issuing/declaration/identity';
import { parseDeclaration } from '../../src/issuing/declaration/parse-declaration';
import { existingCaIdentity, parseExistingCa } from '../../src/issuing/existing-ca';
import { keptCaPhysicalId, parsePhysicalId } from '../../src/resource/physical-id';
import {
  caProperties, crossProperties, deviceProperties, existingCaProperties, requestedProperties, SECRET,
  signedElsewhereProperties, STACK_ID, subordinateProperties, verificationProperties,
} from '../support/events';

const CA = 'ca-0123456789abcdef0123456789abcdef';

function identity(type: string, properties: Record<string, unknown>, logicalResourceId = 'Resource', stackId = STACK_ID): string {
  return identityOf(parseDeclaration(type, properties), { stackId, logicalResourceId });
}

const ca = (changes = {}) => identity('Custom::PrivateIotCa', caProperties(changes));
const device = (changes = {}) => identity('Custom::IotDeviceCertificate', deviceProperties(CA, changes));
const verification = (changes = {}) => identity('Custom::IotVerificationCertificate', verificationProperties(CA, changes));

const existing = (changes = {}) => existingCaIdentity(parseExistingCa(existingCaProperties(changes)), { stackId: STACK_ID, logicalResourceId: 'Resource' });
const cross = (changes = {}) => identity('Custom::IotCrossCertificate', crossProperties(CA, CA.replace('0', '1'), changes));
const subordinate = (changes = {}) => identity('Custom::PrivateIotCa', subordinateProperties(CA, 'factory', changes));
const elsewhere = (changes = {}) => identity('Custom::PrivateIotCa', signedElsewhereProperties(changes));
const requested = (changes = {}) => identity('Custom::IotDeviceCertificate', requestedProperties(CA, { CertificateSigningRequest: DEVICE_REQUEST, ...changes }));

const KMS = { KeyStorage: { Type: 'Kms', KeyArn: 'arn:aws:kms:eu-central-1:111111111111:key/0a1b' } };
const PARAMETER = { KeyStorage: { Type: 'Parameter', Path: '/iot/device' } };
const REQUEST_SECRET = {
  CertificateSigningRequest: undefined,
  CertificateSigningRequestSecretArn: `${SECRET}Request-AbCdEf`,
  AllowedSubject: { Type: 'Pattern', Subject: { CommonName: 'sensor-*', Organization: 'Acme' } },
};
const CONSTRAINTS = { Extensions: { NameConstraints: { Critical: 'true', Permitted: { Dns: ['plant.example'] }, Excluded: { Ip: ['10.0.0.0/8'] } } } };
const EVERY_EXTENSION = {
  Extensions: {
    SubjectAlternativeNames: {
      Dns: ['a.example', '*.b.example'], Ip: ['10.0.0.1', 'fd00::1'], Uri: ['urn:acme:1'], Email: ['a@b.example'], Directory: [{ Organization: 'Acme', CommonName: 'a' }],
    },
    ExtendedKeyUsages: ['1.3.6.1.5.5.7.3.1'],
    CertificatePolicies: [{ Oid: '1.3.6.1.4.1.99999.1', CpsUri: 'https://ca.example/cps' }, { Oid: '1.3.6.1.4.1.99999.2' }],
    CrlDistributionPoints: ['http://ca.example/ca.crl'],
    OcspUrls: ['http://ocsp.example'],
    CaIssuersUrls: ['http://ca.example/ca.cer'],
    CustomExtensions: [{ Oid: '1.3.6.1.4.1.99999.3', Value: 'BQA=' }, { Oid: '1.3.6.1.4.1.99999.4', Value: 'BQA=' }],
  },
};

test('the identity of a declaration is the same in every version of the library', () => {
  expect([ca(), verification(), device()]).toEqual([
    'ca-36234bf7d8609224e6ca610d02e02875',
    'verification-1f18dbe695c93e8a4dd8c8e44ea53570',
    'device-936f38d3de20215431e0c993a7557097',
  ]);
});

/** The forms of declarations that came after the first version; what each is, once it was released, it is for ever. */
const LATER: { readonly [name: string]: readonly [() => string, string] } = {
  'a CA with its key in KMS': [() => ca(KMS), 'ca-4229b12eebe30e3bf90530051fcd7279'],
  'a CA of P-521': [() => ca({ KeyAlgorithm: 'EC_P521', HashAlgorithm: 'SHA-512' }), 'ca-a06584687d0f643cd246a3040082f6b1'],
  'a CA up to a day': [() => ca({ ValidityDays: undefined, NotBefore: '2026-01-01T00:00:00Z', NotAfter: '9999-12-31T23:59:59Z' }), 'ca-92c3df25b23093ac2b489fbdae6ba98a'],
  'a CA with name constraints': [() => ca(CONSTRAINTS), 'ca-25ec621cc70bad9055c646ea22425a09'],
  'a CA below another one': [() => subordinate(), 'ca-ef6417f0ce46e5a1bc45b1f759478e90'],
  'a CA that is signed elsewhere': [() => elsewhere(), 'ca-58aae767963ae07b8e11a89e6d27ac3c'],
  'an existing CA': [() => existing({ CertificatePem: CA_CERTIFICATE }), 'ca-4c21aa1cf6ad0a7211c2bfe7ff52b9be'],
  'an existing CA in a secret': [() => existing({ CertificateSecretArn: `${SECRET}Certificate-AbCdEf` }), 'ca-677a694aaba0bef4c0a758940b33f5cf'],
  'a CA certificate from a request': [() => identity('Custom::IotCaCertificate', requestedProperties(CA, { CertificateSigningRequest: DEVICE_REQUEST, PathLength: '0' })), 'ca-64089d27589ff013bd6ad1beaef7647e'],
  'a cross-certificate': [() => cross(), 'cross-91da4e205037e842b06cad8d8bca526a'],
  'a server': [() => identity('Custom::IotServerCertificate', deviceProperties(CA, { Extensions: { SubjectAlternativeNames: { Dns: ['broker.example'] } } })), 'server-071ec682217170a695d562bdd3b1a346'],
  'a device identity': [() => device({ Profile: 'devid', Subject: { CommonName: 'a', SerialNumber: '7' } }), 'devid-8ac8ba09570871d690bb812116bffe5c'],
  'a device with its key in a parameter': [() => device(PARAMETER), 'device-87e2988f69ac4d57d98eab1c5d3f682a'],
  'a device from a request': [() => requested(), 'device-6c9bfdf5794172e8f0ac9d2ac2faa4a7'],
  'a device from a request, with a rule for names': [() => requested({ AllowedNames: { Dns: ['plant.example'], Uri: ['urn:acme:'] } }), 'device-b6bade80a8eeddbb019acfd1aeb79b0c'],
  'a device from a request, with a subject of its own': [() => requested({ Subject: { CommonName: 'gateway-1' } }), 'device-c0ae192651b58c8d637b35e2d97f26a7'],
  'a device from a request in a secret': [() => requested({ ...REQUEST_SECRET, AllowedNames: { Dns: ['plant.example'] } }), 'device-80071dcc031d5a2659b4f7de4dae4f3a'],
  'a device with every extension': [() => device(EVERY_EXTENSION), 'device-836ce9f5bb846d45855eeda5216fc320'],
};

test.each(Object.entries(LATER))('the identity of %s is the same in every version of the library', (_, [declared, literal]) => {
  expect(declared()).toBe(literal);
});

test('an identity is a short physical id, and CloudFormation\'s invented ids are not identities', () => {
  expect(parsePhysicalId(ca())).toEqual({ identity: ca() });
  expect(ca().length).toBeLessThan(64);
  for (const invented of [
    undefined, '', 'Stack-Ca-1ABCDEF', 'ca-XYZ', `${ca()}x`, `${ca()}/`, `device-${'0'.repeat(32)}/ledger`, 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED',
  ]) {
    expect(parsePhysicalId(invented)).toBeUndefined();
  }
});

test('the physical id of a kept CA is the same in every version of the library: its id, and the table of its ledger', () => {
  const physicalId = keptCaPhysicalId(CA, 'Iot-CaLedger9C3D-1ABCDEF2GHIJK');
  expect(physicalId).toBe('ca-0123456789abcdef0123456789abcdef/Iot-CaLedger9C3D-1ABCDEF2GHIJK');
  expect(parsePhysicalId(physicalId)).toEqual({ identity: CA, ledgerTable: 'Iot-CaLedger9C3D-1ABCDEF2GHIJK' });
});

test.each([
  ['the subject', { Subject: { CommonName: 'Other' } }],
  ['an attribute that is added to the subject', { Subject: { CommonName: 'Acme IoT Root CA', Organization: 'Acme' } }],
  ['the key algorithm', { KeyAlgorithm: 'EC_P384' }],
  ['the digest', { HashAlgorithm: 'SHA-512' }],
  ['the validity', { ValidityDays: '3651' }],
  ['the path length', { PathLength: '1' }],
  ['no path length', { PathLength: undefined }],
  ['the generation', { Generation: '2' }],
])('another value of %s is another identity (replace)', (_, changes) => {
  expect(ca(changes)).not.toBe(ca());
});

test('another stack, another resource and another issuer ask for another certificate (replace)', () => {
  const properties = deviceProperties(CA);
  const own = identity('Custom::IotDeviceCertificate', properties);
  expect(identity('Custom::IotDeviceCertificate', properties, 'Other')).not.toBe(own);
  expect(identity('Custom::IotDeviceCertificate', properties, 'Resource', STACK_ID.replace('5b6d4a40', '6b6d4a40'))).not.toBe(own);
  expect(identity('Custom::IotDeviceCertificate', deviceProperties(CA.replace('0', '1')))).not.toBe(own);
});

test.each([
  ['the ledger\'s table', { LedgerTable: 'other' }],
  ['platforms', { Platforms: ['aws-iot-core'] }],
  ['clipping', { ClipToIssuer: 'true' }],
  ['the secret', { KeyStorage: { Type: 'SecretsManager', SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Other-AbCdEf' } }],
  ['a property of a newer version', { Colour: 'blue' }],
  ['numbers that are numbers', { ValidityDays: 365, Generation: 1, ClipToIssuer: false }],
  ['no platforms', { Platforms: undefined }],
])('another value of %s is the same identity (no replace)', (_, changes) => {
  expect(device(changes)).toBe(device());
});

test('another registration code is another verification certificate (replace)', () => {
  expect(verification({ RegistrationCode: 'code-2' })).not.toBe(verification());
});

describe('a later property', () => {
  test.each<[string, () => string, () => string]>([
    ['the place of the key from a secret to KMS', () => ca(KMS), ca],
    ['the place of the key from a secret to parameters', () => device(PARAMETER), device],
    ['the end from a number of days to a day', () => ca({ ValidityDays: undefined, NotAfter: '2036-01-01T00:00:00Z' }), ca],
    ['the beginning', () => ca({ NotBefore: '2026-01-01T00:00:00Z' }), ca],
    ['name constraints', () => ca(CONSTRAINTS), ca],
    ['whether name constraints are critical', () => ca({ Extensions: { NameConstraints: { ...CONSTRAINTS.Extensions.NameConstraints, Critical: 'false' } } }), () => ca(CONSTRAINTS)],
    ['the order of names, as certificates have it', () => device({ Extensions: { OcspUrls: ['http://a', 'http://b'] } }), () => device({ Extensions: { OcspUrls: ['http://b', 'http://a'] } })],
    ['whether it is signed elsewhere', elsewhere, ca],
    ['the issuer of a CA', subordinate, () => identity('Custom::PrivateIotCa', subordinateProperties(CA.replace('0', '1'), 'factory'))],
    ['the subject CA', cross, () => cross({ SubjectCaId: CA.replace('0', '2') })],
    ['the generation of a cross-certificate', cross, () => cross({ Generation: '2' })],
    ['the profile', () => device({ Profile: 'devid', Subject: { CommonName: 'a', SerialNumber: '7' } }), () => device({ Subject: { CommonName: 'a', SerialNumber: '7' } })],
    ['the kind of certificate', () => identity('Custom::IotServerCertificate', deviceProperties(CA)), device],
    ['the place of a request', () => requested(REQUEST_SECRET), requested],
    ['the secret of a request', () => requested(REQUEST_SECRET), () => requested({ ...REQUEST_SECRET, CertificateSigningRequestSecretArn: `${SECRET}Other-AbCdEf` })],
    ['the names that are taken from a request', () => requested({ AllowedNames: { Dns: ['plant.example'] } }), requested],
    ['the rules for a request that is not read yet', () => requested({ ...REQUEST_SECRET, AllowedNames: { Dns: ['a.example'] } }), () => requested(REQUEST_SECRET)],
    ['the rule for the subject of such a request', () => requested({ ...REQUEST_SECRET, AllowedSubject: { Type: 'Exact', Subject: { CommonName: 'sensor-1' } } }), () => requested(REQUEST_SECRET)],
    ['the generation of an existing CA', () => existing({ CertificatePem: CA_CERTIFICATE, Generation: '2' }), () => existing({ CertificatePem: CA_CERTIFICATE })],
  ])('with another value of %s asks for another identity (replace)', (_, one, other) => {
    expect(one()).not.toBe(other());
  });

  test.each<[string, () => string, () => string]>([
    ['the KMS key', () => ca(KMS), () => ca({ KeyStorage: { Type: 'Kms', KeyArn: 'arn:aws:kms:eu-central-1:111111111111:key/2c3d' } })],
    ['the path of parameters and what encrypts them', () => device(PARAMETER),
      () => device({ KeyStorage: { Type: 'Parameter', Path: '/other', EncryptionKeyArn: 'arn:aws:kms:eu-central-1:111111111111:key/0a1b' } })],
    ['the issuer\'s ledger', subordinate, () => subordinate({ IssuerLedgerTable: 'other' })],
    ['the ledger and the fingerprint of the subject CA', cross, () => cross({ SubjectCaLedgerTable: 'other', SubjectCaSha256Fingerprint: 'a'.repeat(64) })],
    ['forms of delivery', device, () => device({ Bundles: [{ Type: 'Der', SecretArn: `${SECRET}Der-AbCdEf` }] })],
    ['the certificate that was signed elsewhere', elsewhere, () => elsewhere({ SignedCertificatePem: CA_CERTIFICATE })],
    ['extensions that are none', device, () => device({ Extensions: {} })],
    ['the profile that is the default', device, () => device({ Profile: 'device' })],
    ['a rule that takes no name from a request', requested, () => requested({ AllowedNames: { Dns: ['other.example'] } })],
    ['a rule that takes the same names', () => requested({ AllowedNames: { Dns: ['plant.example'] } }), () => requested({ AllowedNames: { Dns: ['press.plant.example', 'plant.example'] } })],
    ['a rule that allows the subject of a request', requested, () => requested({ AllowedSubject: { Type: 'Pattern', Subject: { CommonName: 'sensor-*', Organization: 'Acme' } } })],
    ['the line ends of a request', requested, () => requested({ CertificateSigningRequest: DEVICE_REQUEST.replaceAll('\n', '\r\n') })],
    ['the place of an existing CA\'s key, and what is above it', () => existing({ CertificatePem: CA_CERTIFICATE }),
      () => existing({ CertificatePem: CA_CERTIFICATE + CA_CERTIFICATE, AllowLegacyChain: 'true', ...KMS })],
  ])('with another value of %s keeps the identity (no replace)', (_, one, other) => {
    expect(one()).toBe(other());
  });
});
