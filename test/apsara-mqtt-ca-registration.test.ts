import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ApsaraMqttCaRegistration, ApsaraMqttCaRegistrationProps, KeyAlgorithm } from '../src';
import { stackWithCa, statementsOf } from './support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Apsara-AbCdEf';

function declared(changes: Partial<ApsaraMqttCaRegistrationProps> = {}): { stack: Stack; registration: ApsaraMqttCaRegistration } {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256 });
  const registration = new ApsaraMqttCaRegistration(stack, 'Apsara', {
    ca,
    instanceId: 'post-cn-7mz2d000001',
    regionId: 'cn-hangzhou',
    caName: 'acme',
    credentials: Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS),
    ...changes,
  });
  return { stack, registration };
}

const SERVICE_TOKEN = { 'Fn::GetAtt': ['PrivateIotCaApsaraMqttRegistrarFunction5CA0CCF6', 'Arn'] };
const INSTANCE = {
  ServiceToken: SERVICE_TOKEN,
  ServiceTimeout: '1200',
  InstanceId: 'post-cn-7mz2d000001',
  Endpoint: 'onsmqtt.cn-hangzhou.aliyuncs.com',
  CaCertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] },
  CredentialsSecretArn: CREDENTIALS,
  Generation: 1,
};

test('a registration is a code, a verification certificate that has it, and the registration that shows that', () => {
  const { stack, registration } = declared();
  const resources = Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>;
  expect(Object.fromEntries(Object.entries(resources).filter(([id]) => id.startsWith('Apsara')))).toEqual({
    ApsaraRegisterCode3AE9F58F: {
      Type: 'Custom::ApsaraMqttRegisterCode',
      DependsOn: ['PrivateIotCaApsaraMqttRegistrarRightsOnStackCredentialsBB50C8A6C4EE5A13'],
      UpdateReplacePolicy: 'Delete',
      DeletionPolicy: 'Delete',
      Properties: INSTANCE,
    },
    ApsaraVerificationCertificateF26B31C3: {
      Type: 'Custom::IotVerificationCertificate',
      DependsOn: ['PrivateIotCaProviderRightsOnStackCaDC4BAF94E4DDC2EF'],
      UpdateReplacePolicy: 'Delete',
      DeletionPolicy: 'Delete',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaProviderFunction8B248EC3', 'Arn'] },
        ServiceTimeout: '1200',
        LedgerTable: { Ref: 'CaLedger0A52F403' },
        Issuer: { Ref: 'Ca1E0C8272' },
        RegistrationCode: { 'Fn::GetAtt': ['ApsaraRegisterCode3AE9F58F', 'RegisterCode'] },
        KeyAlgorithm: 'EC_P256',
        HashAlgorithm: 'SHA-256',
        ValidityDays: 30,
        ClipToIssuer: true,
        Generation: 1,
        Platforms: ['apsara-mqtt'],
      },
    },
    ApsaraD6B347AD: {
      Type: 'Custom::ApsaraMqttCaRegistration',
      DependsOn: ['PrivateIotCaApsaraMqttRegistrarRightsOnStackCredentialsBB50C8A6C4EE5A13'],
      UpdateReplacePolicy: 'Delete',
      DeletionPolicy: 'Delete',
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
  Annotations.fromStack(stack).hasInfo('*', 'Alibaba Cloud ApsaraMQ for MQTT: an instance of the Platinum or the Professional edition is needed');
});

test('a registration of all properties renders every one of them', () => {
  const { stack } = declared({ endpoint: 'onsmqtt-vpc.cn-hangzhou.aliyuncs.com', removalPolicy: RemovalPolicy.RETAIN, generation: 2 });
  const template = Template.fromStack(stack);
  template.hasResource('Custom::ApsaraMqttCaRegistration', {
    Properties: { Endpoint: 'onsmqtt-vpc.cn-hangzhou.aliyuncs.com', Generation: 2 }, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain',
  });
  template.hasResourceProperties('Custom::IotVerificationCertificate', { Generation: 2 });
});

test('its function can read the credentials and write its log, and nothing else', () => {
  const { stack } = declared();
  const rights = statementsOf(stack).filter(({ policy }) => policy.startsWith('PrivateIotCaApsaraMqttRegistrar'));
  expect(rights.map(({ Action, Resource }) => ({ Action, Resource }))).toEqual([
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': ['PrivateIotCaApsaraMqttRegistrarLogA33929BB', 'Arn'] } },
    { Action: 'secretsmanager:GetSecretValue', Resource: CREDENTIALS },
  ]);
});

test('credentials that a key encrypts are read by that key through Secrets Manager only', () => {
  const { stack, ca } = stackWithCa();
  const credentials = new Secret(stack, 'Credentials', { encryptionKey: new Key(stack, 'Key') });
  new ApsaraMqttCaRegistration(stack, 'Apsara', { ca, instanceId: 'i', regionId: 'cn-hangzhou', caName: 'acme', credentials });
  const [decrypt] = statementsOf(stack).filter(({ policy, Action }) => policy.startsWith('PrivateIotCaApsara') && Action === 'kms:Decrypt');
  expect(JSON.stringify(decrypt.Condition)).toContain('kms:ViaService');
});

test.each([
  [{ instanceId: '' }, 'Stack/Apsara: instanceId must not be empty, got ""'],
  [{ caName: '' }, 'Stack/Apsara: caName must not be empty, got ""'],
  [{ regionId: 'Hangzhou' }, 'Stack/Apsara: regionId must be the id of a region, such as cn-hangzhou or ap-guangzhou, got "Hangzhou"'],
  [{ endpoint: 'https://x.com' }, 'Stack/Apsara: endpoint must be the host name of the platform\'s API, without https://, got "https://x.com"'],
  [{ generation: 0 }, 'Stack/Apsara: generation must be a whole number of generations from 1 to 1000000, got "0"'],
])('fails for %j', (changes, message) => {
  expect(() => declared(changes)).toThrow(message);
});

test('fails for a CA whose key the platform is not known to take', () => {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.ED25519 });
  expect(() => new ApsaraMqttCaRegistration(stack, 'Apsara', {
    ca, instanceId: 'i', regionId: 'cn-hangzhou', caName: 'acme', credentials: Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS),
  })).toThrow(/keyAlgorithm of the CA must be one of RSA_2048, .* for Alibaba Cloud ApsaraMQ for MQTT, got "ED25519"/);
});
