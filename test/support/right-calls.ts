import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup, Subnet, SubnetFilter, Vpc } from 'aws-cdk-lib/aws-ec2';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDomainConfiguration } from 'aws-cdk-lib/aws-iot';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { IConstruct } from 'constructs';
import { opensslCa, opensslRequest } from './foreign-ca';
import {
  ApsaraMqttCaRegistration, AwsIotCaRegistration, AwsIotClientCertificateValidation, AwsIotThing, AzureCaRegistration, AzureIotService,
  DeliveryFormat, DeviceCertificateFleet, ExtendedKeyUsage, FleetManifest, HuaweiIotdaCaRegistration, IotPlatform, JustInTimeProvisioning,
  KeyAlgorithm, KeyRecipient, KeyStorage, PemSource, PrivateIotCa,
  PrivateIotCaFunctions, ProofOfPossessionSignature, Renewal, SubjectRule, TencentIotHubCaRegistration, TrustBundle,
} from '../../src';

const FOREIGN = opensslCa('Old Root').certificate;
const REQUEST = opensslRequest('/CN=Elsewhere');
const FILE = join(mkdtempSync(join(tmpdir(), 'private-iot-ca-')), 'ca.pem');
writeFileSync(FILE, FOREIGN);

const MANIFEST = join(mkdtempSync(join(tmpdir(), 'private-iot-ca-')), 'devices.csv');
writeFileSync(MANIFEST, 'deviceId,certificateSigningRequest\nsensor-001,\n');
const RECIPIENT = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }) as string;

const TRUST_ANCHOR = 'arn:aws:rolesanywhere:eu-central-1:111111111111:trust-anchor/11111111-2222-3333-4444-555555555555';
const TRUST_STORE = 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:truststore/devices/0123456789abcdef';

/** What there is to give in a stack, each with the types that it is of. */
export function objectsIn(stack: Stack) {
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' }, pathLength: 1 });
  const format = DeliveryFormat.der();
  return {
    ca: { value: ca, of: ['IPrivateIotCa', 'IIotCertificate', 'Construct'] },
    device: {
      value: ca.addDeviceCertificate('Device', { subject: { commonName: 'device-1' }, deliveryFormats: [format] }),
      of: ['DeviceCertificate', 'IIotCertificate', 'Construct'],
    },
    secret: { value: Secret.fromSecretNameV2(stack, 'Secret', 'credentials'), of: ['ISecret', 'Construct'] },
    key: { value: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab'), of: ['IKey', 'Construct'] },
    bucket: { value: Bucket.fromBucketName(stack, 'Bucket', 'lists'), of: ['IBucket', 'Construct'] },
    domainCertificate: {
      value: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:111111111111:certificate/1'), of: ['ICertificate', 'Construct'],
    },
    lists: {
      value: new PrivateIotCa(stack, 'Published', { subject: { commonName: 'Root' } }).publishRevocation(), of: ['RevocationPublication', 'Construct'],
    },
    trustStore: { value: TrustStore.fromTrustStoreArn(stack, 'TrustStore', TRUST_STORE), of: ['ITrustStore', 'Construct'] },
    role: { value: Role.fromRoleName(stack, 'Role', 'role'), of: ['IRole', 'IGrantable', 'Construct'] },
    parameter: { value: StringParameter.fromStringParameterName(stack, 'Parameter', 'name'), of: ['IStringParameter', 'Construct'] },
    fn: { value: Function.fromFunctionName(stack, 'Function', 'name'), of: ['IFunction', 'IGrantable', 'Construct'] },
    duration: { value: Duration.days(30), of: ['Duration'] },
    renewal: { value: Renewal.beforeExpiry(Duration.days(30)), of: ['Renewal'] },
    date: { value: new Date('2030-01-01T00:00:00Z'), of: ['Date'] },
    keyAlgorithm: { value: KeyAlgorithm.EC_P256, of: ['KeyAlgorithm'] },
    platform: { value: IotPlatform.GENERIC, of: ['IotPlatform'] },
    keyStorage: { value: KeyStorage.secretsManager(), of: ['KeyStorage'] },
    pem: { value: PemSource.inline(REQUEST), of: ['PemSource'] },
    manifest: { value: FleetManifest.fromAsset(MANIFEST), of: ['FleetManifest'] },
    recipient: { value: KeyRecipient.publicKey(RECIPIENT), of: ['KeyRecipient'] },
    rule: { value: SubjectRule.exact({ commonName: 'x' }), of: ['SubjectRule'] },
    format: { value: format, of: ['DeliveryFormat'] },
    usage: { value: ExtendedKeyUsage.CLIENT_AUTH, of: ['ExtendedKeyUsage'] },
    azure: { value: AzureIotService.iotHub({ subscriptionId: 'x', resourceGroup: 'x', name: 'x' }), of: ['AzureIotService'] },
    provisioning: { value: JustInTimeProvisioning.fromTemplate({}), of: ['JustInTimeProvisioning'] },
    document: { value: new PolicyDocument(), of: ['PolicyDocument'] },
    principal: { value: new ServicePrincipal('lambda.amazonaws.com'), of: ['IGrantable'] },
    vpc: { value: Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'] }), of: ['IVpc', 'Construct'] },
    subnet: { value: Subnet.fromSubnetId(stack, 'Subnet', 'subnet-1'), of: ['ISubnet', 'Construct'] },
    subnetFilter: { value: SubnetFilter.byIds(['subnet-1']), of: ['SubnetFilter'] },
    securityGroup: { value: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1'), of: ['ISecurityGroup', 'Construct'] },
    queue: { value: Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:eu-central-1:111111111111:failed'), of: ['IQueue', 'Construct'] },
    architecture: { value: Architecture.X86_64, of: ['Architecture'] },
    runtime: { value: Runtime.NODEJS_22_X, of: ['Runtime'] },
  };
}

type Objects = ReturnType<typeof objectsIn>;

/** The object whose method is called, and arguments by the names of the parameters. */
export interface RightCall {
  readonly self?: IConstruct | PrivateIotCaFunctions | TrustBundle;
  readonly args?: { readonly [parameter: string]: unknown };
}

const SUBJECT = { commonName: 'x-1' };
const SERVER = { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] } };
const HUAWEI = { endpoint: 'a1.st1.iotda-app.cn-north-4.myhuaweicloud.com', projectId: '77b6a44cba5143ab91d13ab9a8ff44fd' };
const AZURE = { subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'hub' };
const KEPT = {
  caId: `ca-${'0'.repeat(32)}`,
  ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
  privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
};

/** How each function is called rightly, in a stack with those objects: `this`, and arguments by the names of its parameters. */
export const RIGHT_CALLS: { readonly [name: string]: (given: Objects, stack: Stack) => RightCall } = {
  'new ApsaraMqttCaRegistration()': ({ ca, secret }) => props({ ca, credentials: secret }, { instanceId: 'i', region: 'cn-hangzhou', caName: 'acme' }),
  'ApsaraMqttCaRegistration#applyRemovalPolicy()': ({ ca, secret }, stack) => ({
    self: new ApsaraMqttCaRegistration(stack, 'Kept', { ca: ca.value, credentials: secret.value, instanceId: 'i', region: 'cn-hangzhou', caName: 'acme' }),
    args: { policy: RemovalPolicy.RETAIN },
  }),
  'new ApsaraMqttRevocation()': ({ ca, secret }) => props({ ca, credentials: secret }, { instanceId: 'i', region: 'cn-hangzhou' }),
  'new AwsIotCaRegistration()': ({ ca }) => props({ ca }),
  'AwsIotCaRegistration#addJustInTimeRegistration()': ({ fn, ca }, stack) => ({ self: new AwsIotCaRegistration(stack, 'Jit', { ca: ca.value }), args: { fn: fn.value } }),
  'AwsIotCaRegistration#applyRemovalPolicy()': ({ ca }, stack) => ({ self: new AwsIotCaRegistration(stack, 'Kept', { ca: ca.value }), args: { policy: RemovalPolicy.RETAIN } }),
  'new AwsIotClientCertificateValidation()': ({ ca }) => props({}, { cas: [ca.value] }),
  'AwsIotClientCertificateValidation#attachTo()': ({ ca }, stack) => ({
    self: new AwsIotClientCertificateValidation(stack, 'Validation', { cas: [ca.value] }),
    args: { domainConfiguration: new CfnDomainConfiguration(stack, 'Domain', { authenticationType: 'AWS_X509' }) },
  }),
  'new AwsIotRevocation()': ({ ca }) => props({ ca }),
  'new AwsIotThing()': ({ device }) => props({ certificate: device }),
  'AwsIotThing#applyRemovalPolicy()': ({ device }, stack) => ({ self: new AwsIotThing(stack, 'Kept', { certificate: device.value }), args: { policy: RemovalPolicy.RETAIN } }),
  'new AwsIotThingPolicy()': () => props(),
  'new AzureCaRegistration()': ({ ca, secret }) => props({ ca, credentials: secret }, { service: AzureIotService.iotHub(AZURE), caName: 'acme' }),
  'AzureCaRegistration#applyRemovalPolicy()': ({ ca, secret }, stack) => ({
    self: new AzureCaRegistration(stack, 'Kept', { ca: ca.value, credentials: secret.value, service: AzureIotService.iotHub(AZURE), caName: 'acme' }),
    args: { policy: RemovalPolicy.RETAIN },
  }),
  'AzureIotService.deviceProvisioningService()': () => ({ args: { options: AZURE } }),
  'AzureIotService.iotHub()': () => ({ args: { options: AZURE } }),
  'new AzureRevocation()': ({ ca, secret }) => props({ ca, credentials: secret }, { service: AzureIotService.iotHub(AZURE) }),
  'new CaCertificate()': ({ ca, pem }) => props({ ca, certificateSigningRequest: pem }),
  'CaCertificate#applyRemovalPolicy()': ({ ca, pem }) => refused(ca.value.addCaCertificate('Below', { certificateSigningRequest: pem.value })),
  'CertificateRenewals.of()': ({ ca, renewal }, stack) => {
    ca.value.addDeviceCertificate('Renewed', { subject: SUBJECT, renewal: renewal.value });
    return { args: { scope: stack } };
  },
  'new ExpiryAlarms()': ({ ca }) => props({ ca }, { thresholds: {} }),
  'new CrossCertificate()': ({ ca }, stack) => props({ ca }, { subjectCa: new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next' } }) }),
  'CrossCertificate#chainFor()': ({ ca }, stack) => {
    const next = new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next' } });
    return { self: ca.value.addCrossCertificate('Cross', { subjectCa: next }), args: { certificate: next.addDeviceCertificate('Device', { subject: SUBJECT }) } };
  },
  'CrossCertificate#applyRemovalPolicy()': ({ ca }, stack) =>
    refused(ca.value.addCrossCertificate('Cross', { subjectCa: new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next' } }) })),
  'ExtendedKeyUsage.of()': () => ({ args: { oid: '1.2.3' } }),
  'new CertificateOutputs()': () => props(),
  'DeliveryFormat.pkcs12()': () => ({}),
  'DeliveryFormat.combinedPem()': () => ({}),
  'DeliveryFormat.der()': () => ({}),
  'new DeviceCertificate()': ({ ca }) => props({ ca }, { subject: SUBJECT }),
  'DeviceCertificate#delivered()': ({ device, format }) => ({ self: device.value, args: { format: format.value } }),
  'DeviceCertificate#grantReadPrivateKey()': ({ device, role }) => ({ self: device.value, args: { grantee: role.value } }),
  'DeviceCertificate#applyRemovalPolicy()': ({ device }) => refused(device.value),
  'new DeviceCertificateFleet()': ({ ca, manifest }) => props({ ca, manifest }),
  'DeviceCertificateFleet#grantRun()': ({ ca, manifest, role }, stack) => ({
    self: new DeviceCertificateFleet(stack, 'Fleet', { ca: ca.value, manifest: manifest.value }), args: { grantee: role.value },
  }),
  'FleetManifest.fromAsset()': () => ({ args: { path: MANIFEST } }),
  'FleetManifest.fromBucket()': ({ bucket }) => ({ args: { bucket: bucket.value, key: 'devices.csv' } }),
  'KeyRecipient.kmsKey()': ({ key }) => ({ args: { key: key.value } }),
  'KeyRecipient.publicKey()': () => ({ args: { pem: RECIPIENT } }),
  'new HuaweiIotdaCaRegistration()': ({ ca, secret }) => props({ ca, credentials: secret }, HUAWEI),
  'HuaweiIotdaCaRegistration#applyRemovalPolicy()': ({ ca, secret }, stack) => ({
    self: new HuaweiIotdaCaRegistration(stack, 'Kept', { ...HUAWEI, ca: ca.value, credentials: secret.value }),
    args: { policy: RemovalPolicy.RETAIN },
  }),
  'new HuaweiIotdaRevocation()': ({ ca, secret }) => props({ ca, credentials: secret }, HUAWEI),
  'new InvocationAlarm()': () => props(),
  'JustInTimeProvisioning.forThings()': () => ({ args: { options: { policyName: 'policy' } } }),
  'JustInTimeProvisioning.fromTemplate()': () => ({ args: { template: {} } }),
  'JustInTimeProvisioning.fromJson()': () => ({ args: { json: '{}' } }),
  'KeyStorage.secretsManager()': () => ({}),
  'KeyStorage.kms()': () => ({}),
  'KeyStorage.parameterStore()': () => ({}),
  'PemSource.inline()': () => ({ args: { text: FOREIGN } }),
  'PemSource.file()': () => ({ args: { path: FILE } }),
  'PemSource.parameter()': ({ parameter }) => ({ args: { parameter: parameter.value } }),
  'PemSource.secret()': ({ secret }) => ({ args: { secret: secret.value } }),
  'new LoadBalancerRevocation()': ({ lists, trustStore }) => props({ publication: lists, trustStore }),
  'new PrivateIotCa()': () => props({}, { subject: SUBJECT }),
  'PrivateIotCa.fromPrivateIotCaAttributes()': () => props({}, { ...KEPT, certificatePem: FOREIGN }, 'attrs'),
  'PrivateIotCa.fromExistingCa()': ({ secret }) => props({ privateKey: secret }, { certificate: PemSource.inline(FOREIGN) }),
  'PrivateIotCa.fromKeptCa()': () => props({}, KEPT),
  'PrivateIotCa#certificatePemFor()': ({ ca }, stack) => ({ self: ca.value, args: { scope: stack } }),
  'PrivateIotCa#caCertificatesFor()': ({ ca }, stack) => ({ self: ca.value, args: { scope: stack } }),
  'PrivateIotCa#addVerificationCertificate()': ({ ca }) => ({ self: ca.value, args: { options: { registrationCode: 'code' } } }),
  'PrivateIotCa#addDeviceCertificate()': ({ ca }) => ({ self: ca.value, args: { options: { subject: SUBJECT } } }),
  'PrivateIotCa#addServerCertificate()': ({ ca }) => ({ self: ca.value, args: { options: SERVER } }),
  'PrivateIotCa#addCaCertificate()': ({ ca, pem }) => ({ self: ca.value, args: { options: { certificateSigningRequest: pem.value } } }),
  'PrivateIotCa#addCrossCertificate()': ({ ca }, stack) => ({
    self: ca.value, args: { options: { subjectCa: new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next' } }) } },
  }),
  'PrivateIotCa#grantIssue()': ({ ca, role }) => ({ self: ca.value, args: { grantee: role.value } }),
  'PrivateIotCa#grantReadPrivateKey()': ({ ca, role }) => ({ self: ca.value, args: { grantee: role.value } }),
  'PrivateIotCa#grantRevoke()': ({ ca, role }) => ({ self: ca.value, args: { grantee: role.value } }),
  'PrivateIotCa#onCertificateIssued()': ({ ca }) => ({ self: ca.value }),
  'PrivateIotCa#onCertificateExpiring()': ({ ca }) => ({ self: ca.value }),
  'PrivateIotCa#onCertificateRefused()': ({ ca }) => ({ self: ca.value }),
  'PrivateIotCa#onCertificateRenewed()': ({ ca }) => ({ self: ca.value }),
  'PrivateIotCa#onRevocationChanged()': ({ ca }) => ({ self: ca.value }),
  'PrivateIotCa#onRevocationListsPublished()': ({ ca }) => ({ self: ca.value }),
  'PrivateIotCa#publishRevocation()': ({ ca }) => ({ self: ca.value }),
  'PrivateIotCa#applyRemovalPolicy()': ({ ca }) => refused(ca.value),
  'Retirement.evenInUse()': () => ({ args: { caId: KEPT.caId } }),
  'new PrivateIotCaDashboard()': ({ ca }) => props({}, { cas: [ca.value] }),
  'PrivateIotCaFunctions.of()': (_, stack) => ({ args: { scope: stack } }),
  'PrivateIotCaFunctions#apply()': ({ ca }) => ({ self: PrivateIotCaFunctions.of(ca.value), args: { options: {} } }),
  'new ProofOfPossessionSignature()': ({ ca }) => props({ ca }, { verificationCode: 'code' }),
  'ProofOfPossessionSignature#applyRemovalPolicy()': ({ ca }, stack) =>
    refused(new ProofOfPossessionSignature(stack, 'Proof', { ca: ca.value, verificationCode: 'code' })),
  'Renewal.beforeExpiry()': ({ duration }) => ({ args: { before: duration.value } }),
  'new RevocationPublication()': ({ ca }) => props({ ca }),
  'new RolesAnywhereRevocation()': ({ lists }) => props({ publication: lists }, { trustAnchorArn: TRUST_ANCHOR }),
  'new ServerCertificate()': ({ ca }) => props({ ca }, SERVER),
  'ServerCertificate#delivered()': ({ ca, format }) => ({ self: ca.value.addServerCertificate('Server', { ...SERVER, deliveryFormats: [format.value] }), args: { format: format.value } }),
  'ServerCertificate#grantReadPrivateKey()': ({ ca, role }) => ({ self: ca.value.addServerCertificate('Server', SERVER), args: { grantee: role.value } }),
  'ServerCertificate#applyRemovalPolicy()': ({ ca }) => refused(ca.value.addServerCertificate('Server', SERVER)),
  'new SigningAlarm()': (_, stack) => props({}, {
    ca: new PrivateIotCa(stack, 'InKms', { subject: SUBJECT, keyStorage: KeyStorage.kms() }),
  }),
  'SubjectRule.exact()': () => ({ args: { subject: SUBJECT } }),
  'SubjectRule.commonName()': () => ({ args: { pattern: 'x-*' } }),
  'SubjectRule.fromConstructId()': () => ({}),
  'new TencentIotHubCaRegistration()': ({ ca, secret }) => props({ ca, credentials: secret }, { caName: 'acme', registrationCode: 'code', region: 'ap-guangzhou' }),
  'TencentIotHubCaRegistration#applyRemovalPolicy()': ({ ca, secret }, stack) => ({
    self: new TencentIotHubCaRegistration(stack, 'Kept', {
      ca: ca.value, credentials: secret.value, caName: 'acme', registrationCode: 'code', region: 'ap-guangzhou',
    }),
    args: { policy: RemovalPolicy.RETAIN },
  }),
  'new TencentIotHubRevocation()': ({ ca, secret }) => props({ ca, credentials: secret }, { productIds: ['ABCDE12345'], region: 'ap-guangzhou' }),
  'new TrustBundle()': ({ ca }) => ({ args: { cas: [ca.value] } }),
  'TrustBundle#pemFor()': ({ ca }, stack) => ({ self: new TrustBundle([ca.value]), args: { scope: stack } }),
  'new VerificationCertificate()': ({ ca }) => props({ ca }, { registrationCode: 'code' }),
  'VerificationCertificate#applyRemovalPolicy()': ({ ca }) => refused(ca.value.addVerificationCertificate('Verification', { registrationCode: 'code' })),
};

function props(given: { readonly [name: string]: { readonly value: unknown } } = {}, more: object = {}, name = 'props'): RightCall {
  return { args: { [name]: { ...Object.fromEntries(Object.entries(given).map(([property, { value }]) => [property, value])), ...more } } };
}

function refused(self: IConstruct): RightCall {
  return { self, args: { policy: RemovalPolicy.DESTROY } };
}
