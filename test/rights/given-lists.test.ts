import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LoadBalancerRevocation, PrivateIotCa, RevocationPublication, RolesAnywhereRevocation } from '../../src';
import { StrictTrustStores } from '../platforms/load-balancer/strict-trust-stores';
import { StrictRolesAnywhere } from '../platforms/roles-anywhere/strict-roles-anywhere';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { temporaryFiles } from '../support/openssl';
import { AwsWorld } from '../support/rights/aws-world';
import { assertRights } from '../support/rights/expectations';
import { NeededRight } from '../support/rights/needed-rights';
import { PlayedStack } from '../support/rights/played-stack';
import { RecordedAws } from '../support/rights/recorded-aws';
import { StrictAws } from '../support/strict-aws';

const PLACE = { partition: 'aws', account: '123456789012', region: 'eu-central-1' };
const ANCHORS = ['11111111', '22222222'].map(id => `arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/${id}-2222-3333-4444-555555555555`);
const STORES = ['one', 'two'].map(name => `arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/${name}/0123456789abcdef`);
/** Milliseconds. */
const LONG = 120_000;

const file = temporaryFiles();
let aws: RecordedAws;
let world: AwsWorld;

beforeAll(async () => {
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
beforeEach(() => {
  world = new AwsWorld(aws, PLACE);
});
afterEach(() => world.stop());
afterAll(() => aws.stop());

/** Has the functions call a service on this machine too. */
function reach(service: StrictAws, variable: string, rights: (operation: string) => NeededRight[]): void {
  const { accessKeyId, secretAccessKey, sessionToken } = service.credentials;
  world.platform = {
    [variable]: service.url,
    NODE_EXTRA_CA_CERTS: file('service.pem', service.pem),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  world.otherCalls = () => service.calls.splice(0).flatMap(rights);
}

/** What invokes the functions after the deployment: the stream of the ledger, the queue and the schedule. */
async function goOn(stack: PlayedStack): Promise<void> {
  const ca = stack.idOf('Ca')!;
  const Keys = { pk: { S: `crl#${ca}` }, sk: { S: 'current' } };
  await stack.use('CaEvents', { Records: [{ eventSource: 'aws:dynamodb', dynamodb: { Keys, SequenceNumber: '1' } }] });
  const body = JSON.stringify({ 'source': 'private-iot-ca', 'detail-type': 'Revocation Lists Published', 'detail': { ca, number: 1 } });
  await stack.use('Lists', { Records: [{ messageId: '1', eventSource: 'aws:sqs', body }] });
  await stack.use('Lists', { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} });
}

function templateOf(declare: (stack: Stack, publication: RevocationPublication) => void) {
  const app = new App();
  const stack = new Stack(app, 'Given', { env: PLACE });
  declare(stack, new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } }).publishRevocation());
  return app.synth().getStackByName('Given').template;
}

test('a list is imported, moved to another trust anchor and removed with allowed calls alone, and every right is needed', async () => {
  const service = new StrictRolesAnywhere();
  await service.start();
  ANCHORS.forEach(anchor => service.anchors.set(anchor, 1));
  reach(service, 'AWS_ENDPOINT_URL_ROLESANYWHERE', operation => [{
    action: `rolesanywhere:${operation}`,
    resource: /^(Import|List)/.test(operation) ? '*' : 'arn:aws:rolesanywhere:eu-central-1:123456789012:crl/00000000-1111-2222-3333-444444444444',
    context: {},
  }]);
  const [first, second] = ANCHORS.map(trustAnchorArn => templateOf((stack, publication) => new RolesAnywhereRevocation(stack, 'Lists', { publication, trustAnchorArn })));
  const stack = new PlayedStack(world, 'Given');
  await stack.deploy(first);
  expect(service.crls.map(({ trustAnchorArn }) => trustAnchorArn)).toEqual([ANCHORS[0]]);
  await goOn(stack);
  await stack.deploy(second);
  expect(service.crls.map(({ trustAnchorArn }) => trustAnchorArn)).toEqual([ANCHORS[1]]);
  await stack.delete();
  expect(service.crls).toEqual([]);
  await service.stop();
  expect([...new Set(stack.used.map(({ action }) => action))]).toEqual(expect.arrayContaining([
    'rolesanywhere:ImportCrl', 'rolesanywhere:ListCrls', 'rolesanywhere:DeleteCrl', 's3:GetObject', 's3:ListBucket', 'dynamodb:GetItem',
  ]));
  assertRights(stack);
}, LONG);

test('a list is added to a trust store, moved to another one and removed with allowed calls alone, and every right is needed', async () => {
  const service = new StrictTrustStores();
  await service.start();
  STORES.forEach(store => service.stores.set(store, []));
  let read: NeededRight[] = [];
  service.s3 = async (Bucket, Key) => {
    // With the rights of the caller.
    read = [{ action: 's3:GetObject', resource: `arn:aws:s3:::${Bucket}/${Key}`, context: {} }];
    const client = new S3Client({ endpoint: await motoUrl(), region: PLACE.region, forcePathStyle: true });
    return (await client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
  };
  let store = STORES[0];
  reach(service, 'AWS_ENDPOINT_URL_ELASTICLOADBALANCING', operation => [
    { action: `elasticloadbalancing:${operation}`, resource: operation.startsWith('Describe') ? '*' : store, context: {} }, ...read.splice(0),
  ]);
  const [first, second] = STORES.map(arn => templateOf((stack, publication) => new LoadBalancerRevocation(stack, 'Lists', {
    publication, trustStore: TrustStore.fromTrustStoreArn(stack, 'Store', arn),
  })));
  const stack = new PlayedStack(world, 'Given');
  await stack.deploy(first);
  expect(service.numbersOf(STORES[0])).toEqual([1]);
  await goOn(stack);
  store = STORES[1];
  const moved = stack.deploy(second);
  service.meanwhile = operation => {
    store = operation === 'RemoveTrustStoreRevocations' ? STORES[0] : store;
  };
  await moved;
  expect(STORES.map(each => service.numbersOf(each))).toEqual([[], [1]]);
  store = STORES[1];
  service.meanwhile = () => undefined;
  await stack.delete();
  expect(STORES.map(each => service.numbersOf(each))).toEqual([[], []]);
  await service.stop();
  assertRights(stack);
}, LONG);
