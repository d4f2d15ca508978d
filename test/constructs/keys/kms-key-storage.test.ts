import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { CertificateSubject, HashAlgorithm, KeyAlgorithm, KeyStorage, KmsKeyStorageOptions, PrivateIotCa, PrivateIotCaProps } from '../../../src';
import { attributeOf, ledgerRights, logicalIds, propertiesOf, rightsOf, stackOf, stackWithCa } from '../../support/stacks';

const KEY_ARN = 'arn:aws:kms:eu-central-1:111111111111:key/0987dcba-09fe-87dc-65ba-ab0987654321';
const SUBJECT: CertificateSubject = { commonName: 'sensor-001' };

function kmsCa(props: Partial<PrivateIotCaProps> = {}, options: KmsKeyStorageOptions = {}): { stack: Stack; ca: PrivateIotCa } {
  return stackWithCa({ keyStorage: KeyStorage.kms(options), ...props });
}

test('the key of a CA in KMS is a resource that signs, outlives the stack, and waits 30 days before it is destroyed', () => {
  const { stack, ca } = kmsCa();
  expect(logicalIds(stack)).toEqual({
    'AWS::KMS::Key': ['CaSigningKeyRSA20481C0B8B127'],
    'AWS::DynamoDB::GlobalTable': ['CaLedger0A52F403'],
    'Custom::PrivateIotCa': ['Ca1E0C8272'],
  });
  Template.fromStack(stack).hasResource('AWS::KMS::Key', {
    Properties: {
      Description: 'Private key of the CA Stack/Ca',
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      PendingWindowInDays: 30,
      EnableKeyRotation: Match.absent(),
    },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
  expect(propertiesOf(stack, 'Custom::PrivateIotCa')).toMatchObject({
    KeyStorage: { Type: 'Kms', KeyArn: attributeOf('CaSigningKeyRSA20481C0B8B127', 'Arn') },
    RetainKey: true,
  });
  expect(ca.privateKeySecret).toBeUndefined();
  expect(stack.resolve(ca.signingKey!.keyArn)).toEqual(attributeOf('CaSigningKeyRSA20481C0B8B127', 'Arn'));
});

test('the function can sign with that key and read its public half, and neither more nor with another one', () => {
  const { stack, ca } = kmsCa();
  ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
  expect(rightsOf(stack)).toEqual([
    { Action: ['kms:GetPublicKey', 'kms:Sign'], Resource: attributeOf('CaSigningKeyRSA20481C0B8B127', 'Arn') },
    ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
  ]);
  expect(propertiesOf(stack, 'AWS::KMS::Key').KeyPolicy).toEqual({ // the account's own, by which IAM decides
    Statement: [{ Action: 'kms:*', Effect: 'Allow', Principal: { AWS: expect.anything() }, Resource: '*' }],
    Version: '2012-10-17',
  });
});

describe('an algorithm has its own key spec and, on a curve, its own digest:', () => {
  test.each<[KeyAlgorithm, string, HashAlgorithm, string]>([
    [KeyAlgorithm.RSA_2048, 'RSA_2048', HashAlgorithm.SHA_256, 'CaSigningKeyRSA20481C0B8B127'],
    [KeyAlgorithm.RSA_3072, 'RSA_3072', HashAlgorithm.SHA_256, 'CaSigningKeyRSA3072'],
    [KeyAlgorithm.RSA_4096, 'RSA_4096', HashAlgorithm.SHA_256, 'CaSigningKeyRSA4096'],
    [KeyAlgorithm.EC_P256, 'ECC_NIST_P256', HashAlgorithm.SHA_256, 'CaSigningKeyECP256'],
    [KeyAlgorithm.EC_P384, 'ECC_NIST_P384', HashAlgorithm.SHA_384, 'CaSigningKeyECP384'],
    [KeyAlgorithm.EC_P521, 'ECC_NIST_P521', HashAlgorithm.SHA_512, 'CaSigningKeyECP521'],
  ])('%s', (keyAlgorithm, keySpec, digest, logicalId) => {
    const { stack, ca } = kmsCa({ keyAlgorithm });
    ca.addDeviceCertificate('Sensor', { subject: SUBJECT });
    ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' });
    expect(propertiesOf(stack, 'AWS::KMS::Key').KeySpec).toBe(keySpec);
    expect(logicalIds(stack)['AWS::KMS::Key'][0]).toMatch(new RegExp(`^${logicalId}`));
    expect(ca.defaultHashAlgorithm).toBe(digest);
    for (const type of ['Custom::PrivateIotCa', 'Custom::IotDeviceCertificate', 'Custom::IotVerificationCertificate']) {
      expect(propertiesOf(stack, type).HashAlgorithm).toBe(digest);
    }
  });
});

test('another algorithm or generation is another key, because CloudFormation can\'t change one', () => {
  const keyOf = (props: Partial<PrivateIotCaProps>): string => logicalIds(kmsCa(props).stack)['AWS::KMS::Key'][0];
  expect(keyOf({ keyAlgorithm: KeyAlgorithm.EC_P256 })).toBe('CaSigningKeyECP2561AE0398E6');
  expect(keyOf({ generation: 2 })).toBe('CaSigningKeyRSA2048201357E63');
  expect(keyOf({ subject: { commonName: 'Another name' } })).toBe('CaSigningKeyRSA20481C0B8B127');
});

test('the window can be shorter, and the key can be declared to go with the stack', () => {
  const { stack } = kmsCa({ removalPolicy: RemovalPolicy.DESTROY }, { pendingWindow: Duration.days(7) });
  Template.fromStack(stack).hasResource('AWS::KMS::Key', { Properties: { PendingWindowInDays: 7 }, DeletionPolicy: 'Delete' });
});

test('a key that exists already is used as it is', () => {
  const stack = stackOf();
  new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, keyStorage: KeyStorage.kms({ key: Key.fromKeyArn(stack, 'Key', KEY_ARN) }) });
  Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
  expect(propertiesOf(stack, 'Custom::PrivateIotCa').KeyStorage).toEqual({ Type: 'Kms', KeyArn: KEY_ARN });
  expect(rightsOf(stack)).toEqual([
    { Action: ['kms:GetPublicKey', 'kms:Sign'], Resource: KEY_ARN },
    ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
  ]);
});

test('grantIssue lets a principal sign with the key and record, and nothing more', () => {
  const { stack, ca } = kmsCa();
  ca.grantIssue(new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111111111111') }));
  expect(rightsOf(stack, 'RoleDefaultPolicy')).toEqual([
    { Action: ['kms:Sign', 'kms:GetPublicKey'], Resource: attributeOf('CaSigningKeyRSA20481C0B8B127', 'Arn') },
    ledgerRights(attributeOf('CaLedger0A52F403', 'Arn')),
  ]);
});

describe('a key in KMS', () => {
  test.each<[string, Partial<PrivateIotCaProps>, KmsKeyStorageOptions, string]>([
    ['a key on Ed25519', { keyAlgorithm: KeyAlgorithm.ED25519 }, {},
      'Stack/Ca: keyAlgorithm must be one of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521 for a key in AWS KMS, got "ED25519"'],
    ['a digest that its curve does not sign over', { keyAlgorithm: KeyAlgorithm.EC_P384, hashAlgorithm: HashAlgorithm.SHA_256 }, {},
      'Stack/Ca: hashAlgorithm must be SHA-384 under a CA with an EC_P384 key in AWS KMS, got "SHA-256"'],
    ['a window of 6 days', {}, { pendingWindow: Duration.days(6) }, '\'pendingWindow\' value must between 7 and 30 days'],
    ['a window of 31 days', {}, { pendingWindow: Duration.days(31) }, '\'pendingWindow\' value must between 7 and 30 days'],
  ])('is refused for %s', (_, props, options, message) => {
    expect(() => kmsCa(props, options)).toThrow(message);
  });

  test('is refused for a certificate over a digest that the curve of its CA does not sign over', () => {
    const { ca } = kmsCa({ keyAlgorithm: KeyAlgorithm.EC_P256, pathLength: 1 });
    const hashAlgorithm = HashAlgorithm.SHA_512;
    const message = 'hashAlgorithm must be SHA-256 under a CA with an EC_P256 key in AWS KMS, got "SHA-512"';
    expect(() => ca.addDeviceCertificate('Sensor', { subject: SUBJECT, hashAlgorithm })).toThrow(`Stack/Ca/Sensor: ${message}`);
    expect(() => ca.addVerificationCertificate('Proof', { registrationCode: 'a', hashAlgorithm })).toThrow(`Stack/Ca/Proof: ${message}`);
    expect(() => new PrivateIotCa(ca.stack, 'Sub', { subject: SUBJECT, issuer: ca, hashAlgorithm })).toThrow(`Stack/Sub: ${message}`);
  });

  test('is refused for a window for a key that belongs to another stack', () => {
    const stack = stackOf();
    const keyStorage = KeyStorage.kms({ key: Key.fromKeyArn(stack, 'Key', KEY_ARN), pendingWindow: Duration.days(7) });
    expect(() => new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, keyStorage }))
      .toThrow('Stack/Ca: pendingWindow must be left out if key is given, because the declaration of that key decides it');
  });

  test('is refused for an alias in place of a key', () => {
    const stack = stackOf();
    const alias = Alias.fromAliasName(stack, 'Alias', 'alias/iot-ca');
    expect(() => new PrivateIotCa(stack, 'Ca', { subject: SUBJECT, keyStorage: KeyStorage.kms({ key: alias }) }))
      .toThrow('Stack/Ca: key must be a key and not an alias, because rights can\'t be granted on an alias; use Key.fromKeyArn()');
  });

  test('can\'t be read by anybody', () => {
    const { stack, ca } = kmsCa();
    expect(() => ca.grantReadPrivateKey(new Role(stack, 'Role', { assumedBy: new AccountPrincipal('111111111111') })))
      .toThrow('Stack/Ca: grantReadPrivateKey is not available for a CA whose key is in KMS, because such a key can\'t be read; '
        + 'use grantIssue to let a principal sign with it');
  });

  test('is refused for a device, whose key has to get onto it', () => {
    const { ca } = stackWithCa();
    expect(() => ca.addDeviceCertificate('Sensor', { subject: SUBJECT, keyStorage: KeyStorage.kms() }))
      .toThrow('Stack/Ca/Sensor: keyStorage must be KeyStorage.secretsManager() or KeyStorage.parameterStore() for a key that is delivered to a device or a server');
  });
});
