import { parseDeclaration } from '../../src/handlers/declaration';
import { identityOf, isIdentity } from '../../src/handlers/identity';
import { caProperties, deviceProperties, STACK_ID, verificationProperties } from '../support/events';

const CA = 'ca-0123456789abcdef0123456789abcdef';

function identity(type: string, properties: Record<string, unknown>, logicalResourceId = 'Resource', stackId = STACK_ID): string {
  return identityOf(parseDeclaration(type, properties), { stackId, logicalResourceId });
}

const ca = (changes = {}) => identity('Custom::PrivateIotCa', caProperties(changes));
const device = (changes = {}) => identity('Custom::IotDeviceCertificate', deviceProperties(CA, changes));
const verification = (changes = {}) => identity('Custom::IotVerificationCertificate', verificationProperties(CA, changes));

test('the identity of a declaration is the same in every version of the library', () => {
  expect([ca(), verification(), device()]).toEqual([
    'ca-36234bf7d8609224e6ca610d02e02875',
    'verification-1f18dbe695c93e8a4dd8c8e44ea53570',
    'device-936f38d3de20215431e0c993a7557097',
  ]);
});

test('an identity is a short physical id, and CloudFormation\'s invented ids are none', () => {
  expect(isIdentity(ca())).toBe(true);
  expect(ca().length).toBeLessThan(64);
  for (const invented of [undefined, '', 'Stack-Ca-1ABCDEF', 'ca-XYZ', `${ca()}x`, 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED']) {
    expect(isIdentity(invented)).toBe(false);
  }
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
