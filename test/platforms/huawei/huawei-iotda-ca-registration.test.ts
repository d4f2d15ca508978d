import { Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { HuaweiIotdaCaRegistration, HuaweiIotdaCaRegistrationProps, KeyAlgorithm } from '../../../src';
import { DELETED, resourcesBelow, verificationFor } from '../../support/registrations';
import { stackWithCa } from '../../support/stacks';

const CREDENTIALS = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Huawei-AbCdEf';
const ENDPOINT = 'a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com';
const PROJECT = '77b6a44cba5143ab91d13ab9a8ff44fd';

function declared(changes: Partial<HuaweiIotdaCaRegistrationProps> = {}) {
  const { stack, ca } = stackWithCa({ keyAlgorithm: KeyAlgorithm.EC_P256 });
  const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', CREDENTIALS);
  const registration = new HuaweiIotdaCaRegistration(stack, 'Huawei', { ca, endpoint: ENDPOINT, projectId: PROJECT, credentials, ...changes });
  return { stack, registration };
}

const INSTANCE = {
  ServiceToken: { 'Fn::GetAtt': ['PrivateIotCaHuaweiRegistrarFunction044B2686', 'Arn'] },
  ServiceTimeout: '1200',
  Endpoint: ENDPOINT,
  ProjectId: PROJECT,
  CredentialsSecretArn: CREDENTIALS,
};
const RIGHTS = ['PrivateIotCaHuaweiRegistrarRightsOnStackCredentialsBB50C8A6EB7B0D5502034B3F'];

test('a registration is an upload, a verification certificate for its code, and the verification by it', () => {
  const { stack, registration } = declared();
  expect(resourcesBelow(stack, 'Huawei')).toEqual({
    HuaweiUpload62A6F7E4: {
      Type: 'Custom::HuaweiIotdaCaUpload',
      DependsOn: ['PrivateIotCaHuaweiRegistrarRightsOnStackCaDC4BAF946A8EFE0D01AA8520', ...RIGHTS],
      ...DELETED,
      Properties: {
        ...INSTANCE, LedgerTable: { Ref: 'CaLedger0A52F403' }, CertificatePem: { 'Fn::GetAtt': ['Ca1E0C8272', 'CertificatePem'] }, Generation: 1,
      },
    },
    HuaweiVerificationCertificateF1613851: verificationFor('huawei-iotda', { 'Fn::GetAtt': ['HuaweiUpload62A6F7E4', 'VerifyCode'] }),
    HuaweiA7062422: {
      Type: 'Custom::HuaweiIotdaCaVerification',
      DependsOn: RIGHTS,
      ...DELETED,
      Properties: {
        ...INSTANCE,
        CertificateId: { 'Fn::GetAtt': ['HuaweiUpload62A6F7E4', 'CertificateId'] },
        VerificationCertificatePem: { 'Fn::GetAtt': ['HuaweiVerificationCertificateF1613851', 'CertificatePem'] },
      },
    },
  });
  expect(stack.resolve([registration.certificateId, registration.registeredCaId])).toEqual(Array(2).fill({ 'Fn::GetAtt': ['HuaweiA7062422', 'CertificateId'] }));
});

test('a registration with all properties renders every one of them', () => {
  const { stack } = declared({ instanceId: '1ba84d6d-4321', appId: 'space-1', generation: 2, removalPolicy: RemovalPolicy.RETAIN });
  const template = Template.fromStack(stack);
  const instance = { InstanceId: '1ba84d6d-4321', AppId: 'space-1' };
  template.hasResource('Custom::HuaweiIotdaCaUpload', { Properties: { ...instance, Generation: 2 }, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  template.hasResourceProperties('Custom::HuaweiIotdaCaVerification', instance);
});

test('the Region of a host of another name is rendered, and left to the deployment where the host is known only then', () => {
  const { stack } = declared({ endpoint: 'iotda.acme.internal', region: 'cn-east-3' });
  Template.fromStack(stack).hasResourceProperties('Custom::HuaweiIotdaCaUpload', { Endpoint: 'iotda.acme.internal', Region: 'cn-east-3' });
  expect(() => declared({ endpoint: Lazy.string({ produce: () => 'iotda.acme.internal' }) })).not.toThrow();
});

test('a host of another name without its Region causes a warning, because an access key could not sign, and a token needs no region', () => {
  const { stack } = declared({ endpoint: 'iotda.acme.internal' });
  Annotations.fromStack(stack).hasWarning('/Stack/Huawei', Match.stringLikeRegexp('region must be given if the endpoint does not contain it, because an access key '
    + 'signs for a Region, got none for "iotda.acme.internal"; declare the Region of the instance, such as cn-north-4. A token needs no region'));
  expect(Annotations.fromStack(declared().stack).findWarning('*', Match.anyValue())).toEqual([]);
});

describe('a registration', () => {
  test.each<[string, Partial<HuaweiIotdaCaRegistrationProps>, string]>([
    ['a URL as endpoint', { endpoint: `https://${ENDPOINT}` }, 'endpoint must be the host of the access address for applications over HTTPS, in lower case and without https://'],
    ['the host for devices', { endpoint: ENDPOINT.replace('iotda-app', 'iotda-device') }, 'endpoint must be the host of the access address for applications over HTTPS'],
    ['a Region that the endpoint contradicts', { region: 'cn-east-3' }, 'region must be cn-north-4, as in the endpoint, or be left out, got "cn-east-3"'],
    ['a Region that is none', { endpoint: 'iotda.acme.internal', region: 'Beijing' }, 'region must be the id of a Region, such as cn-north-4, got "Beijing"'],
    ['a project that leads elsewhere', { projectId: '../x' }, 'projectId must be 1 to 32 letters and digits, as My Credentials shows it, got "../x"'],
    ['an empty instance', { instanceId: '' }, 'instanceId must be 1 to 36 letters, digits, underscores and hyphens, got ""'],
    ['a resource space that is too long', { appId: 'a'.repeat(37) }, 'appId must be 1 to 36 letters, digits, underscores and hyphens, got "aaaa'],
  ])('is refused for %s', (_, changes, message) => {
    expect(() => declared(changes)).toThrow(`Stack/Huawei: ${message}`);
  });
});
