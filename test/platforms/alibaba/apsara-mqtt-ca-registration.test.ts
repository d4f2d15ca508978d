import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ApsaraMqttCaRegistration, ApsaraMqttCaRegistrationProps, KeyAlgorithm } from '../../../src';
import { DELETED, resourcesBelow, verificationFor } from '../../support/registrations';
import { stackWithCa } from '../../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Apsara-AbCdEf';

function declared(changes: Partial<ApsaraMqttCaRegistrationProps> = {}): { stack: Stack; registration: ApsaraMqttCaRegistration } {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256 });
  const registration = new ApsaraMqttCaRegistration(stack, 'Apsara', {
    ca,
    instanceId: 'post-cn-7mz2d000001',
    region: 'cn-hangzhou',
    caName: 'acme',
    credentials: Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS),
    ...changes,
  });
  return { stack, registration };
}

const SERVICE_TOKEN = { 'Fn::GetAtt': ['PrivateIotCaApsaraMqttRegistrarFunction5CA0CCF6', 'Arn'] };
const RIGHTS = [
  'PrivateIotCaApsaraMqttRegistrarRightsOnStackCaDC4BAF946A8EFE0DAE8DF6D1', 'PrivateIotCaApsaraMqttRegistrarRightsOnStackCredentialsBB50C8A6158D5ADAF9C42FC9',
];
const INSTANCE = {
  ServiceToken: SERVICE_TOKEN,
  ServiceTimeout: '1200',
  LedgerTable: { Ref: 'CaLedger0A52F403' },
  InstanceId: 'post-cn-7mz2d000001',
  Endpoint: 'onsmqtt.cn-hangzhou.aliyuncs.com',
  CaCertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] },
  CredentialsSecretArn: CREDENTIALS,
  Generation: 1,
};

test('a registration is a code, a verification certificate that has it, and the registration that shows that', () => {
  const { stack, registration } = declared();
  expect(resourcesBelow(stack, 'Apsara')).toEqual({
    ApsaraRegisterCode3AE9F58F: {
      Type: 'Custom::ApsaraMqttRegisterCode',
      DependsOn: RIGHTS,
      ...DELETED,
      Properties: INSTANCE,
    },
    ApsaraVerificationCertificateF26B31C3: verificationFor('apsara-mqtt', { 'Fn::GetAtt': ['ApsaraRegisterCode3AE9F58F', 'RegisterCode'] }),
    ApsaraD6B347AD: {
      Type: 'Custom::ApsaraMqttCaRegistration',
      DependsOn: RIGHTS,
      ...DELETED,
      Properties: {
        ...INSTANCE,
        CaName: 'acme',
        VerificationCertificatePem: { 'Fn::GetAtt': ['ApsaraVerificationCertificateF26B31C3', 'CertificatePem'] },
      },
    },
  });
  expect(stack.resolve([registration.caSn, registration.registerCode])).toEqual([
    { 'Fn::GetAtt': ['ApsaraD6B347AD', 'Sn'] }, { 'Fn::GetAtt': ['ApsaraRegisterCode3AE9F58F', 'RegisterCode'] },
  ]);
  Annotations.fromStack(stack).hasInfo('*', 'Alibaba Cloud ApsaraMQ for MQTT: an instance of the Platinum or Professional Edition is required '
    + '[ack: cdk-private-iot-ca:apsara-mqtt.edition]');
});

test('a registration with all properties renders every one of them', () => {
  const { stack } = declared({ endpoint: 'onsmqtt-vpc.cn-hangzhou.aliyuncs.com', removalPolicy: RemovalPolicy.RETAIN, generation: 2 });
  const template = Template.fromStack(stack);
  template.hasResource('Custom::ApsaraMqttCaRegistration', {
    Properties: { Endpoint: 'onsmqtt-vpc.cn-hangzhou.aliyuncs.com', Generation: 2 }, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain',
  });
  template.hasResourceProperties('Custom::IotVerificationCertificate', { Generation: 2 });
});

test('CAs of one instance are registered one after the other, since a new code may take the place of the one before', () => {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256 });
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);
  for (const [id, instanceId] of [['One', 'i-1'], ['Two', 'i-1'], ['Other', 'i-2']]) {
    new ApsaraMqttCaRegistration(stack, id, { ca, instanceId, region: 'cn-hangzhou', caName: id, credentials });
  }
  const resources = Object.entries(Template.fromStack(stack).findResources('Custom::ApsaraMqttRegisterCode'));
  const before = (id: string): string[] => resources.find(([logicalId]) => logicalId.startsWith(id))![1].DependsOn.filter((each: string) => each.startsWith('One'));
  expect(before('Two')).toContain(Object.keys(Template.fromStack(stack).findResources('Custom::ApsaraMqttCaRegistration')).find(id => id.startsWith('One')));
  expect([before('One'), before('Other')]).toEqual([[], []]);
});

test.each([
  [{ instanceId: '' }, 'Stack/Apsara: instanceId must not be empty, got ""'],
  [{ caName: '' }, 'Stack/Apsara: caName must not be empty, got ""'],
  [{ region: 'Hangzhou' }, 'Stack/Apsara: region must be the id of a region, such as cn-hangzhou or ap-guangzhou, got "Hangzhou"'],
  [{ endpoint: 'https://x.com' }, 'Stack/Apsara: endpoint must be the host name of the platform\'s API, without https://, got "https://x.com"'],
  [{ generation: 0 }, 'Stack/Apsara: generation must be a whole number from 1 to 1000000, got 0'],
])('a registration is refused for %j', (changes, message) => {
  expect(() => declared(changes)).toThrow(message);
});
