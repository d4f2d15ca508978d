import { App, Stack } from 'aws-cdk-lib';
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { DeviceCertificate, KeyAlgorithm, KeyStorage, PrivateIotCa } from '../../src';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { AwsWorld } from '../support/rights/aws-world';
import { assertRights } from '../support/rights/expectations';
import { PlayedStack } from '../support/rights/played-stack';
import { RecordedAws } from '../support/rights/recorded-aws';

const HOME = { account: '123456789012', region: 'eu-central-1' };
const OTHER = { account: '222222222222', region: 'eu-central-1' };
/** Milliseconds. */
const LONG = 120_000;

let aws: RecordedAws;
let worlds: AwsWorld[];

beforeAll(async () => {
  aws = await RecordedAws.start(await motoUrl());
}, MOTO_TIMEOUT);
beforeEach(() => {
  const home = new AwsWorld(aws, { partition: 'aws', ...HOME });
  worlds = [home, new AwsWorld(aws, { partition: 'aws', ...OTHER }, home)];
});
afterEach(() => worlds.forEach(world => world.stop()));
afterAll(() => aws.stop());

function caIn(app: App): PrivateIotCa {
  return new PrivateIotCa(new Stack(app, 'Home', { env: HOME }), 'Ca', {
    subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256, keyStorage: KeyStorage.kms(),
  });
}

function device(stack: Stack, ca: PrivateIotCa | ReturnType<typeof PrivateIotCa.fromPrivateIotCaAttributes>): void {
  new DeviceCertificate(stack, 'Sensor', { ca, subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
}

const played = () => ['Home', 'Devices'].map((name, n) => new PlayedStack(worlds[n], name));

test('a CA of the same app, in a stack of another account, is used from there simply by its name', async () => {
  const app = new App();
  device(new Stack(app, 'Devices', { env: OTHER }), caIn(app));
  const assembly = app.synth();
  const stacks = played();
  for (const stack of stacks) {
    await stack.deploy(assembly.getStackByName(stack.name).template);
  }
  stacks[1].loseAnswer('Sensor'); // whoever removes that looks at the stack
  await stacks[1].delete();
  await stacks[0].delete();
  assertRights(...stacks);
}, LONG);

test.each([
  ['is used from there once its own side has granted it to that account', true],
  ['is denied everything until its own side has granted it to that account', false],
])('a CA that is known by its attributes in another account %s', async (_, isGranted) => {
  const app = new App();
  const ca = caIn(app);
  if (isGranted) {
    ca.grantIssue(new AccountPrincipal(OTHER.account));
  }
  const [home, devices] = played();
  await home.deploy(app.synth().getStackByName('Home').template);
  const [id, table, key] = ['Ca1E0C8272', 'CaLedger0A52F403', 'CaSigningKeyECP2561AE0398E6'];
  const other = new App();
  const stack = new Stack(other, 'Devices', { env: OTHER });
  device(stack, PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Imported', {
    caId: home.physicalIdOf(id)!,
    certificatePem: home.attributeOf(id, 'CertificatePem'),
    ledgerTableArn: home.attributeOf(table, 'Arn'),
    signingKeyArn: home.attributeOf(key, 'Arn'),
  }));
  await devices.deploy(other.synth().getStackByName('Devices').template); // moto itself denies nothing
  const ofCa = devices.used.filter(({ action }) => /^(dynamodb|kms):/.test(action));
  expect(ofCa.length).toBeGreaterThan(3);
  expect([...new Set(ofCa.map(({ decision }) => decision.allowed))]).toEqual([isGranted]);
}, LONG);
