import { CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { KeyAlgorithm, PrivateIotCa, TencentIotHubCaRegistration, TencentIotHubCaRegistrationProps } from '../../../src';
import { DELETED, resourcesBelow, verificationFor } from '../../support/registrations';
import { stackWithCa } from '../../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Tencent-AbCdEf';

function declared(changes: Partial<TencentIotHubCaRegistrationProps> = {}): { stack: Stack; registration: TencentIotHubCaRegistration } {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256 });
  const registration = new TencentIotHubCaRegistration(stack, 'Tencent', {
    ca,
    caName: 'acme',
    registrationCode: new CfnParameter(stack, 'Code').valueAsString,
    region: 'ap-guangzhou',
    credentials: Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS),
    ...changes,
  });
  return { stack, registration };
}

test('a registration is a verification certificate with the code of the console, and the registration that shows it', () => {
  const { stack, registration } = declared();
  expect(resourcesBelow(stack, 'Tencent')).toEqual({
    TencentVerificationCertificate7164AB47: verificationFor('tencent-iot-hub', { Ref: 'Code' }),
    Tencent59F74328: {
      Type: 'Custom::TencentIotHubCaRegistration',
      DependsOn: [
        'PrivateIotCaTencentRegistrarRightsOnStackCaDC4BAF946A8EFE0D4F82C36F', 'PrivateIotCaTencentRegistrarRightsOnStackCredentialsBB50C8A6F956C3F0E02C38B2',
      ],
      ...DELETED,
      Properties: {
        ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaTencentRegistrarFunctionF387B688', 'Arn'] },
        ServiceTimeout: '1200',
        LedgerTable: { Ref: 'CaLedger0A52F403' },
        CertName: 'acme',
        CaCertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] },
        VerificationCertificatePem: { 'Fn::GetAtt': ['TencentVerificationCertificate7164AB47', 'CertificatePem'] },
        Endpoint: 'iotcloud.tencentcloudapi.com',
        Region: 'ap-guangzhou',
        CredentialsSecretArn: CREDENTIALS,
        Generation: 1,
      },
    },
  });
  expect(stack.resolve(registration.certName)).toEqual({ 'Fn::GetAtt': ['Tencent59F74328', 'CertName'] });
});

test('two CAs of an account must have different names', () => {
  const { stack, registration } = declared();
  const register = (id: string, region: string) => new TencentIotHubCaRegistration(stack, id, {
    ca: new PrivateIotCa(stack, `CaOf${id}`, { subject: { commonName: id }, keyAlgorithm: KeyAlgorithm.EC_P256 }),
    caName: 'acme',
    registrationCode: 'a1',
    region,
    credentials: Secret.fromSecretCompleteArn(stack, `CredentialsOf${id}`, CREDENTIALS),
  });
  expect(() => register('Second', 'ap-guangzhou'))
    .toThrow(`Stack/Second: caName must be unique among the CA certificates of an account in a region, got "acme", which the registration ${registration.node.path} uses; choose another name`);
  expect(() => register('Elsewhere', 'ap-beijing')).not.toThrow();
});

test('a registration with all properties renders every one of them', () => {
  const { stack } = declared({ endpoint: 'iotcloud.intl.tencentcloudapi.com', removalPolicy: RemovalPolicy.RETAIN, generation: 2 });
  const template = Template.fromStack(stack);
  template.hasResource('Custom::TencentIotHubCaRegistration', {
    Properties: { Endpoint: 'iotcloud.intl.tencentcloudapi.com', Generation: 2 }, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain',
  });
  template.hasResourceProperties('Custom::IotVerificationCertificate', { Generation: 2 });
});

test.each([
  [{ caName: 'x'.repeat(33) }, 'Stack/Tencent: caName must be 1 to 32 characters long, without leading or trailing spaces, got "xxx'],
  [{ caName: ' acme' }, 'Stack/Tencent: caName must be 1 to 32 characters long, without leading or trailing spaces, got " acme"'],
  [{ region: 'guangzhou' }, 'Stack/Tencent: region must be the id of a region, such as cn-hangzhou or ap-guangzhou, got "guangzhou"'],
  [{ endpoint: 'X' }, 'Stack/Tencent: endpoint must be the host name of the platform\'s API, without https://, got "X"'],
  [{ registrationCode: '' }, 'registrationCode must be 1 to 64 characters long'],
])('a registration is refused for %j', (changes, message) => {
  expect(() => declared(changes)).toThrow(message);
});
