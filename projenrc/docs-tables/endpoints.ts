import { App, Duration, Stack } from 'aws-cdk-lib';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { markdownTable } from './markdown-table';
import {
  ApsaraMqttCaRegistration, ApsaraMqttRevocation, AwsIotCaRegistration, AwsIotCertificateMode, AwsIotClientCertificateValidation, AwsIotRevocation,
  AzureCaRegistration, AzureIotService, AzureRevocation, DeviceCertificateFleet, ExpiryAlarms, FleetManifest, HuaweiIotdaCaRegistration,
  HuaweiIotdaRevocation, KeyRecipient, KeyStorage,
  LoadBalancerRevocation, PrivateIotCa, Renewal, RolesAnywhereRevocation, TencentIotHubCaRegistration, TencentIotHubRevocation,
} from '../../src';
import { calledFrom } from '../../src/constructs/functions/missing-endpoints';
import { GATEWAYS, INTERNET } from '../../src/constructs/functions/vpc-endpoints';

const RECIPIENT = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f';

/** What each function calls from a VPC, by its description. */
export function endpointTable(): string {
  const app = new App();
  const stack = everyFunction(app);
  app.synth(); // which attaches the rights to roles
  const called = new Map<string, Set<string>>();
  for (const scope of stack.node.findAll()) {
    const services = calledFrom(scope);
    if (services.length > 0) {
      const name = descriptionOf(scope);
      called.set(name, new Set([...called.get(name) ?? [], ...services]));
    }
  }
  return markdownTable(['Function', 'Interface endpoints', 'Gateway endpoints', 'Internet'], [...called].map(([name, services]) => {
    const all = [...services].sort();
    const list = (names: string[]): string => names.map(service => `\`${service}\``).join(', ');
    return [
      name, list(all.filter(service => service !== INTERNET && !GATEWAYS.includes(service))), list(all.filter(service => GATEWAYS.includes(service))),
      services.has(INTERNET) ? 'yes' : '',
    ];
  }));
}

function descriptionOf(scope: IConstruct): string {
  return (scope.node.findChild('Function').node.defaultChild as CfnFunction).description!;
}

/** A stack with every function of the library, with all the rights that it can have. */
function everyFunction(app: App): Stack {
  const stack = new Stack(app, 'Stack');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  const inKms = new PrivateIotCa(stack, 'InKms', { subject: { commonName: 'In KMS' }, keyStorage: KeyStorage.kms() });
  ca.addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' }, keyStorage: KeyStorage.parameterStore() });
  ca.addDeviceCertificate('RenewedPump', { subject: { commonName: 'pump-2' }, renewal: Renewal.beforeExpiry(Duration.days(30)) });
  new ExpiryAlarms(stack, 'Expiry', { ca });
  const manifest = FleetManifest.fromBucket(Bucket.fromBucketName(stack, 'Inbox', 'inbox'), 'devices.csv');
  new DeviceCertificateFleet(stack, 'Fleet', { ca, manifest, keyRecipient: KeyRecipient.kmsKey(Key.fromKeyArn(stack, 'Recipient', RECIPIENT)) });
  new DeviceCertificateFleet(stack, 'FleetOfKms', { ca: inKms, manifest });
  const publication = ca.publishRevocation({ ocsp: true });
  void ca.revokeFunction;
  inKms.publishRevocation();
  new AwsIotClientCertificateValidation(stack, 'Validation', { cas: [ca] });
  new AwsIotRevocation(stack, 'AwsIotRevocation', { ca });
  new AwsIotCaRegistration(stack, 'AwsIot', { ca, mode: AwsIotCertificateMode.DEFAULT });
  const credentials = Secret.fromSecretNameV2(stack, 'Credentials', 'credentials');
  const service = AzureIotService.iotHub({ subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'acme' });
  new AzureCaRegistration(stack, 'Azure', { ca, service, caName: 'acme', credentials });
  new AzureRevocation(stack, 'AzureRevocation', { ca, service, credentials });
  const instance = { endpoint: 'iotda.cn-north-4.myhuaweicloud.com', projectId: 'p1' };
  new HuaweiIotdaCaRegistration(stack, 'Huawei', { ca, ...instance, credentials });
  new HuaweiIotdaRevocation(stack, 'HuaweiRevocation', { ca, ...instance, credentials });
  new ApsaraMqttCaRegistration(stack, 'Apsara', { ca, instanceId: 'i', region: 'cn-hangzhou', caName: 'acme', credentials });
  new TencentIotHubCaRegistration(stack, 'Tencent', { ca, caName: 'acme', registrationCode: 'code-1', region: 'ap-guangzhou', credentials });
  new ApsaraMqttRevocation(stack, 'ApsaraRevocation', { ca, instanceId: 'i', region: 'cn-hangzhou', credentials });
  new TencentIotHubRevocation(stack, 'TencentRevocation', { ca, productIds: ['ABCDE12345'], region: 'ap-guangzhou', credentials });
  new RolesAnywhereRevocation(stack, 'RolesAnywhere', {
    publication, trustAnchorArn: 'arn:aws:rolesanywhere:eu-central-1:111111111111:trust-anchor/11111111-2222-3333-4444-555555555555',
  });
  const trustStore = TrustStore.fromTrustStoreArn(stack, 'Store', 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:truststore/devices/0123456789abcdef');
  new LoadBalancerRevocation(stack, 'LoadBalancers', { publication, trustStore });
  return stack;
}
