import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AzureCaRegistration, AzureCaRegistrationProps, AzureCloud, AzureIotService, AzureIotServiceOptions, KeyAlgorithm, PrivateIotCaProps } from '../src';
import { stackWithCa, statementsOf } from './support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Azure-AbCdEf';
const DPS: AzureIotServiceOptions = { subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'acme-dps' };

function declared(changes: Partial<AzureCaRegistrationProps> = {}, caProps: Partial<PrivateIotCaProps> = {}) {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256, ...caProps });
  const registration = new AzureCaRegistration(stack, 'Azure', {
    ca,
    service: AzureIotService.deviceProvisioningService(DPS),
    certificateName: 'acme',
    credentials: Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS),
    ...changes,
  });
  return { stack, registration };
}

function registrationIn(stack: Stack): object {
  const resources = Template.fromStack(stack).toJSON().Resources as Record<string, object>;
  return Object.fromEntries(Object.entries(resources).filter(([id]) => id.startsWith('Azure')));
}

const SERVICE = {
  ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaAzureRegistrarFunction73D6C204', 'Arn'] },
  ServiceTimeout: '1200',
  Cloud: 'public',
  Service: 'azure-dps',
  SubscriptionId: DPS.subscriptionId,
  ResourceGroup: 'iot',
  ServiceName: 'acme-dps',
  CredentialsSecretArn: CREDENTIALS,
};
const DELETED = { UpdateReplacePolicy: 'Delete', DeletionPolicy: 'Delete' };
const RIGHTS = ['PrivateIotCaAzureRegistrarRightsOnStackCredentialsBB50C8A6603D807E'];

test('a registration is an upload, a verification certificate for its code, and the verification by it', () => {
  const { stack, registration } = declared();
  expect(registrationIn(stack)).toEqual({
    AzureUpload13569C0A: {
      Type: 'Custom::AzureCaUpload',
      DependsOn: RIGHTS,
      ...DELETED,
      Properties: { ...SERVICE, CertificateName: 'acme', CertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] } },
    },
    AzureVerificationCertificate3444E4B8: {
      Type: 'Custom::IotVerificationCertificate',
      DependsOn: ['PrivateIotCaProviderRightsOnStackCaDC4BAF94E4DDC2EF'],
      ...DELETED,
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaProviderFunction8B248EC3', 'Arn'] },
        ServiceTimeout: '1200',
        LedgerTable: { Ref: 'CaLedger0A52F403' },
        Issuer: { Ref: 'Ca1E0C8272' },
        RegistrationCode: { 'Fn::GetAtt': ['AzureUpload13569C0A', 'VerificationCode'] },
        KeyAlgorithm: 'EC_P256',
        HashAlgorithm: 'SHA-256',
        ValidityDays: 30,
        ClipToIssuer: true,
        Generation: 1,
        Platforms: ['azure-dps'],
      },
    },
    AzureBB63246B: {
      Type: 'Custom::AzureCaVerification',
      DependsOn: RIGHTS,
      ...DELETED,
      Properties: {
        ...SERVICE,
        CertificateName: { 'Fn::GetAtt': ['AzureUpload13569C0A', 'CertificateName'] },
        Thumbprint: { 'Fn::GetAtt': ['AzureUpload13569C0A', 'Thumbprint'] },
        VerificationCertificatePem: { 'Fn::GetAtt': ['AzureVerificationCertificate3444E4B8', 'CertificatePem'] },
      },
    },
  });
  expect(stack.resolve([registration.certificateName, registration.thumbprint])).toEqual([
    { 'Fn::GetAtt': ['AzureBB63246B', 'CertificateName'] }, { 'Fn::GetAtt': ['AzureBB63246B', 'Thumbprint'] },
  ]);
});

test('a registration of all properties renders every one of them', () => {
  const { stack } = declared({ service: AzureIotService.iotHub({ ...DPS, name: 'acme-hub', cloud: AzureCloud.CHINA }), removalPolicy: RemovalPolicy.RETAIN });
  const template = Template.fromStack(stack);
  template.hasResource('Custom::AzureCaUpload', {
    Properties: { Cloud: 'china', Service: 'azure-iot-hub', ServiceName: 'acme-hub' }, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain',
  });
  template.hasResourceProperties('Custom::AzureCaVerification', { Cloud: 'china', Service: 'azure-iot-hub' });
  template.hasResourceProperties('Custom::IotVerificationCertificate', { Platforms: ['azure-iot-hub'] });
});

test('its function can read the credentials and write its log, and nothing else', () => {
  const { stack } = declared();
  const rights = statementsOf(stack).filter(({ policy }) => policy.startsWith('PrivateIotCaAzureRegistrar'));
  expect(rights.map(({ Action, Resource }) => ({ Action, Resource }))).toEqual([
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': ['PrivateIotCaAzureRegistrarLog0509A124', 'Arn'] } },
    { Action: 'secretsmanager:GetSecretValue', Resource: CREDENTIALS },
  ]);
});

test('credentials that a key encrypts are read by that key through Secrets Manager only', () => {
  const { stack, ca } = stackWithCa();
  const credentials = new Secret(stack, 'Credentials', { encryptionKey: new Key(stack, 'Key') });
  new AzureCaRegistration(stack, 'Azure', { ca, service: AzureIotService.iotHub(DPS), certificateName: 'acme', credentials });
  const [decrypt] = statementsOf(stack).filter(({ policy, Action }) => policy.startsWith('PrivateIotCaAzure') && Action === 'kms:Decrypt');
  expect(JSON.stringify(decrypt.Condition)).toContain('kms:ViaService');
});

test('registrations with several services share one function', () => {
  const { stack, ca } = stackWithCa();
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);
  const services = [AzureIotService.deviceProvisioningService(DPS), AzureIotService.iotHub({ ...DPS, name: 'acme-hub' })];
  services.forEach((service, index) => new AzureCaRegistration(stack, `Azure${index}`, { ca, service, certificateName: 'acme', credentials }));
  const tokens = Object.values(Template.fromStack(stack).findResources('Custom::AzureCaUpload')).map(({ Properties }) => Properties.ServiceToken);
  expect(tokens).toEqual([SERVICE.ServiceToken, SERVICE.ServiceToken]);
});

test('the right to read credentials goes after the registrations that have them, and stays while one of them does', () => {
  const stackWith = (...names: string[]): Stack => {
    const { stack, ca } = stackWithCa();
    const credentials = (id: string) => stack.node.tryFindChild(id) as Secret ?? new Secret(stack, id);
    names.forEach(name => new AzureCaRegistration(stack, name, {
      ca, service: AzureIotService.deviceProvisioningService({ ...DPS, name }), certificateName: 'acme', credentials: credentials(name.slice(0, 5)),
    }));
    return stack;
  };
  const policies = (stack: Stack): string[] => Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(id => id.startsWith('PrivateIotCaAzureRegistrarRights'));
  const [ofAlpha, ofBravo] = policies(stackWith('alpha1', 'bravo1', 'bravo2'));
  expect(policies(stackWith('alpha1', 'bravo2'))).toEqual([ofAlpha, ofBravo]);
  expect(policies(stackWith('alpha1'))).toEqual([ofAlpha]);
  const uploads = Object.values(Template.fromStack(stackWith('alpha1', 'bravo1')).findResources('Custom::AzureCaUpload'));
  expect(uploads.map(({ DependsOn }) => DependsOn)).toEqual([[ofAlpha], [ofBravo]]); // CloudFormation deletes in the reverse order
});

describe('fails for', () => {
  const service = (changes: Partial<AzureIotServiceOptions>) => ({ service: AzureIotService.deviceProvisioningService({ ...DPS, ...changes }) });
  test.each<[string, Partial<AzureCaRegistrationProps>, string]>([
    ['a subscription that is no UUID', service({ subscriptionId: 'acme' }), 'subscriptionId must be a UUID, got "acme"'],
    ['a resource group with a period at the end', service({ resourceGroup: 'iot.' }), 'resourceGroup must be 1 to 90 letters, digits, hyphens'],
    ['a service with a hyphen at the end', service({ name: 'acme-' }), 'name must be 3 to 64 letters, digits and hyphens with no hyphen at the end, got "acme-"'],
    ['a hub with a long name', { service: AzureIotService.iotHub({ ...DPS, name: 'h'.repeat(51) }) }, 'name must be 3 to 50 letters'],
    ['a certificate name that is too long', { certificateName: 'c'.repeat(56) }, 'certificateName must be 1 to 55 letters, digits, hyphens'],
  ])('%s', (_, changes, message) => {
    expect(() => declared(changes)).toThrow(`Stack/Azure: ${message}`);
  });

  test('a CA whose key the platform is not known to take', () => {
    expect(() => declared({}, { keyAlgorithm: KeyAlgorithm.ED25519 }))
      .toThrow(/keyAlgorithm of the CA must be one of RSA_2048, .* for Azure IoT Hub Device Provisioning Service, got "ED25519"/);
  });
});
