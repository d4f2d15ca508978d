import { parseDeclaration } from '../../src/issuing/declaration/parse-declaration';
import { caProperties, deviceProperties, verificationProperties } from '../support/events';

const CA = 'ca-0123456789abcdef0123456789abcdef';
const parseCa = (changes: Record<string, unknown>) => parseDeclaration('Custom::PrivateIotCa', caProperties(changes));
const parseDevice = (changes: Record<string, unknown>) => parseDeclaration('Custom::IotDeviceCertificate', deviceProperties(CA, changes));
const parseVerification = (changes: Record<string, unknown>) =>
  parseDeclaration('Custom::IotVerificationCertificate', verificationProperties(CA, changes));

test('the strings that CloudFormation makes of numbers and booleans are read as what they were', () => {
  expect(parseCa({ ValidityDays: '365', Generation: '2', RetainKey: 'false' }))
    .toMatchObject({ term: { days: 365 }, generation: 2, retainKey: false, pathLength: 0 });
  expect(parseDevice({ ClipToIssuer: 'true' })).toMatchObject({ clipToIssuer: true, term: { days: 365 } });
});

test('a missing property has its default, and an unknown one is ignored', () => {
  expect(parseDevice({ ClipToIssuer: undefined, Generation: undefined, Platforms: undefined, Colour: 'blue' }))
    .toMatchObject({ clipToIssuer: false, generation: 1, platforms: [] });
});

test('a verification certificate has the code as its whole subject, and no place for a key', () => {
  const declaration = parseVerification({ RegistrationCode: 'x'.repeat(64) });
  expect(declaration.subject).toEqual({ commonName: 'x'.repeat(64) });
  expect(declaration.keyStorage).toBeUndefined();
});

test.each(['1e3', '0x10', ' 5', '5 ', '-1', '+5', 'NaN', '2147483648', '', '05', '1.0', true, null, {}])('a validity of %j is refused', value => {
  expect(() => parseCa({ ValidityDays: value })).toThrow(/^validity must be a whole number of days from 1 to 36500, got /);
});

test.each(['yes', '1', 'True', '', 0, null])('a truth value of %j is refused', value => {
  expect(() => parseDevice({ ClipToIssuer: value })).toThrow(/^clipToIssuer must be true or false, got /);
});

test.each<[string, () => unknown, string]>([
  ['a resource type of somebody else', () => parseDeclaration('Custom::Other', {}), 'the resource type must be one of Custom::PrivateIotCa'],
  ['no ledger', () => parseCa({ LedgerTable: undefined }), 'ledgerTable must be a non-empty string'],
  ['no issuer', () => parseDevice({ Issuer: '' }), 'ca must be a non-empty string, got ""'],
  ['no subject', () => parseCa({ Subject: undefined }), 'subject must be a map'],
  ['no common name', () => parseCa({ Subject: { Organization: 'Acme' } }), 'subject.commonName must be 1 to 64 characters long, got 0'],
  ['a common name that is a list', () => parseCa({ Subject: { CommonName: ['a'] } }), 'subject.commonName must be a string, got a list'],
  ['an unknown key algorithm', () => parseCa({ KeyAlgorithm: 'RSA_1024' }),
    'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521, ED25519, got "RSA_1024"'],
  ['a name that every object has', () => parseCa({ KeyAlgorithm: 'constructor' }), 'keyAlgorithm must be one of'],
  ['a weak digest', () => parseCa({ HashAlgorithm: 'SHA-1' }), 'hashAlgorithm must be one of SHA-256, SHA-384, SHA-512, got "SHA-1"'],
  ['an unknown platform', () => parseCa({ Platforms: ['moon'] }), 'platform must be one of alibaba-cloud-iot'],
  ['platforms that are no list', () => parseCa({ Platforms: 'generic' }), 'platforms must be a list'],
  ['an unknown kind of key storage', () => parseCa({ KeyStorage: { Type: 'Paper' } }), 'keyStorage must be of type SecretsManager or Kms, got "Paper"'],
  ['a private key in place of an algorithm, without showing it', () => parseCa({ KeyAlgorithm: '-----BEGIN EC PRIVATE KEY----- MHcCAQEE' }),
    'got (a private key, not shown)'],
  ['a secret by its name', () => parseCa({ KeyStorage: { Type: 'SecretsManager', SecretArn: 'MySecret' } }), 'keyStorage must be an ARN of secretsmanager'],
  ['all secrets at once', () => parseCa({ KeyStorage: { Type: 'SecretsManager', SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:*' } }),
    'keyStorage must be an ARN of secretsmanager'],
  ['a key that the platform does not take', () => parseCa({ Platforms: ['alibaba-cloud-iot'] }),
    'keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"'],
  ['a code that the platform never gives', () => parseVerification({ Platforms: ['aws-iot-core'] }),
    'registrationCode must be 64 lower-case hexadecimal digits for AWS IoT Core, got "code-1"'],
  ['a registration ID that the platform does not take', () => parseDevice({ Platforms: ['azure-dps'], Subject: { CommonName: 'a b' } }),
    'subject.commonName must be letters, digits'],
  ['a private key in place of a code, without showing it',
    () => parseVerification({ RegistrationCode: '-----BEGIN EC PRIVATE KEY----- MHcCAQEE' }), 'registrationCode must not be a private key'],
  ['a CA with an issuer that is signed elsewhere', () => parseCa({ Issuer: CA, SignedElsewhere: 'true', ValidityDays: undefined }),
    'signedElsewhere must be left out for a CA that has an issuer here'],
  ['no end and no number of days', () => parseCa({ ValidityDays: undefined }), 'validity must be given either as a number of days or with notAfter, not both'],
  ['an end in another form', () => parseCa({ ValidityDays: undefined, NotAfter: '2030-01-01' }), 'notAfter must be a time such as 2026-01-31T23:59:59Z, got "2030-01-01"'],
  ['name constraints of a device', () => parseDevice({ Extensions: { NameConstraints: { Permitted: { Dns: ['a.example'] } } } }),
    'nameConstraints must be left out for a certificate that is not a CA'],
  ['extensions that are no map', () => parseDevice({ Extensions: ['a'] }), 'extensions must be a map'],
  ['an extension that the CA decides on', () => parseDevice({ Extensions: { CustomExtensions: [{ Oid: '2.5.29.19', Value: 'BQA=' }] } }),
    'customExtensions must not be an extension that the CA decides on'],
  ['a profile of another kind', () => parseDevice({ Profile: 'ca' }), 'profile must be one of device, devid, got "ca"'],
  ['a device identity without a serial number', () => parseDevice({ Profile: 'devid' }), 'subject.serialNumber must be given for the profile devid'],
  ['a device with its key in KMS', () => parseDevice({ KeyStorage: { Type: 'Kms', KeyArn: 'arn:aws:kms:eu-central-1:111111111111:key/a' } }),
    'keyStorage must be of type SecretsManager or Parameter, got "Kms"'],
  ['an existing CA as if it were issued', () => parseDeclaration('Custom::ExistingIotCa', {}), 'the resource type must be one of'],
])('a declaration is refused with %s', (_, parse, message) => {
  expect(parse).toThrow(message);
  expect(parse).not.toThrow(/MHcCAQEE/);
});
