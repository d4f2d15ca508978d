import { App, Validations } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnTrustAnchor } from 'aws-cdk-lib/aws-rolesanywhere';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  ApsaraMqttCaRegistration, ApsaraMqttRevocation,
  AwsIotCaRegistration, AwsIotCertificateMode, AwsIotClientCertificateValidation, AwsIotRevocation, AwsIotThing,
  AzureCaRegistration, AzureIotService, AzureRevocation, DeviceCertificateFleet, FleetManifest, HuaweiIotdaCaRegistration, HuaweiIotdaRevocation,
  JustInTimeProvisioning,
  LoadBalancerRevocation, PrivateIotCa, PrivateIotCaFunctions, ProofOfPossessionSignature, RolesAnywhereRevocation, TencentIotHubCaRegistration,
  TencentIotHubRevocation,
} from '../src';
import { fullStack } from './support/full-stack';
import { stackOf } from './support/stacks';

/** The findings of the AwsSolutions pack, as synthesis reports them. */
function findings(declare: (app: App) => void): string {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  declare(app);
  const said: string[] = [];
  const spies = (['log', 'error', 'warn'] as const).map(method => jest.spyOn(console, method).mockImplementation((...text: unknown[]) => void said.push(String(text))));
  try {
    app.synth();
  } catch (error) {
    said.push(String(error));
  } finally {
    spies.forEach(spy => spy.mockRestore());
    process.exitCode = 0;
  }
  return said.join('\n');
}

test('the AwsSolutions pack of cdk-nag has no unacknowledged finding about any part of the library', () => {
  expect(findings(app => fullStack(app))).not.toContain('AwsSolutions-');
});

test('the AwsSolutions pack has no finding about registrations with Azure and Huawei Cloud, nor about revocation there', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Keys-AbCdEf');
    const service = AzureIotService.iotHub({ subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'acme-hub' });
    new AzureCaRegistration(stack, 'Azure', { ca, service, caName: 'acme', credentials });
    new AzureRevocation(stack, 'AzureRevocation', { ca, service, credentials });
    const instance = { endpoint: 'iotda.cn-north-4.myhuaweicloud.com', projectId: 'p1' };
    new HuaweiIotdaCaRegistration(stack, 'Huawei', { ca, ...instance, credentials });
    new HuaweiIotdaRevocation(stack, 'Revocation', { ca, ...instance, credentials });
  })).not.toContain('AwsSolutions-');
});

test('the AwsSolutions pack has no finding about registrations with platforms in China, nor about revocation there, nor about a signature', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    const credentials = Secret.fromSecretCompleteArn(stack, 'Credentials', 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Keys-AbCdEf');
    new ApsaraMqttCaRegistration(stack, 'Apsara', { ca, instanceId: 'i', region: 'cn-hangzhou', caName: 'acme', credentials });
    new TencentIotHubCaRegistration(stack, 'Tencent', { ca, caName: 'acme', registrationCode: 'code-1', region: 'ap-guangzhou', credentials });
    new ApsaraMqttRevocation(stack, 'ApsaraRevocation', { ca, instanceId: 'i', region: 'cn-hangzhou', credentials });
    new TencentIotHubRevocation(stack, 'TencentRevocation', { ca, productIds: ['ABCDE12345'], region: 'ap-guangzhou', credentials });
    new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: 'code-1' });
  })).not.toContain('AwsSolutions-');
});

test('the AwsSolutions pack has no finding about fleets, with a bucket of their own and with one that is there', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    const manifest = FleetManifest.fromBucket(Bucket.fromBucketName(stack, 'Inbox', 'acme-inbox'), 'devices.csv');
    new DeviceCertificateFleet(stack, 'Sensors', { ca, manifest });
    const encryptionKey = new Key(stack, 'ResultsKey', { enableKeyRotation: true });
    new DeviceCertificateFleet(stack, 'Gateways', { ca, manifest, encryptionKey });
    new DeviceCertificateFleet(stack, 'Pumps', { ca, manifest, resultsBucket: Bucket.fromBucketName(stack, 'Results', 'acme-results') });
  })).not.toContain('AwsSolutions-');
});

test('the AwsSolutions pack has no finding about a CA and a device on AWS IoT Core', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    const caRegistration = new AwsIotCaRegistration(stack, 'Registration', {
      ca,
      mode: AwsIotCertificateMode.DEFAULT,
      justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName: 'devices', thingGroups: ['field'] }),
    });
    const other = new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other' } });
    new AwsIotCaRegistration(stack, 'OtherRegistration', { ca: other, mode: AwsIotCertificateMode.DEFAULT });
    new AwsIotRevocation(stack, 'Revocation', { ca });
    new AwsIotClientCertificateValidation(stack, 'Validation', { cas: [ca, other] });
    new AwsIotThing(stack, 'Thing', { certificate: ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } }), caRegistration });
  })).not.toContain('AwsSolutions-');
});

test('the AwsSolutions pack has no finding about lists that are given to IAM Roles Anywhere and to load balancers', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    const publication = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } }).publishRevocation();
    new RolesAnywhereRevocation(stack, 'RolesAnywhere', {
      publication, trustAnchorArn: 'arn:aws:rolesanywhere:eu-central-1:111111111111:trust-anchor/11111111-2222-3333-4444-555555555555',
    });
    const trustStore = TrustStore.fromTrustStoreArn(stack, 'Store', 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:truststore/devices/0123456789abcdef');
    new LoadBalancerRevocation(stack, 'LoadBalancers', { publication, trustStore });
    const trustAnchor = new CfnTrustAnchor(stack, 'TrustAnchor', { name: 'a', source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: 'pem' } } });
    new RolesAnywhereRevocation(stack, 'OfThisStack', { publication, trustAnchorArn: trustAnchor.attrTrustAnchorArn });
  })).not.toContain('AwsSolutions-');
});

test('the AwsSolutions pack has no finding about functions in a VPC, with a queue for what fails', () => {
  expect(findings(app => {
    const stack = stackOf(app);
    const key = new Key(stack, 'LogKey', { enableKeyRotation: true });
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a', 'b'], privateSubnetIds: ['subnet-1', 'subnet-2'] });
    const deadLetterQueue = Queue.fromQueueAttributes(stack, 'Failed', {
      queueArn: 'arn:aws:sqs:eu-central-1:111111111111:failed', keyArn: 'arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    });
    PrivateIotCaFunctions.of(app).apply({ vpc, logEncryptionKey: key, deadLetterQueue, rolePath: '/iot/', roleNamePrefix: 'acme-' });
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    ca.publishRevocation({ ocsp: true });
    new AwsIotRevocation(stack, 'Revocation', { ca });
  })).not.toContain('AwsSolutions-');
});

test('the AwsSolutions pack does run: it finds faults that the library would not make', () => {
  expect(findings(app => {
    new Bucket(stackOf(app), 'Bucket');
  })).toContain('AwsSolutions-S10');
});
