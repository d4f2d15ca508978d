import { App, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApsaraMqttCaRegistration, AwsIotCaRegistration, AwsIotCertificateMode, AzureCaRegistration, AzureIotService,
  HuaweiIotdaCaRegistration, KeyAlgorithm, PrivateIotCa, TencentIotHubCaRegistration,
} from '../../src';
import { ACCESS_KEY as ALIBABA_KEY, INSTANCE, StrictApsara } from '../platforms/alibaba/strict-apsara';
import { StrictIot } from '../platforms/aws-iot/strict-iot';
import { RESOURCE_GROUP, StrictAzure, SUBSCRIPTION } from '../platforms/azure/strict-azure';
import { CLIENT, CLIENT_SECRET, TENANT } from '../platforms/azure/strict-entra';
import { ACCESS_KEY, OWN_HOST, PROJECT, SECRET_KEY, StrictHuawei } from '../platforms/huawei/strict-huawei';
import { API_KEY, StrictTencent } from '../platforms/tencent/strict-tencent';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { temporaryFiles } from '../support/openssl';
import { AwsWorld } from '../support/rights/aws-world';
import { assertRights, assertStrangersDenied } from '../support/rights/expectations';
import { PlayedStack } from '../support/rights/played-stack';
import { RecordedAws } from '../support/rights/recorded-aws';

const ACCOUNT = '123456789012';
const PLACES = [
  { partition: 'aws', account: ACCOUNT, region: 'eu-central-1' },
  { partition: 'aws-cn', account: ACCOUNT, region: 'cn-northwest-1' },
  { partition: 'aws-us-gov', account: ACCOUNT, region: 'us-gov-east-1' },
];
/** Milliseconds. */
const LONG = 120_000;

const file = temporaryFiles();
let aws: RecordedAws;
let world: AwsWorld | undefined;

beforeAll(async () => {
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
afterEach(() => world?.stop());
afterAll(() => aws.stop());

const hostOf = (url: string) => url.slice('https://'.length);

const CASES = [
  {
    name: 'Azure',
    credentials: { tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET },
    start: () => new StrictAzure(),
    declare: (stack: Stack, ca: PrivateIotCa, credentials: ISecret, second: boolean) => new AzureCaRegistration(stack, 'Registration', {
      ca,
      credentials,
      caName: 'acme',
      service: second
        ? AzureIotService.iotHub({ subscriptionId: SUBSCRIPTION, resourceGroup: RESOURCE_GROUP, name: 'hub-1' })
        : AzureIotService.deviceProvisioningService({ subscriptionId: SUBSCRIPTION, resourceGroup: RESOURCE_GROUP, name: 'dps-1' }),
    }),
  },
  {
    name: 'Huawei Cloud',
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    start: () => new StrictHuawei(),
    declare: (stack: Stack, ca: PrivateIotCa, credentials: ISecret) => new HuaweiIotdaCaRegistration(stack, 'Registration', {
      ca, credentials, endpoint: OWN_HOST, projectId: PROJECT,
    }),
  },
  {
    name: 'ApsaraMQ for MQTT',
    credentials: ALIBABA_KEY,
    start: () => new StrictApsara(),
    declare: (stack: Stack, ca: PrivateIotCa, credentials: ISecret, _second: boolean, url: string) => new ApsaraMqttCaRegistration(stack, 'Registration', {
      ca, credentials, instanceId: INSTANCE, region: 'cn-hangzhou', caName: 'acme', endpoint: hostOf(url),
    }),
  },
  {
    name: 'Tencent Cloud',
    credentials: API_KEY,
    start: () => Object.assign(new StrictTencent(), { code: 'c0de' }),
    declare: (stack: Stack, ca: PrivateIotCa, credentials: ISecret, _second: boolean, url: string) => new TencentIotHubCaRegistration(stack, 'Registration', {
      ca, credentials, caName: 'acme', registrationCode: 'c0de', region: 'ap-guangzhou', endpoint: hostOf(url),
    }),
  },
];

/** A stack with a CA and what registers it. */
function templateOf(place: AwsWorld, declare: (stack: Stack, ca: PrivateIotCa) => unknown) {
  const app = new App();
  const stack = new Stack(app, 'Registered', { env: { account: place.account, region: place.region } });
  declare(stack, new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, keyAlgorithm: KeyAlgorithm.RSA_2048 }));
  return app.synth().getStackByName('Registered').template;
}

describe.each(PLACES)('in $partition', place => {
  test.each(place.partition === 'aws' ? CASES : CASES.slice(0, 1))('a registration with $name, moved to other credentials and removed, makes allowed calls alone, and needs every right', async (
    { credentials, start, declare },
  ) => {
    const platform = start();
    await platform.start();
    const here = world = new AwsWorld(aws, place);
    here.platform = { PLATFORM_PORT: new URL(platform.url).port, NODE_EXTRA_CA_CERTS: file('platform.pem', platform.trustedCas) };
    const { attributes: { Arn: keyArn } } = await here.make('AWS::KMS::Key', 'Outside', 'outside', {
      KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: `arn:${place.partition}:iam::${ACCOUNT}:root` } }] },
    });
    const secrets = [await here.secret(JSON.stringify(credentials), keyArn), await here.secret(JSON.stringify(credentials), keyArn)];
    const [first, second] = [false, true].map(isSecond => templateOf(here, (stack, ca) => declare(stack, ca, Secret.fromSecretAttributes(stack, 'Credentials', {
      secretCompleteArn: secrets[Number(isSecond)], encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn),
    }), isSecond, platform.url)));
    const stack = new PlayedStack(here, 'Registered');
    await stack.deploy(first);
    await assertStrangersDenied(stack, here, { secret: await here.secret('others'), key: keyArn });
    await stack.deploy(second);
    await stack.delete();
    await platform.stop();
    expect(stack.used.map(({ action }) => action)).toEqual(expect.arrayContaining(['secretsmanager:GetSecretValue', 'kms:Decrypt', 'dynamodb:UpdateItem']));
    assertRights(stack);
  }, LONG);
});

test('a registration with AWS IoT Core in the mode DEFAULT may fetch the registration code, and needs every right', async () => {
  const iot = await StrictIot.start();
  const here = world = new AwsWorld(aws, PLACES[0]);
  const { accessKeyId, secretAccessKey, sessionToken } = iot.credentials;
  here.platform = {
    AWS_ENDPOINT_URL_IOT: iot.url,
    NODE_EXTRA_CA_CERTS: file('iot.pem', iot.pem),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  here.otherCalls = () => iot.calls.splice(0).map(({ method, path }) => {
    expect([method, path]).toEqual(['GET', '/registrationcode']);
    return { action: 'iot:GetRegistrationCode', resource: '*', context: {} };
  });
  const stack = new PlayedStack(here, 'Registered');
  await stack.deploy(templateOf(here, (scope, ca) => new AwsIotCaRegistration(scope, 'Registration', { ca, mode: AwsIotCertificateMode.DEFAULT })));
  await stack.delete();
  await iot.stop();
  expect(stack.used.map(({ action }) => action)).toContain('iot:GetRegistrationCode');
  assertRights(stack);
}, LONG);
