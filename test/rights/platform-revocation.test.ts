import { X509Certificate } from 'node:crypto';
import { App, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApsaraMqttRevocation, AwsIotRevocation, AzureIotService, AzureRevocation, DeviceCertificate, KeyAlgorithm, PrivateIotCa, TencentIotHubRevocation,
} from '../../src';
import { ACCESS_KEY, INSTANCE, StrictApsara } from '../platforms/alibaba/strict-apsara';
import { StrictIot } from '../platforms/aws-iot/strict-iot';
import { StrictAzureDevices } from '../platforms/azure/strict-azure-devices';
import { CLIENT, CLIENT_SECRET, TENANT } from '../platforms/azure/strict-entra';
import { API_KEY, StrictTencent } from '../platforms/tencent/strict-tencent';
import { HttpsPlatform } from '../support/https-platform';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { temporaryFiles } from '../support/openssl';
import { AwsWorld, Place } from '../support/rights/aws-world';
import { assertRights, assertStrangersDenied } from '../support/rights/expectations';
import { NeededRight } from '../support/rights/needed-rights';
import { PlayedStack } from '../support/rights/played-stack';
import { RecordedAws } from '../support/rights/recorded-aws';
import { Template } from '../support/rights/template-values';

const ACCOUNT = '123456789012';
const PLACES = [
  { partition: 'aws', account: ACCOUNT, region: 'eu-central-1' },
  { partition: 'aws-cn', account: ACCOUNT, region: 'cn-northwest-1' },
  { partition: 'aws-us-gov', account: ACCOUNT, region: 'us-gov-east-1' },
];
/** Milliseconds. */
const LONG = 120_000;

const SCHEDULE = { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} };

const file = temporaryFiles();
let aws: RecordedAws;
let world: AwsWorld | undefined;

beforeAll(async () => {
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
afterEach(() => world?.stop());
afterAll(() => aws.stop());

function templateOf({ account, region }: Place, declare: (stack: Stack, ca: PrivateIotCa) => unknown): Template {
  const app = new App();
  const stack = new Stack(app, 'Revoked', { env: { account, region } });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, keyAlgorithm: KeyAlgorithm.EC_P256, pathLength: 1 });
  for (const name of ['sensor-001', 'sensor-002']) {
    new DeviceCertificate(stack, name, { ca, subject: { commonName: name }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  }
  ca.revokeFunction;
  declare(stack, ca);
  return app.synth().getStackByName('Revoked').template;
}

/** What the ledger's stream says about a certificate, and what the queue of a platform delivers then. */
function eventsAbout(ca: string, serialNumber: string): { fromStream: object; fromQueue: object } {
  const Keys = { pk: { S: `revoked#${ca}` }, sk: { S: `serial#${serialNumber}` } };
  const event = { 'source': 'private-iot-ca', 'detail-type': 'Certificate Revocation Changed', 'detail': { ca, serialNumber } };
  return {
    fromStream: { Records: [{ eventSource: 'aws:dynamodb', dynamodb: { Keys, SequenceNumber: '1' } }] },
    fromQueue: { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify(event) }] },
  };
}

/** A platform of another cloud, whose credentials are in a secret. */
interface OtherCloud {
  readonly name: string;
  readonly credentials: object;
  start(): HttpsPlatform;
  declare(stack: Stack, ca: PrivateIotCa, credentials: ISecret, endpoint: string): unknown;
}

const OTHER_CLOUDS: readonly OtherCloud[] = [
  {
    name: 'ApsaraMQ for MQTT',
    credentials: ACCESS_KEY,
    start: () => new StrictApsara(),
    declare: (stack, ca, credentials, endpoint) =>
      new ApsaraMqttRevocation(stack, 'Revocation', { ca, credentials, endpoint, instanceId: INSTANCE, region: 'cn-hangzhou' }),
  },
  {
    name: 'Tencent Cloud IoT Hub',
    credentials: API_KEY,
    start: () => {
      const tencent = new StrictTencent();
      tencent.showsCertificates = false; // so the ledger is asked for another certificate of the device
      return tencent;
    },
    declare: (stack, ca, credentials, endpoint) =>
      new TencentIotHubRevocation(stack, 'Revocation', { ca, credentials, endpoint, productIds: ['PRODUCT001'], region: 'ap-guangzhou' }),
  },
];

/** The right for a call to AWS IoT. */
function iotRight({ method, path }: { readonly method: string; readonly path: string }, { partition, account, region }: Place): NeededRight {
  const [, kind, id] = /^\/(certificates|cacertificate)\/(\w+)/.exec(path)!;
  const operation = `${method === 'PUT' ? 'Update' : 'Describe'}${kind === 'certificates' ? 'Certificate' : 'CACertificate'}`;
  return {
    action: `iot:${operation}`, resource: `arn:${partition}:iot:${region}:${account}:${kind === 'certificates' ? 'cert' : 'cacert'}/${id}`, context: {},
  };
}

describe.each(PLACES)('in $partition', place => {
  test('a revocation is announced and carried over to AWS IoT Core by allowed calls alone, and every right is used', async () => {
    const iot = await StrictIot.start(place.region);
    const here = world = new AwsWorld(aws, place);
    const { accessKeyId, secretAccessKey, sessionToken } = iot.credentials;
    here.platform = {
      AWS_ENDPOINT_URL_IOT: iot.url,
      NODE_EXTRA_CA_CERTS: file('iot.pem', iot.pem),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
    here.otherCalls = () => iot.calls.splice(0).map(call => iotRight(call, place));
    const stack = new PlayedStack(here, 'Revoked');
    await stack.deploy(templateOf(here, (scope, ca) => {
      new PrivateIotCa(scope, 'Factory', { issuer: ca, subject: { commonName: 'Acme Factory CA' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
      new AwsIotRevocation(scope, 'Revocation', { ca });
      ca.onCertificateRefused('Refused');
    }));
    await assertStrangersDenied(stack, here, { secret: await here.secret('others'), key: `arn:${place.partition}:kms:${place.region}:${ACCOUNT}:key/others` });
    const caId = stack.idOf('Ca')!;
    const [device, factory] = ['sensor001', 'Factory'].map(id => stack.certificateOf(id));
    const registered = iot.state.registerCertificate({ certificatePem: device.pem, certificateMode: 'SNI_ONLY', status: 'ACTIVE' });
    iot.state.carryOut('POST', '/cacertificate?setAsActive=true&allowAutoRegistration=true', { caCertificate: factory.pem, certificateMode: 'SNI_ONLY' });
    for (const reason of ['certificateHold', 'removeFromCRL']) {
      await stack.use('CaRevokeFunction', { commonNames: ['sensor-001'], reason });
      await stack.use('Revocation', eventsAbout(caId, device.serialNumber).fromQueue);
    }
    expect(iot.state.certificates.get(registered)!.status).toBe('ACTIVE');
    await stack.use('CaRevokeFunction', { commonNames: ['sensor-001'], reason: 'keyCompromise' });
    await stack.use('CaRevokeFunction', { serialNumbers: [factory.serialNumber], reason: 'keyCompromise' });
    for (const { serialNumber } of [device, factory]) {
      const { fromStream, fromQueue } = eventsAbout(caId, serialNumber);
      await stack.use('CaEvents', fromStream);
      await stack.use('Revocation', fromQueue);
    }
    const Keys = { pk: { S: `resource#${stack.id}/sensor001` }, sk: { S: 'refused' } };
    await stack.use('CaEvents', { Records: [{ eventSource: 'aws:dynamodb', dynamodb: { Keys, SequenceNumber: '1' } }] });
    await stack.use('Revocation', SCHEDULE);
    expect(iot.state.certificates.get(registered)!.status).toBe('REVOKED');
    await stack.delete();
    await iot.stop();
    assertRights(stack);
  }, LONG);

  test('a revocation is carried over to Azure by allowed calls alone, and every right is used', async () => {
    const azure = new StrictAzureDevices();
    await azure.start();
    const here = world = new AwsWorld(aws, place);
    here.platform = { PLATFORM_PORT: new URL(azure.url).port, NODE_EXTRA_CA_CERTS: file('azure.pem', azure.trustedCas) };
    const secret = await here.secret(JSON.stringify({ tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET }));
    const stack = new PlayedStack(here, 'Revoked');
    await stack.deploy(templateOf(here, (scope, ca) => new AzureRevocation(scope, 'Revocation', {
      ca,
      credentials: Secret.fromSecretCompleteArn(scope, 'Credentials', secret),
      service: AzureIotService.iotHub({ subscriptionId: '91d12660-3dec-467a-be2a-213b5544ddc0', resourceGroup: 'iot', name: 'hub-1' }),
    })));
    await assertStrangersDenied(stack, here, { secret: await here.secret('others'), key: `arn:${place.partition}:kms:${place.region}:${ACCOUNT}:key/others` });
    azure.hub.register('sensor-001');
    const { serialNumber } = stack.certificateOf('sensor001');
    await stack.use('CaRevokeFunction', { commonNames: ['sensor-001'], reason: 'keyCompromise' });
    const { fromStream, fromQueue } = eventsAbout(stack.idOf('Ca')!, serialNumber);
    await stack.use('CaEvents', fromStream);
    await stack.use('Revocation', fromQueue);
    await stack.use('Revocation', SCHEDULE);
    expect(azure.hub.devices.get('sensor-001')!.status).toBe('disabled');
    await stack.delete();
    await azure.stop();
    assertRights(stack);
  }, LONG);
});

test.each(OTHER_CLOUDS)('a revocation is carried over to $name by allowed calls alone, and every right is used', async ({ credentials, start, declare }) => {
  const [place] = PLACES;
  const platform = start();
  await platform.start();
  const here = world = new AwsWorld(aws, place);
  here.platform = { NODE_EXTRA_CA_CERTS: file('platform.pem', platform.trustedCas) };
  const { attributes: { Arn: keyArn } } = await here.make('AWS::KMS::Key', 'Outside', 'outside', {
    KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }] },
  });
  const secretCompleteArn = await here.secret(JSON.stringify(credentials), keyArn);
  const stack = new PlayedStack(here, 'Revoked');
  await stack.deploy(templateOf(here, (scope, ca) => declare(scope, ca, Secret.fromSecretAttributes(scope, 'Credentials', {
    secretCompleteArn, encryptionKey: Key.fromKeyArn(scope, 'Key', keyArn),
  }), platform.url.slice('https://'.length))));
  await assertStrangersDenied(stack, here, { secret: await here.secret('others'), key: keyArn });
  const { pem, serialNumber } = stack.certificateOf('sensor001');
  if (platform instanceof StrictTencent) {
    platform.addDevice('sensor-001', new X509Certificate(pem));
  }
  if (platform instanceof StrictApsara) {
    platform.register('acme', stack.certificateOf('Ca').pem);
    platform.connect(new X509Certificate(pem));
  }
  await stack.use('CaRevokeFunction', { commonNames: ['sensor-001'], reason: 'keyCompromise' });
  const { fromStream, fromQueue } = eventsAbout(stack.idOf('Ca')!, serialNumber);
  await stack.use('CaEvents', fromStream);
  await stack.use('Revocation', fromQueue);
  await stack.use('Revocation', SCHEDULE);
  await stack.delete();
  await platform.stop();
  expect(stack.used.map(({ action }) => action)).toEqual(expect.arrayContaining(['secretsmanager:GetSecretValue', 'kms:Decrypt']));
  assertRights(stack);
}, LONG);
