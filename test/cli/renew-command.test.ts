import 'reflect-metadata';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { Disk, localDisk } from '../../src/cli/disk';
import { Outside, outside } from '../../src/cli/local/engine';
import { localCommand } from '../../src/cli/local-command';
import { renewCommand, RenewOptions } from '../../src/cli/renew-command';
import { silentProgress, Terminal } from '../../src/cli/terminal';
import { temporaryFolder, TemplateJson, writeAssembly } from '../support/cli-assembly';
import { cliError, cliOk, filesBelow, generatedPath, ledgerOf, readJson } from '../support/cli-run';
import { iotTemplate } from '../support/cli-templates';
import { complaintsOf } from '../support/json-schema';
import { MortalDisk } from '../support/mortal-disk';

const SCHEMA = readJson(resolve(__dirname, '..', '..', 'schema', 'command-line-v1.schema.json'));
const DAY = 86_400_000;

/** Two devices, of which the first is renewed 30 days before its end, and has its certificate and key in one value. */
function template(changes: object = {}): TemplateJson {
  const { Resources, ...rest } = iotTemplate({ devices: ['sensor-001', 'sensor-002'], deviceDays: 365 }) as any;
  const { Device0 } = Resources;
  const Bundles = [{ Type: 'CombinedPem', SecretArn: { Ref: 'Device0Combined' } }];
  return {
    ...rest,
    Resources: {
      ...Resources,
      Device0Combined: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
      Device0: { ...Device0, Properties: { ...Device0.Properties, Renewal: { BeforeDays: 30, KeepKey: false }, Bundles, ...changes } },
    },
  };
}

let app: string;
let out: string;
let days: number;

beforeEach(async () => {
  app = temporaryFolder();
  out = join(temporaryFolder(), 'local-out');
  days = 0;
  writeAssembly(app, { Iot: { template: template() } });
  await cliOk('local', '--app', app, '--out', out);
});

/** What a command line has said, some days after the deployment. */
interface Said {
  readonly done: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function said(command: (terminal: Terminal, reach: Outside) => Promise<boolean>, disk: Disk = localDisk): Promise<Said> {
  let stdout = '';
  let stderr = '';
  const terminal = {
    progress: silentProgress,
    print: (text: string) => void (stdout += text),
    warn: (text: string) => void (stderr += text),
  };
  const done = await command(terminal, { ...outside, disk, clock: () => new Date(Date.now() + days * DAY) });
  return { done, stdout: stdout.replaceAll(out, 'out'), stderr };
}

const renew = (options: Partial<RenewOptions> = {}, disk?: Disk, local = out): Promise<Said> =>
  said((terminal, reach) => renewCommand({ local, ...options }, terminal, reach), disk);

const deploy = (options: object = {}): Promise<Said> => said((terminal, reach) => localCommand({ app, out, ...options }, terminal, reach));

interface Entry {
  readonly commonName?: string;
  readonly serialNumber: string;
  readonly status: string;
  readonly certificate?: string;
  readonly renews?: string;
}

/** The certificates of the renewed device that were issued, oldest first. */
function issued(folder = out): Entry[] {
  return Object.values<Entry>(ledgerOf(folder, 'Iot-Ledger').entries).filter(({ commonName, status }) => commonName === 'sensor-001' && status === 'ISSUED')
    .sort((one, other) => Number(one.renews !== undefined) - Number(other.renews !== undefined));
}

/** Expects that the value in force holds the certificate in force with its key, and that the secret of the key has the same key. */
function expectConsistent(folder = out): void {
  const { serialNumber, certificate } = issued(folder).at(-1)!;
  const { secrets } = readJson(join(folder, 'state.json'));
  const currents = Object.entries<{ current?: string }>(secrets).filter(([arn]) => arn.includes('Iot-Device0')).map(([, { current }]) => current);
  expect(currents).toEqual([serialNumber, serialNumber]);
  const combined = readFileSync(join(generatedPath(join(folder, 'keys'), 'Iot-Device0Combined'), `${serialNumber}.pem`), 'utf8');
  const found = new X509Certificate(combined.slice(combined.indexOf('-----BEGIN CERTIFICATE')));
  expect(found.raw.toString('base64')).toBe(certificate);
  expect(found.checkPrivateKey(createPrivateKey(combined))).toBe(true);
  const key = readFileSync(join(generatedPath(join(folder, 'keys'), 'Iot-Device0Key'), `${serialNumber}.pem`), 'utf8');
  expect(found.checkPrivateKey(createPrivateKey(key))).toBe(true);
}

describe('a certificate of a local deployment', () => {
  test('is renewed once it is due, and only once', async () => {
    expect(await renew()).toEqual({ done: true, stdout: 'no certificate is due\n', stderr: '' });
    days = 336;
    const before = filesBelow(out);
    const { done, stdout, stderr } = await renew();
    expect([done, stderr]).toEqual([true, '']);
    expect(stdout).toMatch(new RegExp([
      '^certificates that were due',
      '  resource +what happened +valid until',
      '  Iot/Device0 +renewed +\\d{4}-\\d\\d-\\d\\d',
      '  in force, with chain and private key:',
      `    Iot/Device0: out/keys/Iot-Device0Combined-[0-9a-f]{6}/${issued().at(-1)!.serialNumber}\\.pem\n\n$`,
    ].join('\n')));
    expect(issued()).toHaveLength(2);
    expect(issued()[1]!.renews).toBe(issued()[0]!.serialNumber);
    expectConsistent();
    expect(filesBelow(out)).toMatchObject(Object.fromEntries(Object.entries(before).filter(([path]) => path.startsWith('keys/')))); // the former key stays
    expect((await renew()).stdout).toBe('no certificate is due\n');
  });

  test('is renewed again, and the key of the certificate before the former one goes', async () => {
    for (days of [336, 2 * 336, 3 * 336]) {
      expect((await renew()).done).toBe(true);
      expectConsistent();
    }
    expect(issued()).toHaveLength(4);
    expect(Object.keys(filesBelow(join(out, 'keys'))).filter(path => path.startsWith('Iot-Device0Key'))).toHaveLength(2);
  });

  test('keeps the outputs of the last deployment, as in AWS, until its resource is updated', async () => {
    const outputs = () => readJson(join(out, 'outputs.json')).Iot.Device0CertificatePem as string;
    const before = outputs();
    days = 336;
    await renew();
    expect(outputs()).toBe(before);
    await deploy();
    expect(outputs()).toBe(before); // nothing was declared differently
    writeAssembly(app, { Iot: { template: template({ Renewal: { BeforeDays: 31, KeepKey: false } }) } });
    await deploy();
    expect(new X509Certificate(outputs()).raw.toString('base64')).toBe(issued().at(-1)!.certificate);
    expect(issued()).toHaveLength(2);
  });

  test('is shown in a dry run, which changes no file', async () => {
    days = 336;
    const before = filesBelow(out);
    const { done, stdout } = await renew({ dryRun: true });
    expect(done).toBe(true);
    expect(stdout).toMatch(/^certificates that were due\n {2}resource +what would happen +valid until\n {2}Iot\/Device0 +renew +\d{4}-\d\d-\d\d\n\ndry run: nothing was changed\n$/);
    expect(filesBelow(out)).toEqual(before);
  });

  test('is in the document for programs', async () => {
    days = 336;
    const trial = JSON.parse((await renew({ json: true, dryRun: true })).stdout);
    const done = JSON.parse((await renew({ json: true })).stdout);
    expect([trial, done].map(document => complaintsOf(SCHEMA, document))).toEqual(['', '']);
    const [former, renewed] = issued();
    const about = { resource: 'Iot/Device0', ca: 'Iot/Ca', outcome: 'renewed', formerSerialNumber: former!.serialNumber };
    expect(trial).toMatchObject({ command: 'renew', dryRun: true, renewals: [{ ...about, notAfter: expect.any(String) }] });
    expect(trial.renewals[0]).not.toHaveProperty('serialNumber');
    expect(done).toMatchObject({
      command: 'renew', dryRun: false, renewals: [{ ...about, serialNumber: renewed!.serialNumber, file: expect.stringContaining('Iot-Device0Combined') }], revocationLists: [],
    });
  });

  test('that can\'t be renewed is named, with the reason, and is renewed later', async () => {
    days = 336;
    const folder = generatedPath(join(out, 'keys'), 'Iot-CaKey');
    renameSync(folder, `${folder}-away`);
    const { done, stdout, stderr } = await renew();
    expect(done).toBe(false);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^note: Iot\/Device0 could not be renewed: [^\n]*key[^\n]*\n$/);
    const document = JSON.parse((await renew({ json: true })).stdout);
    expect(complaintsOf(SCHEMA, document)).toBe('');
    expect(document.renewals).toEqual([{ resource: 'Iot/Device0', ca: 'Iot/Ca', outcome: 'failed', formerSerialNumber: issued()[0]!.serialNumber, error: expect.any(String) }]);
    renameSync(`${folder}-away`, folder);
    expect((await renew()).done).toBe(true);
    expect(issued()).toHaveLength(2);
    expectConsistent();
  });

  test('is renewed exactly once, wherever a run was killed', async () => {
    days = 336;
    let places = 0;
    for (let isOver = false; !isOver; places++) {
      const folder = join(temporaryFolder(), 'local-out');
      cpSync(out, folder, { recursive: true });
      isOver = await renew({}, new MortalDisk(places), folder).then(({ done }) => done, () => false);
      const { done } = await renew({}, localDisk, folder);
      expect(done).toBe(true);
      expect(issued(folder)).toHaveLength(2);
      expectConsistent(folder);
      expect(Object.keys(filesBelow(join(folder, 'keys'))).filter(path => /^Iot-Device0(Key|Combined)/.test(path))).toHaveLength(4); // nothing is left over
    }
    expect(places).toBeGreaterThan(6);
  }, 120_000);

  test('is not renewed once it is revoked', async () => {
    await cliOk('revoke', '--local', out, '--yes', '--common-name', 'sensor-001');
    days = 336;
    expect((await renew()).stdout).toMatch(/^no certificate is due\nrevocation list of Iot\/Ca: out\/crl\/Iot-Ca\.crl\.pem \(number 2, /);
    expect(issued()).toHaveLength(1);
  });
});

describe('`local`', () => {
  test('renews what is due, also if nothing has changed in the app', async () => {
    days = 336;
    const trial = await deploy({ dryRun: true });
    expect(trial.stdout).toMatch(/certificates that were due\n.*\n {2}Iot\/Device0 +renew +\d/);
    expect(issued()).toHaveLength(1);
    const { done, stdout } = await deploy();
    expect(done).toBe(true);
    expect(stdout).toMatch(/Iot\/Device0 +renewed +\d[\d-]+\n {2}in force, with chain and private key:\n {4}Iot\/Device0: out\/keys\/[^\n]+\n\nleft out, because [^]*\n\noutputs: out\/outputs\.json\n$/);
    expectConsistent();
    expect((await deploy()).stdout).toMatch(/no changes\noutputs: /);
    expect(issued()).toHaveLength(2);
  });

  test('renews the certificates of the deployed stacks alone', async () => {
    writeAssembly(app, { Iot: { template: template() }, Office: { template: iotTemplate() } });
    await deploy();
    days = 336;
    await deploy({ stack: ['Office'] });
    expect(issued()).toHaveLength(1);
    await deploy({ stack: ['Iot'] });
    expect(issued()).toHaveLength(2);
  });

  test('says in its document what was renewed, and fails if something could not be', async () => {
    days = 336;
    const folder = generatedPath(join(out, 'keys'), 'Iot-CaKey');
    renameSync(folder, `${folder}-away`);
    const failed = await deploy({ json: true });
    renameSync(`${folder}-away`, folder);
    const renewed = await deploy({ json: true });
    expect([failed.done, renewed.done]).toEqual([false, true]);
    const [first, second] = [failed, renewed].map(({ stdout }) => JSON.parse(stdout));
    expect([first, second].map(document => complaintsOf(SCHEMA, document))).toEqual(['', '']);
    expect([first.renewals[0].outcome, second.renewals[0].outcome, first.changed, second.changed]).toEqual(['failed', 'renewed', false, true]);
  });
});

describe('`renew`', () => {
  test('refuses a folder without a deployment, and makes none', async () => {
    const folder = join(temporaryFolder(), 'nothing');
    expect(await cliError('renew', '--local', folder))
      .toBe(`error: --local: ${folder} holds no local deployment; name the folder that \`private-iot-ca local --out\` has written`);
    expect(filesBelow(folder)).toEqual({});
  });

  test('refuses a directory that another run is using', async () => {
    writeFileSync(join(out, 'lock'), JSON.stringify({ pid: 1, host: `not-${hostname()}` }));
    expect(await cliError('renew', '--local', out)).toContain('another run is using this directory');
    expect(await cliError('renew', '--local', out, '--dry-run')).toContain('another run is using this directory');
  });

  test('refuses a secret that no certificate reads', async () => {
    const file = join(temporaryFolder(), 'secret');
    writeFileSync(file, 'value');
    expect(await cliError('renew', '--local', out, '--secret', `acme/key=${file}`)).toContain('--secret acme/key: no certificate in this deployment reads this secret');
  });

  test('takes the passphrase of a bundle from the command line', async () => {
    const passphrase = join(temporaryFolder(), 'passphrase');
    writeFileSync(passphrase, 'correct horse battery staple');
    const Bundles = [{ Type: 'Pkcs12', SecretArn: { Ref: 'Device0Combined' }, PassphraseSecretArn: 'acme/passphrase' }];
    out = join(temporaryFolder(), 'local-out');
    writeAssembly(app, { Iot: { template: template({ Bundles }) } });
    await cliOk('local', '--app', app, '--out', out, '--secret', `acme/passphrase=${passphrase}`);
    days = 336;
    const { done, stderr } = await renew();
    expect([done, stderr]).toEqual([false, 'note: Iot/Device0 could not be renewed: the secret acme/passphrase is not given; pass --secret acme/passphrase=FILE\n']);
    const renewed = JSON.parse((await renew({ secret: [`acme/passphrase=${passphrase}`], json: true })).stdout);
    expect(renewed.renewals).toMatchObject([{ outcome: 'renewed', file: expect.stringMatching(/Iot-Device0Combined-[0-9a-f]{6}\/[0-9A-F]{40}\.base64$/) }]);
  });
});
