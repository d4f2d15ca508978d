import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { KeyAlgorithm, PrivateIotCa, TencentIotHubRevocation } from '../../../../src';
import { MOTO_TIMEOUT, motoUrl } from '../../../support/moto';
import { temporaryFiles } from '../../../support/openssl';
import { AwsWorld } from '../../../support/rights/aws-world';
import { PlayedStack } from '../../../support/rights/played-stack';
import { RecordedAws } from '../../../support/rights/recorded-aws';
import { Template } from '../../../support/rights/template-values';
import { API_KEY, StrictTencent } from '../../tencent/strict-tencent';

const PLACE = { partition: 'aws', account: '123456789012', region: 'eu-central-1' };
const NAME = 'Iot';
/** Milliseconds. */
const LONG = 120_000;
const FORBIDDEN = { status: 200, body: { Response: { Error: { Code: 'UnauthorizedOperation', Message: 'no' }, RequestId: '2f6e1b1c-0000' } } };

const file = temporaryFiles();
const tencent = new StrictTencent();
let aws: RecordedAws;
let world: AwsWorld;
let stack: PlayedStack;

beforeAll(async () => {
  await tencent.start();
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
beforeEach(() => {
  tencent.forget();
  tencent.instead = () => undefined;
  world = new AwsWorld(aws, PLACE);
  world.platform = { NODE_EXTRA_CA_CERTS: file('platform.pem', tencent.trustedCas) };
  stack = new PlayedStack(world, NAME);
});
afterEach(() => world.stop());
afterAll(() => Promise.all([aws.stop(), tencent.stop()]));

function templateFor(secretArn: string, productId = 'PRODUCT001'): Template {
  const app = new App();
  const scope = new Stack(app, NAME, { env: PLACE });
  const ca = new PrivateIotCa(scope, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  new TencentIotHubRevocation(scope, 'Revocation', {
    ca,
    credentials: Secret.fromSecretCompleteArn(scope, 'Credentials', secretArn),
    productIds: [productId],
    region: 'ap-guangzhou',
    endpoint: tencent.url.slice('https://'.length),
  });
  return app.synth().getStackByName(NAME).template;
}

const checkIn = ({ Resources }: Template): string => Object.keys(Resources).find(id => id.startsWith('RevocationCheck'))!;

test('a deployment with credentials that the platform refuses fails in its words, and shows nothing of them', async () => {
  const wrong = await world.secret(JSON.stringify({ ...API_KEY, secretKey: 'a-wrong-secret-key' }));
  const failure = await stack.deploy(templateFor(wrong)).then(() => '', (error: Error) => error.message);
  expect(failure).toMatch(/^Create RevocationCheck\w+: RevocationCheck\w+: Tencent Cloud IoT Hub refused DescribeDevice: AuthFailure\b/);
  expect(failure).toMatch(/; secretId, secretKey and token of the credentials must belong to an active API key\b/);
  expect(failure).not.toContain('a-wrong-secret-key');
}, LONG);

test('an update that fails is rolled back, and the stack is deleted, although the platform refuses the function by then', async () => {
  const secret = await world.secret(JSON.stringify(API_KEY));
  const [standing, changed] = [templateFor(secret), templateFor(await world.secret(JSON.stringify(API_KEY)))];
  await stack.deploy(standing);
  const before = stack.physicalIdOf(checkIn(standing));
  tencent.calls = [];
  tencent.instead = () => tencent.calls.length > 1 ? FORBIDDEN : undefined;
  await stack.deploy(changed, checkIn(changed));
  expect(tencent.calls).toHaveLength(2); // the check of the update, and that of the rollback, which was refused
  expect(stack.physicalIdOf(checkIn(standing))).toBe(before);
  await stack.delete();
  expect(tencent.calls).toHaveLength(2);
}, LONG);

test('what CloudFormation says of a check that has succeeded has everything compared', async () => {
  const template = templateFor(await world.secret(JSON.stringify(API_KEY)));
  await stack.deploy(template);
  await stack.use('Revocation', {
    'source': 'aws.cloudformation',
    'detail-type': 'CloudFormation Resource Status Change',
    'detail': { 'stack-id': stack.id, 'logical-resource-id': checkIn(template), 'status-details': { 'status': 'CREATE_COMPLETE', 'status-reason': '' } },
  });
  expect(stack.used.filter(({ request }) => request.startsWith('invocation')).map(({ action }) => action))
    .toEqual(expect.arrayContaining(['secretsmanager:GetSecretValue', 'dynamodb:Query']));
}, LONG);
