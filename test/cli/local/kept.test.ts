import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, writeAssembly } from '../../support/cli-assembly';
import { caIdIn, cliFailure, cliOk, filesBelow, readJson } from '../../support/cli-run';
import { iotTemplate, IotTemplateProps } from '../../support/cli-templates';

let app: string;
let out: string;

beforeEach(() => {
  app = temporaryFolder();
  out = join(temporaryFolder(), 'out');
});

const outputs = (): { [key: string]: string } => readJson(join(out, 'outputs.json')).Iot;

/** Deploys the template; one without the CA and what belongs to it where `props` is absent. */
function local(props?: IotTemplateProps, ...options: string[]): Promise<string> {
  writeAssembly(app, { Iot: { template: props ? iotTemplate(props) : { Resources: { Other: { Type: 'AWS::KMS::Key' } } } } });
  return cliOk('local', '--app', app, '--out', out, ...options);
}

const KEPT_FOLDER = /CaKey \(AWS::SecretsManager::Secret\): (\S+keys\/Iot-CaKey-[0-9a-f]{6})\n/;

test('a CA that is declared again after it was removed is another CA, as in AWS, and the kept key stays where the run said it lies', async () => {
  await local({ devices: [] });
  const first = outputs();
  const said = await local();
  const [, folder] = KEPT_FOLDER.exec(said)!;
  expect(said).toMatch(/Ledger \(AWS::DynamoDB::GlobalTable\): the ledger Iot-Ledger-[0-9a-f]{6} in \S+state\.json\n/);
  expect(said).toContain('warning: stack Iot: the CA Ca will be removed, along with 1 verification certificate\n');
  const key = filesBelow(folder);
  expect(Object.keys(key)).toEqual([`${new X509Certificate(first.CaCertificate).serialNumber}.pem`]);

  await local({ devices: [] });
  expect(outputs().CaKeySecret).not.toBe(first.CaKeySecret);
  expect(new X509Certificate(outputs().CaCertificate).publicKey.equals(new X509Certificate(first.CaCertificate).publicKey)).toBe(false);
  expect(filesBelow(folder)).toEqual(key);
  expect(Object.values<{ name: string }>(readJson(join(out, 'state.json')).kept).map(({ name }) => name).sort()).toEqual(['CaKey', 'Ledger']);
});

test('the key of a CA that was replaced stays, and the run names its file', async () => {
  await local({ devices: [] });
  const { serialNumber } = new X509Certificate(outputs().CaCertificate);
  const said = await local({ devices: [], caGeneration: 2 });
  const [, file] = new RegExp(`Ca \\(Custom::PrivateIotCa\\): (\\S+/${serialNumber}\\.pem)\n`).exec(said)!;
  expect(existsSync(file)).toBe(true);
});

test('a table that has a name of its own and was kept is not taken over, as in AWS', async () => {
  const named = (resources: object): void => void writeAssembly(app, { Iot: { template: { Resources: resources } } });
  const table = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'ledger' }, DeletionPolicy: 'Retain' };
  named({ Table: table });
  await cliOk('local', '--app', app, '--out', out);
  named({});
  await cliOk('local', '--app', app, '--out', out);
  named({ Other: table });
  expect(await cliFailure('local', '--app', app, '--out', out)).toContain('stack Iot, resource Other (AWS::DynamoDB::Table): ledger already exists: '
    + 'it was kept when Table of stack Iot was removed; as in AWS, a new resource can\'t take it over; give the new resource another name');
});

describe('a dry run', () => {
  test('of a first deployment names the resources that would be created, and makes nothing, not even the folder', async () => {
    const said = await local({}, '--dry-run');
    expect(said).toMatch(/resource +type +what would happen +valid until\n/);
    expect(said).toMatch(/Ca +Custom::PrivateIotCa +create +\d{4}-/);
    expect(said).toContain('dry run: nothing was changed\n');
    expect(existsSync(out)).toBe(false);
  });

  test('of a change names the resources that would be replaced, removed, kept or lost, and changes no file', async () => {
    await local({ devices: ['a', 'b'] });
    const before = filesBelow(out);
    const said = await local({ devices: ['a'], caGeneration: 2, replaces: caIdIn(out) }, '--dry-run');
    expect(said).toMatch(/^warning: stack Iot: the CA Ca will be replaced, along with 1 verification certificate and 2 device certificates\n/);
    expect(said).toMatch(/Ca +Custom::PrivateIotCa +replace +\d/);
    expect(said).toMatch(/Device1 +Custom::IotDeviceCertificate +remove/);
    expect(await local(undefined, '--dry-run')).toMatch(/CaKey +AWS::SecretsManager::Secret +keep/);
    expect(filesBelow(out)).toEqual(before);
    expect(await local({ devices: ['a', 'b'] }, '--dry-run')).toContain('dry run: no changes\n');
    expect(filesBelow(out)).toEqual(before);
  });

  test('of a deployment that would fail fails as the run would, and changes no file', async () => {
    await local({});
    const before = filesBelow(out);
    writeAssembly(app, { Iot: { template: iotTemplate({ devices: ['x'], deviceDays: 5000 }) } });
    expect(await cliFailure('local', '--app', app, '--out', out, '--dry-run')).toContain('resource Device0 (Custom::IotDeviceCertificate): validity');
    expect(filesBelow(out)).toEqual(before);
  });
});

test('a run says which device is to lose its certificate and its key, before it replaces them', async () => {
  await local({ devices: ['a', 'b'] });
  const said = await local({ devices: ['a', 'b2'] });
  expect(said).toMatch(/^warning: stack Iot: the device certificate Device1 will be replaced, along with its private key\nstack Iot\n/);
});
