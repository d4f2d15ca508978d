import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RefusedRow } from '../../../src/contract/fleet';
import { cli, cliError, cliOk, readJson } from '../../support/cli-run';
import { complaintsOf } from '../../support/json-schema';
import { fleetResource, jsonLines, LocalFleet, resultOf } from '../../support/local-fleet';
import { openssl, opensslOutput } from '../../support/openssl';

jest.setTimeout(240_000);

const outcomesOf = (fleet: LocalFleet, run: number, name?: string): string[] => fleet.results(run, name).map(({ outcome }) => outcome);

/** The certificate of the CA, in a file. */
function caFile({ out, folder }: LocalFleet): string {
  const path = join(folder, 'ca.pem');
  writeFileSync(path, readJson(join(out, 'outputs.json')).Iot.CaCertificate);
  return path;
}

describe('a fleet that an app declares', () => {
  test('is recorded by a local deployment, which says what issues for it, and changes nothing the next time', async () => {
    const fleet = await LocalFleet.deploy();
    const said = await fleet.update(fleetResource());
    expect(said).toMatch(/Sensors +Custom::IotDeviceCertificateFleet +created/);
    expect(said).toContain('`private-iot-ca fleet run --fleet Iot/Sensors --manifest <file>` issues for its devices');
    expect(said).not.toMatch(/\d × Custom::/);
    expect(await fleet.update(fleetResource())).toContain('no changes');
  });

  test('leaves out an output that tells of a run in AWS', async () => {
    const fleet = await LocalFleet.deploy();
    const { Sensors } = fleetResource() as { Sensors: object };
    const said = await fleet.update({ Sensors, Probe: { Type: 'AWS::SSM::Parameter', Properties: { Value: { 'Fn::GetAtt': ['Sensors', 'RunId'] } } } });
    expect(said).toContain('1 × AWS::SSM::Parameter');
  });

  test('gives each device a certificate that OpenSSL verifies, once and in the order of the manifest, also if it is run again', async () => {
    const fleet = await LocalFleet.deploy(fleetResource());
    const manifest = fleet.manifest(fleet.rows(60));
    const first = await fleet.fleet('run', '--manifest', manifest, '--batch', '10', '--workers', '2');
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('run 1 of the fleet Iot/Sensors: 60 rows: 60 issued') });
    const results = fleet.results(1);
    expect(results.map(({ deviceId, line }) => [deviceId, line])).toEqual(fleet.rows(60).map(({ deviceId }, index) => [deviceId, index + 2]));
    expect(new Set(results.map(({ serialNumber }) => serialNumber)).size).toBe(60);
    expect(readFileSync(join(fleet.out, 'fleets/Iot.Sensors/1/certificates.pem'), 'utf8')).toBe(results.map(({ certificatePem }) => certificatePem).join(''));
    for (const { certificatePem, deviceId } of [results[0], results[59]]) {
      const device = join(fleet.folder, 'device.pem');
      writeFileSync(device, certificatePem);
      expect(openssl(['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', caFile(fleet), device])).toMatchObject({ status: 0 });
      expect(opensslOutput(['x509', '-noout', '-subject', '-nameopt', 'RFC2253', '-in', device])).toBe(`subject=CN=${deviceId},O=Acme\n`);
    }
    expect(await fleet.fleet('run')).toMatchObject({ code: 0, stdout: expect.stringContaining('60 rows: 60 unchanged') });
    expect(fleet.results(2).map(({ certificatePem }) => certificatePem)).toEqual(results.map(({ certificatePem }) => certificatePem));
  });

  test('replaces the certificates of changed rows alone, and gives them back when the rows are as before', async () => {
    const fleet = await LocalFleet.deploy(fleetResource());
    const rows = fleet.rows(30);
    const changed = rows.map((row, index) => index < 3 ? { ...row, organizationalUnit: 'Plant 2' } : row);
    await fleet.fleet('run', '--manifest', fleet.manifest(rows));
    const second = await fleet.fleet('run', '--manifest', fleet.manifest(changed));
    expect(second.stdout).toContain('30 rows: 3 replaced, 27 unchanged');
    const former = (run: number): (string | undefined)[] => fleet.results(run).map(({ formerSerialNumber }) => formerSerialNumber);
    const numbers = (run: number): string[] => fleet.results(run).map(({ serialNumber }) => serialNumber);
    expect(former(2)).toEqual([...numbers(1).slice(0, 3), ...Array(27).fill(undefined)]);
    const third = await fleet.fleet('run', '--manifest', fleet.manifest(rows));
    expect(third.stdout).toContain('3 restored, 27 unchanged');
    expect(former(3)).toEqual([...numbers(2).slice(0, 3), ...Array(27).fill(undefined)]);
    expect(fleet.results(3).map(({ serialNumber }) => serialNumber)).toEqual(fleet.results(1).map(({ serialNumber }) => serialNumber));
    const listed = await cliOk('list', '--local', fleet.out, '--profile', 'device', '--csv');
    expect(listed.match(/,superseded,/g)).toHaveLength(3);
    expect(listed.match(/,issued,/g)).toHaveLength(30);
  });

  test('retries every device without a certificate, also where a correction has changed its ID and moved the lines', async () => {
    const fleet = await LocalFleet.deploy(fleetResource());
    const rows = fleet.rows(8);
    const wrong = rows.map((row, index) => index === 0 ? { ...row, certificateSigningRequest: 'damaged' } : index === 6 ? { ...row, deviceId: 'plant/6' } : row);
    await fleet.fleet('run', '--manifest', fleet.manifest(wrong));
    const pem = `"-----BEGIN CERTIFICATE REQUEST-----\n${rows[0].certificateSigningRequest}\n-----END CERTIFICATE REQUEST-----"`;
    const right = rows.map((row, index) => index === 0 ? { ...row, certificateSigningRequest: pem } : index === 6 ? { ...row, deviceId: 'plant-6' } : row);
    expect((await fleet.fleet('retry', '--manifest', fleet.manifest(right))).stdout).toContain('2 rows: 2 issued\npassed over: 6 rows');
    expect(fleet.results(2).map(({ deviceId }) => deviceId)).toEqual(['sensor-00000', 'plant-6']);
  });

  test('refuses wrong rows with line and reason, and retries them alone once they are corrected', async () => {
    const fleet = await LocalFleet.deploy(fleetResource());
    const rows = fleet.rows(20);
    const wrong = rows.map((row, index) => index === 4 ? { deviceId: 'sensor/4', certificateSigningRequest: row.certificateSigningRequest }
      : index === 9 ? { deviceId: row.deviceId, certificateSigningRequest: 'nothing' } : row);
    const first = await fleet.fleet('run', '--manifest', fleet.manifest(wrong));
    expect(first).toMatchObject({ code: 1, stdout: expect.stringContaining('20 rows: 18 issued, 2 refused') });
    expect(first.stdout).toContain('line 6 (sensor/4): deviceId must have 1 to 128 visible characters, without slashes');
    const refused = jsonLines<RefusedRow>(join(fleet.out, 'fleets/Iot.Sensors/1/refused.jsonl'));
    expect(refused.map(({ line, deviceId }) => [line, deviceId])).toEqual([[6, 'sensor/4'], [11, 'sensor-00009']]);
    const retry = await fleet.fleet('retry', '--manifest', fleet.manifest(rows));
    expect(retry).toMatchObject({ code: 0, stdout: expect.stringContaining('retry 2 of the fleet Iot/Sensors: 2 rows: 2 issued') });
    expect(retry.stdout).toContain('passed over: 18 rows of devices that got their certificates in the run before');
    expect(fleet.results(2).map(({ deviceId }) => deviceId)).toEqual(['sensor-00004', 'sensor-00009']);
  });

  test('is listed and revoked as other certificates are, and its CA gets a list that OpenSSL respects', async () => {
    const fleet = await LocalFleet.deploy(fleetResource());
    await fleet.fleet('run', '--manifest', fleet.manifest(fleet.rows(25)));
    const { certificates } = JSON.parse(await cliOk('list', '--local', fleet.out, '--profile', 'device', '--json'));
    expect(certificates).toHaveLength(25);
    const [{ serialNumber, certificatePem }] = fleet.results(1);
    expect(certificates.find((each: { serialNumber: string }) => each.serialNumber === serialNumber))
      .toMatchObject({ commonName: 'sensor-00000', resource: 'Iot/Sensors', stack: 'Iot', ca: 'Iot/Ca', state: 'issued', declared: true });
    expect((await cli('revoke', '--local', fleet.out, '--serial-number', serialNumber, '--reason', 'keyCompromise', '--yes')).code).toBe(0);
    expect((await cli('revoke', '--local', fleet.out, '--common-name', 'Sensor-00007', '--yes')).code).toBe(0);
    expect((await cliOk('list', '--local', fleet.out, '--revoked', '--csv')).match(/,revoked,/g)).toHaveLength(2);
    const device = join(fleet.folder, 'revoked.pem');
    writeFileSync(device, certificatePem);
    const list = join(fleet.out, 'crl', 'Iot-Ca.crl.pem');
    expect(openssl(['verify', '-crl_check', '-CAfile', caFile(fleet), '-CRLfile', list, device]).stderr).toContain('certificate revoked');
    const again = await fleet.fleet('run');
    expect(again.stdout).toContain('25 rows: 23 unchanged, 2 refused');
    expect(again.stdout).toContain('must not be revoked or on hold');
    expect((await cli('revoke', '--local', fleet.out, '--resource', 'Iot/Sensors', '--yes')).code).toBe(0);
    expect((await cliOk('list', '--local', fleet.out, '--revoked', '--csv')).match(/,revoked,/g)).toHaveLength(25);
  });

  test('is taken into account before its CA is retired', async () => {
    const fleet = await LocalFleet.deploy(fleetResource());
    await fleet.fleet('run', '--manifest', fleet.manifest(fleet.rows(12)));
    const living = await cliOk('list', '--local', fleet.out, '--living', '--csv');
    expect(living.trim().split('\n')).toHaveLength(13);
  });
});

describe('a fleet that only the command line describes', () => {
  const described = ['--ca', 'Iot/Ca', '--name', 'sensors', '--validity-days', '90'];

  test('needs no declaration, and renews each certificate once in a run if its end is near', async () => {
    const fleet = await LocalFleet.deploy();
    const run = ['run', ...described, '--renew-before-days', '89', '--manifest', fleet.manifest(fleet.rows(15))];
    expect((await fleet.fleet(...run)).stdout).toContain('15 issued');
    expect((await fleet.fleet(...run)).stdout).toContain('15 unchanged');
    expect((await fleet.later(2 * 86_400, ...run)).stdout).toContain('15 renewed');
    expect(outcomesOf(fleet, 3, 'Iot.sensors')).toEqual(Array(15).fill('renewed'));
    expect(await cliOk('list', '--local', fleet.out, '--csv')).toContain('Iot/sensors');
  });

  test('makes the keys of devices without a request, which only the recipient can read, also those of an earlier run', async () => {
    const fleet = await LocalFleet.deploy();
    const key = join(fleet.folder, 'recipient.key');
    const recipient = join(fleet.folder, 'recipient.pem');
    writeFileSync(key, opensslOutput(['genrsa', '2048']));
    writeFileSync(recipient, opensslOutput(['rsa', '-in', key, '-pubout']));
    const run = ['run', ...described, '--recipient', recipient, '--manifest', fleet.manifest([{ deviceId: 'one' }, { deviceId: 'two' }, ...fleet.rows(1)])];
    expect(await fleet.fleet(...run)).toMatchObject({ code: 0, stdout: expect.stringMatching(/3 rows: 3 issued\nresults: .*\nkeys: .*\/fleets\/Iot\.sensors\/keys\n/) });
    const results = fleet.results(1, 'Iot.sensors');
    expect(results[2].keyArchive).toBeUndefined();
    expect(results[0].keyArchive).toMatch(/^fleets\/Iot\.sensors\/keys\/[\da-f-]+\.p7m$/);
    const archive = join(fleet.out, results[0].keyArchive!);
    expect(statSync(archive).mode & 0o777).toBe(0o600); // eslint-disable-line no-bitwise -- the permissions of a mode
    const lines = opensslOutput(['cms', '-decrypt', '-inform', 'DER', '-in', archive, '-inkey', key]).trim().split('\n').map(line => JSON.parse(line));
    const named = (all: readonly { deviceId: string; serialNumber: string }[]) => all.map(({ deviceId, serialNumber }) => [deviceId, serialNumber]);
    expect(named(lines)).toEqual(named(results.slice(0, 2)));
    expect(new X509Certificate(results[0].certificatePem).checkPrivateKey(createPrivateKey(lines[0].privateKeyPem))).toBe(true);
    expect((await fleet.fleet(...run)).stdout).toContain('3 unchanged');
    expect(fleet.results(2, 'Iot.sensors')[0].keyArchive).toBe(results[0].keyArchive);
    expect((await fleet.fleet('run', ...described, '--recipient', key, '--manifest', run.at(-1)!)).stderr).toMatch(/must be a public key or a certificate, got a private key \(not shown\)/);
  });

  test('reads JSON Lines, and writes to the folder that is given', async () => {
    const fleet = await LocalFleet.deploy();
    const manifest = join(fleet.folder, 'devices.jsonl');
    writeFileSync(manifest, fleet.rows(3).map(row => `${JSON.stringify(row)}\n`).join(''));
    const out = join(fleet.folder, 'results');
    expect((await fleet.fleet('run', ...described, '--manifest', manifest, '--out', out, '--json')).code).toBe(0);
    expect(jsonLines(join(out, 'results.jsonl'))).toHaveLength(3);
    expect((await fleet.fleet('run', ...described, '--manifest', manifest, '--out', out)).stderr).toContain('--out must be a new folder');
  });

  test('writes the files with which platforms take its devices, if they are asked for, and nothing for an unknown platform', async () => {
    const fleet = await LocalFleet.deploy();
    const run = ['run', ...described, '--manifest', fleet.manifest([...fleet.rows(2), { ...fleet.rows(3)[2], commonName: 'SN-3' }])];
    expect(await fleet.fleet(...run, '--register', 'thingworx')).toMatchObject({ code: 2, stderr: expect.stringContaining('--register must be one of aws-iot-core, azure-iot-hub') });
    const done = await fleet.fleet(...run, '--register', 'aws-iot-core', '--register', 'azure-iot-hub', '--json');
    const { runs: [{ registrationFolders }] } = JSON.parse(done.stdout);
    const [aws, azure] = registrationFolders.map((folder: string) => jsonLines<{ [name: string]: string }>(join(folder, '0000001.jsonl')));
    const results = fleet.results(1, 'Iot.sensors');
    expect(aws.map(({ ThingName, CertificatePem }: { [name: string]: string }) => [ThingName, CertificatePem])).toEqual(
      results.map(({ deviceId, certificatePem }) => [deviceId, certificatePem]));
    expect(azure.map(({ id }: { [name: string]: string }) => id)).toEqual(['sensor-00000', 'sensor-00001', 'SN-3']);
  });

  test('is shown with its state', async () => {
    const fleet = await LocalFleet.deploy();
    expect((await fleet.fleet('status')).stdout).toBe('no fleet had a run\n');
    await fleet.fleet('run', ...described, '--manifest', fleet.manifest(fleet.rows(5)));
    const document = JSON.parse((await fleet.fleet('status', '--json')).stdout);
    expect(complaintsOf(readJson(resolve(__dirname, '../../../schema/command-line-v1.schema.json')), document)).toBe('');
    const { runs: [run] } = document;
    expect(run).toMatchObject({ fleet: 'Iot/sensors', number: 1, state: 'finished', rows: 5, rowsDone: 5, counts: { issued: 5, refused: 0 } });
  });
});

describe('a run that can\'t be carried out', () => {
  let fleet: LocalFleet;

  beforeAll(async () => {
    fleet = await LocalFleet.deploy();
  });

  test.each([
    ['--fleet', [], /the deployment must have a fleet, got none; deploy one/],
    ['--manifest', ['--ca', 'Ca', '--name', 'a', '--validity-days', '9'], /--manifest must be given for the first run/],
    ['--ca', ['--ca', 'Nobody', '--name', 'a', '--validity-days', '9'], /--ca must be one of the CAs of this deployment \(Iot\/Ca\), got "Nobody"/],
    ['--name', ['--ca', 'Ca', '--name', '../a', '--validity-days', '9'], /--name must be given with --ca, and consist of/],
    ['--name of a resource', ['--ca', 'Ca', '--name', 'Ca', '--validity-days', '9'], /--name must not be the name or the logical ID of a resource of the stack Iot/],
    ['--validity-days', ['--ca', 'Ca', '--name', 'a'], /--validity-days must be a whole number of days, as in 365, got none/],
    ['--renew-before-days', ['--ca', 'Ca', '--name', 'a', '--validity-days', '9', '--renew-before-days', '9'], /--renew-before-days: renewBefore must be whole days, less than validity/],
    ['--workers', ['--workers', '0'], /--workers must be a whole number from 1 to 256, got "0"/],
    ['--batch', ['--batch', '1e3'], /--batch must be a whole number from 10 to 5000, got "1e3"/],
  ])('is refused because of %s', async (_, args, message) => {
    expect(await cliError('fleet', 'run', '--local', fleet.out, ...args)).toMatch(message);
  });

  test('is refused before anything is issued if the manifest has no device or can\'t be read to its end', async () => {
    const described = ['--ca', 'Ca', '--name', 'a', '--validity-days', '9'];
    const broken = join(fleet.folder, 'broken.csv');
    writeFileSync(broken, `deviceId\n${'sensor\n'.repeat(5)}"open`);
    expect(await fleet.fleet('run', ...described, '--manifest', broken)).toMatchObject({ code: 2, stderr: expect.stringContaining('quotation marks') });
    expect(await fleet.fleet('run', ...described, '--manifest', fleet.manifest([{ deviceId: '' }]).replace('devices', 'nowhere')))
      .toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.csv') });
    expect(await cliOk('list', '--local', fleet.out)).toContain('1 certificate: 1 issued'); // that of the CA
  });

  test('is refused while another one is being carried out', async () => {
    const other = await LocalFleet.deploy();
    const run = ['run', '--ca', 'Ca', '--name', 'a', '--validity-days', '9', '--manifest', other.manifest(other.rows(40)), '--batch', '10'];
    const [one, two] = await Promise.all([resultOf(other.start(...run)), resultOf(other.start(...run))]);
    const [done, refused] = one.code === 0 ? [one, two] : [two, one];
    expect(done).toMatchObject({ code: 0 });
    // The one that comes later may also come after the end of the other, and then finds everything done.
    expect(refused.code === 0 ? refused.stdout : refused.stderr).toMatch(/another run is using this directory|40 unchanged/);
  });
});
