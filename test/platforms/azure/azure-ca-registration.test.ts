import { RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AzureCaRegistration, AzureCaRegistrationProps, AzureCloud, AzureIotService, AzureIotServiceOptions, KeyAlgorithm } from '../../../src';
import { DELETED, resourcesBelow, verificationFor } from '../../support/registrations';
import { stackWithCa } from '../../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Azure-AbCdEf';
const DPS: AzureIotServiceOptions = { subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'acme-dps' };

function declared(changes: Partial<AzureCaRegistrationProps> = {}) {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256 });
  const registration = new AzureCaRegistration(stack, 'Azure', {
    ca,
    service: AzureIotService.deviceProvisioningService(DPS),
    caName: 'acme',
    credentials: Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS),
    ...changes,
  });
  return { stack, registration };
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
const RIGHTS = ['PrivateIotCaAzureRegistrarRightsOnStackCredentialsBB50C8A67307E83D792C072A'];

test('a registration is an upload, a verification certificate for its code, and the verification by it', () => {
  const { stack, registration } = declared();
  expect(resourcesBelow(stack, 'Azure')).toEqual({
    AzureUpload13569C0A: {
      Type: 'Custom::AzureCaUpload',
      DependsOn: ['PrivateIotCaAzureRegistrarRightsOnStackCaDC4BAF946A8EFE0D48B72DC1', ...RIGHTS],
      ...DELETED,
      Properties: {
        ...SERVICE,
        LedgerTable: { Ref: 'CaLedger0A52F403' },
        CertificateName: 'acme',
        CertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] },
        Generation: 1,
      },
    },
    AzureVerificationCertificate3444E4B8: verificationFor('azure-dps', { 'Fn::GetAtt': ['AzureUpload13569C0A', 'VerificationCode'] }),
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

test('a registration with all properties renders every one of them', () => {
  const { stack } = declared({ service: AzureIotService.iotHub({ ...DPS, name: 'acme-hub', cloud: AzureCloud.CHINA }), removalPolicy: RemovalPolicy.RETAIN });
  const template = Template.fromStack(stack);
  template.hasResource('Custom::AzureCaUpload', {
    Properties: { Cloud: 'china', Service: 'azure-iot-hub', ServiceName: 'acme-hub' }, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain',
  });
  template.hasResourceProperties('Custom::AzureCaVerification', { Cloud: 'china', Service: 'azure-iot-hub' });
  template.hasResourceProperties('Custom::IotVerificationCertificate', { Platforms: ['azure-iot-hub'] });
});

describe('a registration', () => {
  const service = (changes: Partial<AzureIotServiceOptions>) => ({ service: AzureIotService.deviceProvisioningService({ ...DPS, ...changes }) });
  test.each<[string, Partial<AzureCaRegistrationProps>, string]>([
    ['a subscription that is no UUID', service({ subscriptionId: 'acme' }), 'subscriptionId must be a UUID, got "acme"'],
    ['a resource group with a period at the end', service({ resourceGroup: 'iot.' }), 'resourceGroup must be 1 to 90 letters, digits, hyphens'],
    ['a service with a hyphen at the end', service({ name: 'acme-' }), 'name must be 3 to 64 letters, digits and hyphens with no hyphen at the end, got "acme-"'],
    ['a hub with a long name', { service: AzureIotService.iotHub({ ...DPS, name: 'h'.repeat(51) }) }, 'name must be 3 to 50 letters'],
    ['a certificate name that is too long', { caName: 'c'.repeat(56) }, 'caName must be 1 to 55 letters, digits, hyphens'],
  ])('is refused for %s', (_, changes, message) => {
    expect(() => declared(changes)).toThrow(`Stack/Azure: ${message}`);
  });
});
