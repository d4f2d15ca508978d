import { App, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsIotRevocation, KeyAlgorithm, KeyStorage, PrivateIotCa, SigningAlarm } from '../../src';

type Resources = { [logicalId: string]: { Type: string; Properties?: any; DeletionPolicy?: string } };

/** A stack with all that holds data. */
function stackWithData(removalPolicy?: RemovalPolicy): Stack {
  const stack = new Stack(new App(), 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  ca.addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' } });
  ca.addDeviceCertificate('Valve', { subject: { commonName: 'valve-1' }, keyStorage: KeyStorage.parameterStore() });
  const inKms = new PrivateIotCa(stack, 'InKms', { subject: { commonName: 'In KMS' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.kms() });
  ca.publishRevocation({ ocsp: true, removalPolicy });
  new AwsIotRevocation(stack, 'Revocation', { ca });
  new SigningAlarm(stack, 'Alarm', { ca: inKms });
  return stack;
}

function resources(stack: Stack): [string, Resources[string]][] {
  return Object.entries(Template.fromStack(stack).toJSON().Resources);
}

/** The logical ids of what stays when a stack is deleted, without their hashes. */
function whatStays(stack: Stack): string[] {
  return resources(stack).filter(([, { DeletionPolicy = 'Delete' }]) => DeletionPolicy !== 'Delete').map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).sort();
}

/** Whether the bucket of lists is emptied before it is deleted: CloudFormation deletes only empty buckets. */
function isBucketEmptied(stack: Stack): boolean {
  const [[bucket]] = resources(stack).filter(([, { Type }]) => Type === 'AWS::S3::Bucket');
  return resources(stack).some(([, { Type, Properties }]) => Type === 'Custom::S3AutoDeleteObjects' && Properties.BucketName.Ref === bucket);
}

test('by default, the keys of CAs, ledgers, logs and published lists stay when a stack is deleted, and nothing else', () => {
  expect(whatStays(stackWithData())).toEqual([
    'CaEventsLog', 'CaLedger', 'CaPrivateKey', 'CaRevocationAccess', 'CaRevocationBucket', 'CaRevocationBucketPolicy', 'CaRevocationDistribution',
    'CaRevocationLog', 'CaRevocationOcspCache', 'CaRevocationOcspLog', 'InKmsLedger', 'InKmsSigningKeyECP2561', 'PrivateIotCaProviderLog', 'RevocationLog',
  ]);
});

test('RemovalPolicies and the removal policy of published lists leave nothing behind', () => {
  const stack = stackWithData(RemovalPolicy.DESTROY);
  RemovalPolicies.of(stack).destroy();
  expect(whatStays(stack)).toEqual([]);
  expect(isBucketEmptied(stack)).toBe(true);
});

test('RemovalPolicies alone do not empty the bucket of published lists, which is why it has a removal policy of its own', () => {
  const stack = stackWithData();
  RemovalPolicies.of(stack).destroy();
  expect(whatStays(stack)).toEqual([]);
  expect(isBucketEmptied(stack)).toBe(false);
});

test('logs alone can go with the stack', () => {
  const stack = stackWithData();
  RemovalPolicies.of(stack).destroy({ applyToResourceTypes: ['AWS::Logs::LogGroup'] });
  expect(whatStays(stack).filter(id => id.endsWith('Log'))).toEqual([]);
  expect(whatStays(stack)).toEqual(expect.arrayContaining(['CaLedger', 'CaPrivateKey']));
});
