import { CfnParameter, Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HashAlgorithm, IotPlatform, KeyAlgorithm, PrivateIotCaProps, VerificationCertificate, VerificationCertificateOptions } from '../../../src';
import { propertiesOf, stackWithCa, statementsOf } from '../../support/stacks';

const TYPE = 'Custom::IotVerificationCertificate';
const AWS_CODE = '0123456789abcdef'.repeat(4);

test('a verification certificate with the fewest properties has the key algorithm of its CA and thirty days', () => {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256 });
  ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  expect(propertiesOf(stack, TYPE)).toEqual({
    ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaProviderFunction8B248EC3', 'Arn'] },
    ServiceTimeout: '1200',
    LedgerTable: { Ref: 'CaLedger0A52F403' },
    Issuer: { Ref: 'Ca1E0C8272' },
    IssuerKeyIdentifier: { 'Fn::GetAtt': ['Ca1E0C8272', 'SubjectKeyIdentifier'] },
    RegistrationCode: 'code-1',
    KeyAlgorithm: 'EC_P256',
    HashAlgorithm: 'SHA-256',
    ValidityDays: 30,
    ClipToIssuer: false,
    Generation: 1,
    Platforms: ['generic'],
  });
});

test('a verification certificate with all properties renders every one of them', () => {
  const { stack, ca } = stackWithCa();
  new VerificationCertificate(stack, 'Verification', {
    ca,
    registrationCode: AWS_CODE,
    platform: IotPlatform.AWS_IOT_CORE,
    validity: Duration.days(300),
    clipToIssuer: true,
    keyAlgorithm: KeyAlgorithm.RSA_3072,
    hashAlgorithm: HashAlgorithm.SHA_512,
    generation: 2,
  });
  Template.fromStack(stack).hasResourceProperties(TYPE, {
    RegistrationCode: AWS_CODE,
    KeyAlgorithm: 'RSA_3072',
    HashAlgorithm: 'SHA-512',
    ValidityDays: 300,
    ClipToIssuer: true,
    Generation: 2,
    Platforms: ['aws-iot-core'],
  });
});

test('the key of a verification certificate is stored nowhere: no secret is made for it', () => {
  const { stack, ca } = stackWithCa();
  ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 1);
});

test('the registration code can be a parameter, which is checked at deployment', () => {
  const { stack, ca } = stackWithCa();
  const code = new CfnParameter(stack, 'RegistrationCode');
  ca.addVerificationCertificate('Verification', { registrationCode: code.valueAsString, platform: IotPlatform.AWS_IOT_CORE });
  Template.fromStack(stack).hasResourceProperties(TYPE, { RegistrationCode: { Ref: 'RegistrationCode' } });
});

test('the chain is the certificate and then its CA', () => {
  const { stack, ca } = stackWithCa();
  const verification = ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  expect(stack.resolve(verification.certificateChainPem)).toEqual({
    'Fn::Join': ['', [{ 'Fn::GetAtt': ['CaVerification71ABFB14', 'CertificatePem'] }, { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] }]],
  });
});

test('a verification certificate is made only after the rights to sign with the key of its CA, and adds no right', () => {
  const { stack, ca } = stackWithCa();
  const before = statementsOf(stack);
  const declared = stackWithCa();
  declared.ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  expect(statementsOf(declared.stack)).toEqual(before);
  Template.fromStack(declared.stack).hasResource(TYPE, { DependsOn: ['PrivateIotCaProviderOwnStack784B1F56', 'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6'] });
  expect(ca.validity?.toDays()).toBe(3650);
});

describe('a verification certificate', () => {
  const cases: [string, Partial<VerificationCertificateOptions>, Partial<PrivateIotCaProps>, string][] = [
    ['an empty code', { registrationCode: '' }, {}, 'registrationCode must be 1 to 64 characters long, got 0: ""'],
    ['a code of 65 characters', { registrationCode: 'x'.repeat(65) }, {}, 'registrationCode must be 1 to 64 characters long, got 65'],
    ['a code that the platform never gives', { registrationCode: 'ABC', platform: IotPlatform.AWS_IOT_CORE }, {},
      'registrationCode must be 64 lower-case hexadecimal digits for AWS IoT Core, got "ABC"'],
    ['a CA with a key that the platform does not take', { platform: IotPlatform.ALIBABA_CLOUD_IOT }, { keyAlgorithm: KeyAlgorithm.EC_P384 },
      'keyAlgorithm of the CA must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P384"'],
    ['a validity longer than the CA\'s', { validity: Duration.days(31) }, { validity: Duration.days(30) },
      'validity must be shorter than the 30 days of the CA, which is issued first, got 31 days; declare a shorter validity, or set clipToIssuer'],
    ['a validity of nothing', { validity: Duration.days(0) }, {}, 'validity must be a whole number of days from 1 to 36500, got 0'],
    ['a generation of zero', { generation: 0 }, {}, 'generation must be a whole number'],
  ];
  test.each(cases)('is refused for %s', (_, options, caProps, message) => {
    const { ca } = stackWithCa(caProps);
    expect(() => ca.addVerificationCertificate('Verification', { registrationCode: 'code-1', ...options })).toThrow(`Stack/Ca/Verification: ${message}`);
  });
});
