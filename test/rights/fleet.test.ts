import { generateKeyPairSync } from 'node:crypto';
import { App, Stack } from 'aws-cdk-lib';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { DeviceCertificateFleet, FleetManifest, KeyAlgorithm, KeyRecipient, KeyStorage, PrivateIotCa } from '../../src';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { decide } from '../support/rights/authorization';
import { AwsWorld } from '../support/rights/aws-world';
import { assertRights, assertStrangersDenied } from '../support/rights/expectations';
import { PlayedStack } from '../support/rights/played-stack';
import { RecordedAws } from '../support/rights/recorded-aws';
import { Template } from '../support/rights/template-values';

const PLACE = { partition: 'aws', account: '123456789012', region: 'eu-central-1' };
const RECIPIENT = generateKeyPairSync('rsa', {
  modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const BEFORE = 'deviceId\nsensor-1\n';
const AFTER = 'deviceId,organization\nsensor-1,Acme\n';

/** Some 200 calls; milliseconds. */
const LONG = 240_000;

let aws: RecordedAws;
let world: AwsWorld | undefined;

beforeAll(async () => {
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
afterEach(() => world?.stop());
afterAll(() => aws.stop());

/** A fleet by each kind of CA and for each kind of recipient. */
function fleets(stack: Stack, manifests: string, recipient: string): void {
  const inbox = Bucket.fromBucketName(stack, 'Inbox', manifests);
  const encryptionKey: IKey = new Key(stack, 'EncryptionKey');
  const inSecret = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.secretsManager({ encryptionKey }) });
  const inKms = new PrivateIotCa(stack, 'InKms', { subject: { commonName: 'In KMS' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.kms() });
  const manifest = FleetManifest.fromBucket(inbox, 'sensors.csv');
  const common = { manifest, keyAlgorithm: KeyAlgorithm.EC_P256, runOnDeploy: true };
  new DeviceCertificateFleet(stack, 'Sensors', { ca: inSecret, ...common, keyRecipient: KeyRecipient.publicKey(RECIPIENT.publicKey) });
  new DeviceCertificateFleet(stack, 'Gateways', { ca: inKms, ...common, keyRecipient: KeyRecipient.kmsKey(Key.fromKeyArn(stack, 'Recipient', recipient)) });
}

/** What Step Functions does for a distributed map. https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html */
async function assertRunRights(stack: PlayedStack, { partition, account, region, policies }: AwsWorld): Promise<void> {
  const role = stack.roles.find(name => name.includes('SensorsRunRole'))!;
  const { physicalId: machine } = stack.resourcesOf('AWS::StepFunctions::StateMachine').find(({ id }) => id.startsWith('Sensors'))!;
  const arnOf = (service: string, resource: string): string => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const functions = stack.resourcesOf('AWS::Lambda::Function').filter(({ id, properties }) => id.startsWith('Sensors') && /plan|work|finish/.test(properties.Handler));
  const { RESULTS_BUCKET: bucket, RESULTS_FOLDER: folder } = functions[0].properties.Environment.Variables;
  const execution = machine.replace(':stateMachine:', ':execution:');
  const needed: [action: string, resource: string][] = [
    ...functions.map(({ physicalId }): [string, string] => ['lambda:InvokeFunction', arnOf('lambda', `function:${physicalId}`)]),
    ['states:StartExecution', machine],
    ['states:DescribeExecution', `${execution}/Issue:0a1b`],
    ['s3:GetObject', `arn:${partition}:s3:::${bucket}/${folder}/runs/first/pieces.json`],
    ['s3:PutObject', `arn:${partition}:s3:::${bucket}/${folder}/runs/first/map/0a1b/manifest.json`],
  ];
  const refused: [action: string, resource: string][] = [
    ['lambda:InvokeFunction', arnOf('lambda', 'function:other')],
    ['s3:GetObject', `arn:${partition}:s3:::${bucket}/${folder}/runs/first/keys/a.p7m`],
    ['s3:PutObject', `arn:${partition}:s3:::${bucket}/${folder}/runs/first/results/0000001.jsonl`],
    ['s3:PutObject', `arn:${partition}:s3:::${bucket}/other/runs/first/map/a`],
  ];
  const allowed = async ([action, resource]: [string, string]): Promise<boolean> =>
    (await decide(stack.sessionOf(role), stack.policiesOf(role), { action, resource, context: {} }, policies.get(resource))).allowed;
  expect(functions).toHaveLength(3);
  expect(await Promise.all(needed.map(allowed))).toEqual(needed.map(() => true));
  expect(await Promise.all(refused.map(allowed))).toEqual(refused.map(() => false));
}

test('every call of a run, and of its deployment, is allowed by the policies of the function, and every right is used', async () => {
  const made = world = new AwsWorld(aws, PLACE);
  const inbox = await made.bucket();
  const KeyPolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: `arn:aws:iam::${PLACE.account}:root` } }] };
  const { attributes: { Arn: recipient } } = await made.make('AWS::KMS::Key', 'Recipient', 'outside', { KeyPolicy, KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
  const { attributes: { Arn: strange } } = await made.make('AWS::KMS::Key', 'Strange', 'outside', { KeyPolicy });
  const app = new App();
  const declared = new Stack(app, 'Fleets', { env: { account: PLACE.account, region: PLACE.region } });
  fleets(declared, inbox, recipient);
  const stack = new PlayedStack(made, 'Fleets');
  const answers: { readonly [operation: string]: object | undefined } = {
    StartExecution: { executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:m:1', startDate: 1 },
    DescribeExecution: { status: 'SUCCEEDED', startDate: 1, output: JSON.stringify({ rows: 1, refused: 0, failedPieces: 0 }) },
  };
  made.answer = operation => answers[operation] && { status: 200, body: JSON.stringify(answers[operation]) };
  await stack.deploy(app.synth().getStackByName('Fleets').template as Template);

  for (const fleet of ['Sensors', 'Gateways']) {
    for (const [run, manifest] of Object.entries({ first: BEFORE, second: AFTER, third: BEFORE })) { // issued, replaced and restored
      await made.upload(inbox, 'sensors.csv', manifest);
      await stack.use(`${fleet}Planner`, { run, begunAt: new Date().toISOString() });
      await stack.use(`${fleet}Worker`, { run, piece: 1 });
      await stack.use(`${fleet}Finisher`, { run });
    }
    // A piece that is not there fails, and says so.
    await expect(stack.use(`${fleet}Worker`, { run: 'third', piece: 2 })).rejects.toThrow('runs/third/pieces/0000002.jsonl, which the planner of the run has written');
    await stack.use(`${fleet}Finisher`, { run: 'third' });
    // A run that was overtaken issues nothing more.
    await expect(stack.use(`${fleet}Worker`, { run: 'first', piece: 1 })).rejects.toThrow('the run first must be the latest one of its fleet, and third is');
  }
  assertRights(stack);
  await assertRunRights(stack, made);
  const others = await made.secret('of others');
  await assertStrangersDenied(stack, made, { secret: others, key: strange });
}, LONG);
