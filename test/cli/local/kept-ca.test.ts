import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { DeviceCertificate, IPrivateIotCa, KeyAlgorithm, KeyStorage, PrivateIotCa } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli, cliOk, readJson } from '../../support/cli-run';
import { synthesized } from '../../support/synthesized';

const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };
let out: string;

beforeEach(() => {
  out = join(temporaryFolder(), 'out');
});

const assembly = (declareCa?: (stack: Stack) => IPrivateIotCa): string => synthesized((app: App) => {
  const stack = new Stack(app, 'Iot');
  const ca = declareCa?.(stack);
  if (ca) {
    const device = new DeviceCertificate(stack, 'Sensor', { ca, subject: { commonName: 'sensor-001' }, ...P256 });
    new CfnOutput(stack, 'CaPem', { value: ca.certificatePem });
    new CfnOutput(stack, 'DevicePem', { value: device.certificatePem });
  } else {
    new CfnOutput(stack, 'Nothing', { value: 'here' });
  }
});
const made = (id: string, replaces?: string) => (stack: Stack) => new PrivateIotCa(stack, id, { subject: { commonName: 'Fleet' }, replaces, ...P256 });
const local = (app: string): Promise<string> => cliOk('local', '--app', app, '--out', out);
const outputs = (): { CaPem: string; DevicePem: string } => readJson(join(out, 'outputs.json')).Iot;
const resources = (): [string, { type: string; physicalId: string }][] => Object.entries(readJson(join(out, 'state.json')).stacks.Iot.resources);
const idOf = (type: string): string => resources().find(([, resource]) => resource.type === type)![1].physicalId;

/** What of a CA is kept when it goes, as the attributes by which it is taken back in. */
function keepsakes() {
  const table = idOf('AWS::DynamoDB::GlobalTable');
  const secret = resources().find(([id, { type }]) => type === 'AWS::SecretsManager::Secret' && id.startsWith('Ca'))![1].physicalId;
  return { caId: idOf('Custom::PrivateIotCa'), ledgerTableArn: `arn:aws:dynamodb:local:000000000000:table/${table}`, privateKeySecretArn: secret };
}

test('a CA that was removed is taken back in by what was kept of it, with its certificate, and issues again', async () => {
  await local(assembly(made('Ca')));
  const [before, kept] = [outputs(), keepsakes()];
  await local(assembly());
  await local(assembly(stack => PrivateIotCa.fromKeptCa(stack, 'TakenBack', kept)));
  expect(outputs().CaPem).toBe(before.CaPem);
  expect(new X509Certificate(outputs().DevicePem).verify(new X509Certificate(before.CaPem).publicKey)).toBe(true);
});

test.each([
  ['in Secrets Manager', undefined, 'privateKeySecretArn', /^arn:aws:secretsmanager:local:000000000000:secret:Iot-Ca\w+-[0-9a-f]{6}$/],
  ['in KMS', KeyStorage.kms(), 'signingKeyArn', /^arn:aws:kms:local:000000000000:key\/Iot-Ca\w+-[0-9a-f]{6}$/],
])('the run that removes a CA with its key %s says by which attributes it is taken back in', async (_, keyStorage, attribute, arn) => {
  const ca = (stack: Stack): IPrivateIotCa => new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, keyStorage, ...P256 });
  await cli('local', '--app', assembly(ca), '--out', out);
  const before = outputs();
  const said = await local(assembly());
  const [, text] = /^ {2}to import the CA Ca again, declare PrivateIotCa\.fromKeptCa\(\) with\n((?: {4}.+\n)+)/m.exec(said)!;
  const attributes = Object.fromEntries(text.trimEnd().split('\n').map(line => line.trim().split(/ +/)));
  expect(Object.keys(attributes)).toEqual(['caId', 'ledgerTableArn', attribute]);
  expect(attributes[attribute]).toMatch(arn);
  await local(assembly(stack => PrivateIotCa.fromKeptCa(stack, 'TakenBack', attributes)));
  expect(outputs().CaPem).toBe(before.CaPem);
});

test('a CA whose construct has another id is not replaced by accident, and goes on by what is kept: no device gets another certificate', async () => {
  await local(assembly(made('Ca')));
  const [before, kept] = [outputs(), keepsakes()];
  const { code, stderr } = await cli('local', '--app', assembly(made('Renamed')), '--out', out);
  expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`this update would remove the CA ${kept.caId}, which has living certificates: device CN=sensor-001 .*`
    + `PrivateIotCa\\.fromKeptCa; to replace the CA and everything below it, declare replaces: '${kept.caId}'; the stack was rolled back`))]);
  expect(outputs()).toEqual(before);
  const rehearsed = await cli('local', '--app', assembly(made('Renamed')), '--out', out, '--dry-run');
  expect([rehearsed.code, rehearsed.stderr]).toEqual([1, expect.stringMatching(/declare replaces: 'ca-[0-9a-f]{32}'; nothing was changed\n/)]);
  const said = await local(assembly(stack => PrivateIotCa.fromKeptCa(stack, 'Renamed', kept)));
  expect(said).not.toContain('warning:');
  // The key and the ledger are in use again, and there is nothing to take back.
  expect(said).not.toContain('no longer used');
  expect(said).not.toContain('declare PrivateIotCa.fromKeptCa()');
  expect(outputs()).toEqual(before);
});

test('a CA that was taken back in is not replaced by accident either, though its ledger is none of the stack\'s', async () => {
  await local(assembly(made('Ca')));
  const kept = keepsakes();
  await local(assembly(stack => PrivateIotCa.fromKeptCa(stack, 'TakenBack', kept)));
  const { code, stderr } = await cli('local', '--app', assembly(made('Another')), '--out', out);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`this update would remove the CA ${kept.caId}, which has living certificates: device CN=sensor-001`)]);
  expect(await local(assembly(made('Another', kept.caId)))).toContain('warning: stack Iot: the CA TakenBack will be removed, along with 1 device certificate\n');
});

test('a CA that still waits for its certificate is removed without a warning', async () => {
  const waiting = synthesized((app: App) => {
    new PrivateIotCa(new Stack(app, 'Iot'), 'Ca', { subject: { commonName: 'Fleet' }, signedElsewhere: true, ...P256 });
  });
  await local(waiting);
  await local(assembly()); // succeeds with nothing on standard error
});

test('a CA whose construct has another id is replaced if that is declared', async () => {
  await local(assembly(made('Ca')));
  const [before, { caId }] = [outputs(), keepsakes()];
  await local(assembly(made('Renamed', caId)));
  expect(outputs().CaPem).not.toBe(before.CaPem);
});
