import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DeliveryFormat, DeviceCertificate, DeviceCertificateOptions, KeyStorage } from '../../../src';
import { attributeOf, logicalIds, onlyVia, propertiesOf, rightsOf, stackWithCa } from '../../support/stacks';

const TYPE = 'Custom::IotDeviceCertificate';
const KEEP = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'];

function delivered(deliveryFormats: DeliveryFormat[], options: Partial<DeviceCertificateOptions> = {}): { stack: Stack; device: DeviceCertificate } {
  const { stack, ca } = stackWithCa();
  return { stack, device: new DeviceCertificate(stack, 'Sensor', { ca, subject: { commonName: 'sensor-001' }, deliveryFormats, ...options }) };
}

test('a certificate without delivery formats has the secret with the PEM of its key, and no other', () => {
  const { stack } = delivered([]);
  expect(propertiesOf(stack, TYPE)).not.toHaveProperty('Bundles');
  expect(logicalIds(stack)['AWS::SecretsManager::Secret']).toEqual(['CaPrivateKey3406A746', 'SensorPrivateKey3D889321']);
});

describe('each delivery format has an empty secret of its own, with a final logical id,', () => {
  test.each<[string, DeliveryFormat, string]>([
    ['CombinedPem', DeliveryFormat.combinedPem(), 'SensorCombinedPemBA294CFB'],
    ['Der', DeliveryFormat.der(), 'SensorDerCF6876AB'],
  ])('for %s', (name, format, logicalId) => {
    const { stack, device } = delivered([format]);
    expect(logicalIds(stack)['AWS::SecretsManager::Secret']).toEqual(['CaPrivateKey3406A746', 'SensorPrivateKey3D889321', logicalId]);
    expect(Template.fromStack(stack).toJSON().Resources[logicalId]).toMatchObject({
      Properties: { Description: `${name} of Stack/Sensor` }, DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete',
    });
    expect(Template.fromStack(stack).toJSON().Resources[logicalId].Properties).not.toHaveProperty('GenerateSecretString');
    expect(propertiesOf(stack, TYPE).Bundles).toEqual([{ Type: name, SecretArn: { Ref: logicalId } }]);
    expect(stack.resolve(device.delivered(format).secret.secretArn)).toEqual({ Ref: logicalId });
    expect(device.delivered(format).passphrase).toBeUndefined();
  });

  test.each<[string, DeliveryFormat, string, string]>([
    ['Pkcs12', DeliveryFormat.pkcs12(), 'SensorPkcs12FE0E97E1', 'SensorPkcs12PassphraseC595A7EA'],
    ['Pkcs12Legacy', DeliveryFormat.pkcs12({ legacy: true }), 'SensorPkcs12Legacy3A295FDF', 'SensorPkcs12LegacyPassphrase622442D6'],
  ])('for %s with a random passphrase', (name, format, logicalId, passphraseId) => {
    const { stack, device } = delivered([format]);
    expect(logicalIds(stack)['AWS::SecretsManager::Secret'].slice(2)).toEqual([logicalId, passphraseId]);
    expect(Template.fromStack(stack).toJSON().Resources[passphraseId].Properties).toEqual({
      Description: 'Passphrase of Stack/Sensor', GenerateSecretString: { ExcludePunctuation: true, PasswordLength: 32 },
    });
    expect(propertiesOf(stack, TYPE).Bundles).toEqual([{ Type: name, SecretArn: { Ref: logicalId }, PassphraseSecretArn: { Ref: passphraseId } }]);
    expect(stack.resolve(device.delivered(format).passphrase!.secretArn)).toEqual({ Ref: passphraseId });
  });
});

test('the function can keep the bundles and read the passphrases, and write no passphrase', () => {
  const { stack } = delivered([DeliveryFormat.pkcs12(), DeliveryFormat.combinedPem()]);
  expect(rightsOf(stack, 'PrivateIotCaProviderKeys')).toEqual([
    { Action: KEEP, Resource: ['SensorPrivateKey3D889321', 'SensorPkcs12FE0E97E1', 'SensorCombinedPemBA294CFB'].sort().map(Ref => ({ Ref })) },
    { Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'SensorPkcs12PassphraseC595A7EA' } },
  ]);
  Template.fromStack(stack).hasResource(TYPE, {
    DependsOn: [
      'PrivateIotCaProviderKeys0F3D707D3', 'PrivateIotCaProviderOwnStack784B1F56', 'PrivateIotCaProviderRightsOnStackCaDC4BAF94D43DB4658B3F88D6',
    ],
  });
});

test('a passphrase of the app is read where it is, and is no resource of the certificate', () => {
  const { stack, ca } = stackWithCa();
  const passphrase = Secret.fromSecretCompleteArn(stack, 'Mine', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Mine-AbCdEf');
  const format = DeliveryFormat.pkcs12({ passphrase });
  const device = ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, deliveryFormats: [format] });
  expect(device.delivered(format).passphrase).toBe(passphrase);
  Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::Secret', 3);
  expect(rightsOf(stack, 'PrivateIotCaProviderKeys')).toContainEqual({ Action: 'secretsmanager:GetSecretValue', Resource: passphrase.secretArn });
});

test('a customer key encrypts the bundle and its passphrase, and the function can use it through Secrets Manager only', () => {
  const { stack, ca } = stackWithCa();
  const encryptionKey = new Key(stack, 'Key');
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'a' }, deliveryFormats: [DeliveryFormat.pkcs12({ encryptionKey })] });
  const secrets = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret'));
  expect(secrets.filter(({ Properties }) => Properties.KmsKeyId)).toHaveLength(2);
  const keyRights = rightsOf(stack, 'PrivateIotCaProviderKeys').filter(right => JSON.stringify(right).includes('kms:Decrypt'));
  expect(keyRights).toEqual([{
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: attributeOf('Key961B73FD', 'Arn'),
    Condition: onlyVia('secretsmanager'),
  }]);
});

test('bundle and passphrase stay if the key is to stay: neither is of use without the other', () => {
  const { stack } = delivered([DeliveryFormat.pkcs12()], { removalPolicy: RemovalPolicy.RETAIN });
  const { Resources } = Template.fromStack(stack).toJSON();
  for (const id of ['SensorPrivateKey3D889321', 'SensorPkcs12FE0E97E1', 'SensorPkcs12PassphraseC595A7EA']) {
    expect(Resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  }
});

test('bundles go with a key in the Parameter Store too', () => {
  const { stack } = delivered([DeliveryFormat.der()], { keyStorage: KeyStorage.parameterStore() });
  expect(logicalIds(stack)['AWS::SecretsManager::Secret']).toEqual(['CaPrivateKey3406A746', 'SensorDerCF6876AB']);
});

test('one delivery format serves many certificates, each with secrets of its own', () => {
  const { stack, ca } = stackWithCa();
  const format = DeliveryFormat.pkcs12();
  const [one, two] = ['One', 'Two'].map(id => ca.addDeviceCertificate(id, { subject: { commonName: id }, deliveryFormats: [format] }));
  expect(stack.resolve(one.delivered(format).secret.secretArn)).not.toEqual(stack.resolve(two.delivered(format).secret.secretArn));
});

describe('a delivery format', () => {
  test('is refused if it is declared twice', () => {
    expect(() => delivered([DeliveryFormat.der(), DeliveryFormat.combinedPem(), DeliveryFormat.der()]))
      .toThrow('Stack/Sensor: deliveryFormats must contain each format only once, got "Der" twice');
  });

  test('is refused if there are more than CloudFormation could wait for', () => {
    expect(() => delivered(Array.from({ length: 21 }, () => DeliveryFormat.der()))).toThrow('Stack/Sensor: deliveryFormats must be at most 20, got 21');
  });

  test('is refused if it was not declared', () => {
    const { device } = delivered([DeliveryFormat.der()]);
    expect(() => device.delivered(DeliveryFormat.der()))
      .toThrow('Stack/Sensor: format must be one of the certificate\'s deliveryFormats, got a Der that is not among them');
  });
});
