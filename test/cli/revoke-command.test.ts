import 'reflect-metadata';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, KeyAlgorithm, PemSource, PrivateIotCa } from '../../src';
import { outside } from '../../src/cli/local/engine';
import { revokeCommand, RevokeOptions } from '../../src/cli/revoke-command';
import { silentProgress } from '../../src/cli/terminal';
import { temporaryFolder, writeAssembly } from '../support/cli-assembly';
import { cli, cliError, cliOk, filesBelow, ledgerOf, NO_AWS, readJson } from '../support/cli-run';
import { iotTemplate } from '../support/cli-templates';
import { complaintsOf } from '../support/json-schema';
import { openssl, opensslOutput } from '../support/openssl';

const SCHEMA = readJson(resolve(__dirname, '..', '..', 'schema', 'command-line-v1.schema.json'));

let app: string;
let out: string;

beforeEach(async () => {
  app = temporaryFolder();
  out = join(temporaryFolder(), 'local-out');
  deploy = () => cliOk('local', '--app', app, '--out', out);
  writeAssembly(app, { Iot: { template: iotTemplate({ devices: ['sensor-001', 'sensor-002'] }) } });
  await deploy();
});

let deploy: () => Promise<string>;

const revoke = (...args: string[]) => cliOk('revoke', '--local', out, '--yes', ...args);

/** A certificate of the deployment, as the ledger has it. */
function entryOf(commonName: string): { serialNumber: string; certificate: string } {
  return Object.values<{ commonName?: string; serialNumber: string; certificate: string }>(ledgerOf(out, 'Iot-Ledger').entries).find(entry => entry.commonName === commonName)!;
}

function pemOf(commonName: string): string {
  return `-----BEGIN CERTIFICATE-----\n${entryOf(commonName).certificate.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

/** Whether OpenSSL takes a device, with the list that is in the directory. */
function isAccepted(commonName: string): boolean {
  const device = join(out, `${commonName}.pem`);
  const ca = join(out, 'ca.pem');
  writeFileSync(device, pemOf(commonName));
  writeFileSync(ca, readJson(join(out, 'outputs.json')).Iot.CaCertificate);
  const { status, stderr } = openssl(['verify', '-x509_strict', '-crl_check_all', '-CAfile', ca, '-CRLfile', list(), device]);
  expect(stderr).toMatch(status === 0 ? /^$/ : /error 23 at 0 depth lookup: certificate revoked/);
  return status === 0;
}

const list = () => join(out, 'crl', 'Iot-Ca.crl.pem');

describe('a device', () => {
  test('is refused by OpenSSL once it is revoked, and no other device is', async () => {
    const said = await revoke('--common-name', 'sensor-001', '--reason', 'keyCompromise', '--invalidity-date', '2026-01-02T03:04:05Z');
    expect(said.replaceAll(out, 'out')).toMatch(new RegExp([
      '^serial number +subject +resource +CA +what happens',
      `${entryOf('sensor-001').serialNumber}  sensor-001  Iot/Device0 +Iot/Ca  revoked`,
      '',
      'revocation list of Iot/Ca: out/crl/Iot-Ca\\.crl\\.pem \\(number 1, until \\S+\\)\\n$',
    ].join('\n')));
    expect([isAccepted('sensor-001'), isAccepted('sensor-002')]).toEqual([false, true]);
    expect(opensslOutput(['crl', '-in', list(), '-noout', '-text'])).toMatch(/Key Compromise[^]*Invalidity Date: *\n *Jan {2}2 03:04:05 2026 GMT/);
    expect(opensslOutput(['crl', '-in', join(out, 'crl', 'Iot-Ca.crl'), '-inform', 'DER', '-noout', '-crlnumber'])).toBe('crlNumber=0x01\n');
  });

  test('on hold is refused until it is released', async () => {
    await revoke('--common-name', 'sensor-001', '--reason', 'certificateHold');
    expect(isAccepted('sensor-001')).toBe(false);
    await revoke('--common-name', 'sensor-001', '--reason', 'removeFromCRL');
    expect(isAccepted('sensor-001')).toBe(true);
  });

  test('can be named by its serial number in any notation, and by its construct', async () => {
    const colons = entryOf('sensor-001').serialNumber.toLowerCase().replace(/..(?=.)/g, '$&:');
    await revoke('--serial-number', colons);
    await revoke('--resource', 'Iot/Device1');
    expect([isAccepted('sensor-001'), isAccepted('sensor-002')]).toEqual([false, false]);
  });

  test('that is revoked again stays revoked since the first time', async () => {
    await revoke('--common-name', 'sensor-001');
    const { revoked } = ledgerOf(out, 'Iot-Ledger');
    const said = await revoke('--common-name', 'sensor-001', '--reason', 'superseded');
    expect(said).toMatch(/already revoked \(unspecified\) since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ; not changed\n[^]*no changes\nrevocation list of .* \(number 2, /);
    expect(ledgerOf(out, 'Iot-Ledger').revoked).toEqual(revoked);
  });

  test('gets onto the list by the next run if a run has ended before its list was written', async () => {
    await revoke('--common-name', 'sensor-001');
    rmSync(join(out, 'crl'), { recursive: true });
    await revoke('--common-name', 'sensor-001');
    expect(isAccepted('sensor-001')).toBe(false);
  });

  test('that is revoked and removed gets a new certificate when it is declared again', async () => {
    const before = entryOf('sensor-001').serialNumber;
    await revoke('--common-name', 'sensor-001');
    writeAssembly(app, { Iot: { template: iotTemplate({ devices: ['sensor-002'] }) } });
    await deploy();
    writeAssembly(app, { Iot: { template: iotTemplate({ devices: ['sensor-001', 'sensor-002'] }) } });
    await deploy();
    expect(Object.values<{ commonName?: string; serialNumber: string }>(ledgerOf(out, 'Iot-Ledger').entries)
      .filter(({ commonName, serialNumber }) => commonName === 'sensor-001' && serialNumber !== before)).toHaveLength(1);
  });
});

describe('several certificates', () => {
  test('of a stack or below a CA are revoked together', async () => {
    await revoke('--stack', 'Iot', '--common-name', 'sensor-001');
    expect([isAccepted('sensor-001'), isAccepted('sensor-002')]).toEqual([false, true]);
    const said = await revoke('--below', 'Iot/Ca', '--reason', 'cACompromise');
    expect(said.match(/^[0-9A-F]{40} /gm)!.length).toBeGreaterThan(2);
    expect([isAccepted('sensor-001'), isAccepted('sensor-002')]).toEqual([false, false]);
  });

  test('can be revoked in part: a refused one is reported, and the exit code says so', async () => {
    await revoke('--common-name', 'sensor-001', '--reason', 'certificateHold');
    const { code, stdout } = await cli('revoke', '--local', out, '--yes', '--below', 'Iot/Ca', '--reason', 'removeFromCRL');
    expect(stdout).toMatch(/sensor-001 .* released\n/);
    expect(stdout).toMatch(/sensor-002 .* refused: reason must be removeFromCRL only for a certificate that is on hold/);
    expect(code).toBe(1);
    expect(isAccepted('sensor-001')).toBe(true);
  });
});

test('a CA below another one is revoked by that CA, and with it everything that it has issued', async () => {
  const folder = temporaryFolder();
  const stacks = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(stacks, 'Plant');
  const root = new PrivateIotCa(stack, 'Root', { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256, pathLength: 1 });
  const factory = new PrivateIotCa(stack, 'Factory', { subject: { commonName: 'Factory' }, keyAlgorithm: KeyAlgorithm.EC_P256, issuer: root });
  const device = factory.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  new CertificateOutputs(stack, 'Outputs', { cas: { Root: root, Factory: factory }, certificates: { Sensor: device } });
  stacks.synth();
  await cliOk('local', '--app', stacks.outdir, '--out', folder);
  await cliOk('export', '--outputs', join(folder, 'outputs.json'), '--out', folder);
  const [rootName] = Object.entries<{ type: string; name: string }>(readJson(join(folder, 'state.json')).stacks.Plant.resources)
    .find(([logicalId]) => logicalId.startsWith('Root') && /^Root[0-9A-F]{8}$/.test(logicalId))!;
  const document = JSON.parse(await cliOk('revoke', '--local', folder, '--yes', '--below', `Plant/${rootName}`, '--reason', 'cACompromise', '--json'));
  expect(document.certificates.map(({ subject, ca }: { subject: string; ca: string }) => [subject, ca.slice(0, 'Plant/Root'.length)]))
    .toEqual([['CN=Factory', 'Plant/Root'], ['CN=sensor', 'Plant/Fact']]);
  expect(document.revocationLists).toHaveLength(2);
  const [ofRoot, ofFactory] = document.revocationLists.map(({ file }: { file: string }) => file);
  const verify = (crls: string[], ...args: string[]) => openssl(['verify', '-x509_strict', '-crl_check', '-CAfile', join(folder, 'root.pem'),
    ...crls.flatMap(crl => ['-CRLfile', crl]), ...args]).stderr;
  expect(verify([ofRoot], join(folder, 'factory.pem'))).toMatch(/error 23 at 0 depth lookup: certificate revoked/);
  expect(verify([ofFactory], '-untrusted', join(folder, 'factory.pem'), join(folder, 'sensor.pem'))).toMatch(/error 23 at 0 depth lookup: certificate revoked/);
});

test('a CA below whose key is elsewhere is named, because what it has issued is not revoked, and the exit code says so', async () => {
  const folder = temporaryFolder();
  const stacks = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(stacks, 'Plant');
  const root = new PrivateIotCa(stack, 'Root', { subject: { commonName: 'Root' }, keyAlgorithm: KeyAlgorithm.EC_P256, pathLength: 1 });
  const request = opensslOutput(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', join(folder, 'key.pem'), '-subj', '/CN=Elsewhere']);
  root.addCaCertificate('Elsewhere', { certificateSigningRequest: PemSource.inline(request) });
  new CertificateOutputs(stack, 'Outputs', { cas: { Root: root } });
  stacks.synth();
  await cliOk('local', '--app', stacks.outdir, '--out', folder);
  const [ca] = Object.values(Object.values<{ entries: { [key: string]: { issuer: string } } }>(readJson(join(folder, 'state.json')).ledgers)[0].entries);
  const { code, stdout } = await cli('revoke', '--local', folder, '--yes', '--below', ca.issuer);
  expect(stdout).toMatch(/ CN=Elsewhere .* revoked\n/);
  expect(stdout).toMatch(/^not reached: the CA CN=Elsewhere \(Plant\/.*\), whose certificates stay as they are; this deployment does not hold its key, so revoke them where it issues$/m);
  expect(code).toBe(1);
  const document = JSON.parse((await cli('revoke', '--local', folder, '--below', ca.issuer, '--dry-run', '--json')).stdout);
  expect(complaintsOf(SCHEMA, document)).toBe('');
  expect(document.casNotReached).toEqual([{ subject: 'CN=Elsewhere', resource: expect.stringMatching(/^Plant\//), notAfter: expect.any(String) }]);
});

test('a trial shows what would be revoked, and changes nothing', async () => {
  const before = filesBelow(out);
  expect(await cliOk('revoke', '--local', out, '--stack', 'Iot', '--dry-run')).toMatch(/sensor-001 .* revoked\n[^]*dry run: nothing was changed\n$/);
  expect(filesBelow(out)).toEqual(before);
});

test('a deployment renews the list, with a greater number', async () => {
  await revoke('--common-name', 'sensor-001');
  await deploy();
  expect(opensslOutput(['crl', '-in', list(), '-noout', '-crlnumber'])).toBe('crlNumber=0x02\n');
  expect(isAccepted('sensor-001')).toBe(false);
});

test('the list of a CA keeps its file when the CA has left its stack', async () => {
  await revoke('--common-name', 'sensor-001');
  writeAssembly(app, { Iot: { template: { Resources: {} } } });
  await deploy();
  expect(filesBelow(join(out, 'crl'))).toHaveProperty(['Iot-Ca.crl.pem']);
  expect(Object.keys(filesBelow(join(out, 'crl')))).toHaveLength(2);
  expect(opensslOutput(['crl', '-in', list(), '-noout', '-crlnumber'])).toBe('crlNumber=0x02\n');
});

test('the document says what has happened', async () => {
  const document = JSON.parse(await revoke('--common-name', 'sensor-001', '--reason', 'superseded', '--json'));
  expect(complaintsOf(SCHEMA, document)).toBe('');
  expect(document).toMatchObject({
    command: 'revoke',
    dryRun: false,
    certificates: [{ resource: 'Iot/Device0', ca: 'Iot/Ca', changed: true, state: 'revoked', reason: 'superseded' }],
    revocationLists: [{ ca: 'Iot/Ca', file: list(), number: '1' }],
  });
});

describe('the question', () => {
  async function answered(answer: boolean | undefined, reason = 'unspecified'): Promise<{ passed: boolean; asked: string[]; said: string }> {
    const asked: string[] = [];
    let said = '';
    const options: RevokeOptions = { local: out, reason, commonName: ['sensor-001'] };
    const passed = await revokeCommand(options, {
      progress: silentProgress,
      print: text => { said += text; },
      warn: () => undefined,
      ask: answer === undefined ? undefined : async question => { asked.push(question); return answer; },
    }, NO_AWS, outside);
    return { passed, asked, said };
  }

  test('is asked before anything is revoked', async () => {
    expect(await answered(true)).toMatchObject({ passed: true, asked: ['Revoke 1 certificate?'] });
    expect(isAccepted('sensor-001')).toBe(false);
  });

  test('says what will happen', async () => {
    expect(await answered(true, 'certificateHold')).toMatchObject({ asked: ['Put 1 certificate on hold?'] });
    expect(await answered(true, 'removeFromCRL')).toMatchObject({ asked: ['Release 1 certificate?'] });
  });

  test('leaves everything as it is if the answer is no', async () => {
    expect(await answered(false)).toMatchObject({ passed: false, said: expect.stringMatching(/nothing was changed\n$/) });
    expect(existsSync(list())).toBe(false);
  });

  test('can\'t be asked in a pipeline, which must say --yes', async () => {
    await expect(answered(undefined)).rejects.toThrow(/^--yes must be given, because there is no terminal to ask on/);
    expect(existsSync(list())).toBe(false);
  });
});

describe('a mistake is reported on one line and changes nothing,', () => {
  test.each<[string, string[], RegExp]>([
    ['no selector', [], /certificates must be selected with --serial-number, --common-name, --resource, --stack, --below; got none of them$/],
    ['an unknown serial number', ['--serial-number', 'ABCD'], /--serial-number must be the serial number of a certificate .*, got "ABCD"$/],
    ['the serial number of the CA itself', ['--below', 'Iot/Ca', '--serial-number', '01'], /--serial-number must be/],
    ['an unknown device', ['--common-name', 'sensor-9'], /--common-name must be the common name .*, got "sensor-9"$/],
    ['an unknown construct', ['--resource', 'Iot/Nowhere'], /--resource must be the path of the construct .*, got "Iot\/Nowhere"$/],
    ['the root CA', ['--resource', 'Iot/Ca'], /--resource must be .*, got "Iot\/Ca", a CA whose certificate no CA of this deployment has signed, .*; --below selects what it has issued$/],
    ['an unknown stack', ['--stack', 'Other'], /--stack must be the name of a stack with certificates that a CA of this deployment has issued, got "Other"$/],
    ['an unknown CA', ['--below', 'Iot/Device0'], /--below must be the path of the construct of a CA .*, got "Iot\/Device0"$/],
    ['selectors that fit no certificate together', ['--common-name', 'sensor-001', '--resource', 'Iot/Device1'], /--common-name and --resource must select a certificate together/],
    ['a reason that does not exist', ['--common-name', 'sensor-001', '--reason', 'stolen'], /--reason must be one of unspecified, keyCompromise, .*, got "stolen"$/],
    ['a time that is none', ['--common-name', 'sensor-001', '--invalidity-date', 'yesterday'], /--invalidity-date must be a time in the past, in UTC, such as .*, got "yesterday"$/],
    ['a time that has not come', ['--common-name', 'sensor-001', '--invalidity-date', '2999-01-01T00:00:00Z'], /--invalidity-date must be a time in the past/],
  ])('such as %s', async (_, args, message) => {
    const before = filesBelow(out);
    expect(await cliError('revoke', '--local', out, '--yes', ...args)).toMatch(message);
    expect(filesBelow(out)).toEqual(before);
  });

  test('such as a directory without a deployment', async () => {
    const empty = temporaryFolder();
    expect(await cliError('revoke', '--local', empty, '--yes', '--stack', 'Iot')).toMatch(/--local: .* holds no local deployment; name the folder .*, or give --outputs for CAs in AWS$/);
    rmSync(empty, { recursive: true });
    expect(await cliError('revoke', '--local', empty, '--yes', '--stack', 'Iot')).toMatch(/holds no local deployment/);
    expect(existsSync(empty)).toBe(false);
  });
});
