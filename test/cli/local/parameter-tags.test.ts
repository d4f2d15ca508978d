import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import { KeyAlgorithm, KeyStorage, PrivateIotCa } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli, cliOk, readJson } from '../../support/cli-run';
import { synthesized } from '../../support/synthesized';

const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };

type Values = { readonly [key: string]: string };

/** A stack with a device whose key is in a parameter, and with these tags. */
const assembly = (tags: Values, isRefused = false): string => synthesized((app: App) => {
  const stack = new Stack(app, 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256 });
  const device = ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, keyStorage: KeyStorage.parameterStore({ path: '/iot/sensor' }), ...P256 });
  new CfnOutput(stack, 'Pem', { value: device.certificatePem });
  new CfnOutput(stack, 'Parameter', { value: device.privateKeyParameterName });
  Object.entries(tags).forEach(([key, value]) => Tags.of(app).add(key, value));
  if (isRefused) {
    const twin = ca.addDeviceCertificate('Twin', { subject: { commonName: 'a-name' }, ...P256 });
    twin.node.addDependency(device);
    (twin.node.findChild('Resource').node.defaultChild as any).addPropertyOverride('Subject.CommonName', '');
  }
});

let out: string;

beforeEach(() => {
  out = join(temporaryFolder(), 'out');
});

const local = (tags: Values) => cliOk('local', '--app', assembly(tags), '--out', out);
const outputs = (): Values => readJson(join(out, 'outputs.json')).Iot;
const fileOf = ({ Parameter }: Values): string => join(out, 'keys', 'parameters', `${Parameter}.tags.json`);

test('a local deployment writes the tags of a parameter beside it, and changes them without changing the certificate', async () => {
  await local({ team: 'iot', stage: 'beta' });
  const before = outputs();
  const key = readFileSync(join(out, 'keys', 'parameters', `${before.Parameter}.pem`), 'utf8');
  expect(readJson(fileOf(before))).toEqual({ stage: 'beta', team: 'iot' });
  await local({ team: 'plant', owner: 'acme' });
  expect(readJson(fileOf(before))).toEqual({ owner: 'acme', team: 'plant' });
  await local({});
  expect(existsSync(fileOf(before))).toBe(false);
  expect(outputs()).toEqual(before);
  expect(readFileSync(join(out, 'keys', 'parameters', `${before.Parameter}.pem`), 'utf8')).toBe(key);
});

test('a local deployment that fails has the old tags again, and a rehearsal changes none', async () => {
  await local({ team: 'iot', stage: 'beta' });
  const before = outputs();
  const next = { team: 'plant', owner: 'acme' };
  expect(await cli('local', '--app', assembly(next, true), '--out', out)).toMatchObject({ code: 1, stderr: expect.stringContaining('the stack was rolled back') });
  expect(readJson(fileOf(before))).toEqual({ stage: 'beta', team: 'iot' });
  await cliOk('local', '--app', assembly(next), '--out', out, '--dry-run');
  expect(readJson(fileOf(before))).toEqual({ stage: 'beta', team: 'iot' });
  expect(outputs()).toEqual(before);
});
