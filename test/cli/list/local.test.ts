import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import { jsonText } from '../../../src/cli/document';
import { listCommand, ListOptions } from '../../../src/cli/list-command';
import { outside } from '../../../src/cli/local/engine';
import { silentProgress } from '../../../src/cli/terminal';
import { temporaryFolder, writeAssembly } from '../../support/cli-assembly';
import { caIdIn, cli, cliError, cliOk, filesBelow, ledgerOf, readJson } from '../../support/cli-run';
import { iotTemplate } from '../../support/cli-templates';
import { complaintsOf } from '../../support/json-schema';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));
const DAY = 86_400_000;

let out: string;

beforeAll(async () => {
  out = join(temporaryFolder(), 'local-out');
  await deploy(out, 'sensor-001', 'sensor-002', 'sensor-003', '传感器, "4"');
  await cliOk('revoke', '--local', out, '--yes', '--common-name', 'sensor-001', '--reason', 'keyCompromise', '--invalidity-date', '2026-01-02T03:04:05Z');
  await cliOk('revoke', '--local', out, '--yes', '--common-name', 'sensor-002', '--reason', 'certificateHold');
});

async function deploy(folder: string, ...devices: string[]): Promise<void> {
  const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate({ devices }) } });
  await cliOk('local', '--app', app, '--out', folder);
}

const list = (...args: string[]) => cliOk('list', '--local', out, ...args);

/** What programs get, as far as it is the same in each run. */
async function listed(...args: string[]): Promise<string[]> {
  return JSON.parse(await list('--json', ...args)).certificates.map(({ commonName, subject, state }: { [member: string]: string }) => `${commonName ?? subject} ${state}`);
}

/** What is listed at another time. */
async function listedAt(now: Date, options: Partial<ListOptions> = {}): Promise<string> {
  let said = '';
  const terminal = { progress: silentProgress, print: (text: string) => { said += text; }, warn: () => undefined };
  await listCommand({ local: out, ...options }, terminal, () => { throw new Error('no ledger in AWS is read'); }, { ...outside, clock: () => now });
  return said;
}

describe('the table', () => {
  test('has each certificate with its state, and counts the states', async () => {
    const lines = (await list()).split('\n');
    expect(lines[0]).toMatch(/^serial number +subject +profile +resource +CA +state +validity$/);
    expect(lines[1]).toMatch(/^[0-9A-F]{40} {2}CN=Acme IoT Root CA,O=Acme +ca +Iot\/Ca +Iot\/Ca +issued +3649 days left$/);
    expect(lines[2]).toMatch(/^[0-9A-F]{40} {2}CN=a1b2c3 +verification +Iot\/Verification +Iot\/Ca +issued +299 days left$/);
    expect(lines[3]).toMatch(/ sensor-001 +device +Iot\/Device0 +Iot\/Ca +revoked \(keyCompromise\) +364 days left$/);
    expect(lines[4]).toMatch(/ sensor-002 +device +Iot\/Device1 +Iot\/Ca +on hold +364 days left$/);
    expect(lines.slice(7)).toEqual(['', '6 certificates: 4 issued, 1 revoked, 1 on hold', '']);
  });

  test('changes nothing', async () => {
    const before = filesBelow(out);
    await list();
    expect(filesBelow(out)).toEqual(before);
  });

  test('has one list of fields per certificate where it does not fit, without empty lines at its end', async () => {
    let said = '';
    const terminal = { columns: 80, progress: silentProgress, print: (text: string) => { said += text; }, warn: () => undefined };
    await listCommand({ local: out, commonName: ['sensor-001'] }, terminal, () => { throw new Error('no ledger in AWS is read'); });
    expect(said).toMatch(/^serial number {2}[0-9A-F]{40}\nsubject {8}sensor-001\n[^]*validity {7}364 days left\n\n1 certificate: 1 revoked\n$/);
  });
});

describe('a filter', () => {
  test.each<[string, string[], string[]]>([
    ['--revoked shows what is revoked or on hold', ['--revoked'], ['sensor-001 revoked', 'sensor-002 held']],
    ['--profile shows the certificates with any of the profiles', ['--profile', 'ca', '--profile', 'verification'], ['CN=Acme IoT Root CA,O=Acme issued', 'CN=a1b2c3 issued']],
    ['--common-name ignores case, as the ledger does', ['--common-name', 'SENSOR-003'], ['sensor-003 issued']],
    ['a certificate must match each kind of filter', ['--revoked', '--profile', 'device', '--common-name', 'sensor-002', '--common-name', 'sensor-003'], ['sensor-002 held']],
    ['--stack and --ca name what a person calls them', ['--stack', 'Iot', '--ca', 'Iot/Ca', '--common-name', 'sensor-003'], ['sensor-003 issued']],
    ['--living shows what keeps a CA from being retired', ['--living'], ['sensor-002 held', 'sensor-003 issued', '传感器, "4" issued']],
    ['--expiring leaves out what is revoked', ['--expiring', '366d', '--profile', 'device'], ['sensor-002 held', 'sensor-003 issued', '传感器, "4" issued']],
    ['--expiring takes weeks and hours too', ['--expiring', '43w'], ['CN=a1b2c3 issued']],
    ['--expiring shows nothing if nothing expires so soon', ['--expiring', '7000h'], []],
  ])('%s', async (_, args, expected) => {
    expect(await listed(...args)).toEqual(expected);
  });

  test('takes the identity of a CA in place of its path', async () => {
    expect(await listed('--ca', caIdIn(out))).toHaveLength(6);
  });

  test('that matches nothing says so beside the result, since a name may be mistyped', async () => {
    expect(await cli('list', '--local', out, '--stack', 'Other', '--common-name', 'sensor-003', '--common-name', 'sensor-9'))
      .toEqual({ code: 0, stdout: 'no certificates\n', stderr: 'note: --common-name "sensor-9" matches no certificate\nnote: --stack "Other" matches no certificate\n' });
  });
});

describe('a certificate', () => {
  test('that has expired and is still declared stays on the list of those that expire', async () => {
    const later = new Date(Date.now() + 400.5 * DAY);
    const { listedAt: time, certificates } = JSON.parse(await listedAt(later, { json: true, expiring: '1d', profile: ['device'] }));
    expect(time.slice(0, 10)).toBe(later.toISOString().slice(0, 10));
    expect(certificates.map(({ commonName, state, declared, daysLeft }: { [member: string]: unknown }) => [commonName, state, declared, daysLeft]))
      .toEqual([['sensor-002', 'expired', true, -36], ['sensor-003', 'expired', true, -36], ['传感器, "4"', 'expired', true, -36]]);
  });

  test('is withdrawn once nothing declares it, and superseded once its resource has the next one', async () => {
    const folder = join(temporaryFolder(), 'local-out');
    const states = async (...args: string[]) => JSON.parse(await cliOk('list', '--local', folder, '--profile', 'device', '--json', ...args)).certificates
      .map(({ commonName, state }: { [member: string]: string }) => `${commonName} ${state}`);
    await deploy(folder, 'sensor-001', 'sensor-002');
    await deploy(folder, 'sensor-001');
    expect(await states()).toEqual(['sensor-001 issued', 'sensor-002 withdrawn']);
    expect(await states('--expiring', '400d')).toEqual(['sensor-001 issued']);
    await deploy(folder, 'sensor-001', 'sensor-002');
    expect(await states()).toEqual(['sensor-001 issued', 'sensor-002 superseded', 'sensor-002 issued']);
  });

  test('of a CA that is made elsewhere is listed as requested, without a serial number and times', async () => {
    const folder = join(temporaryFolder(), 'local-out');
    const template = iotTemplate({ devices: [], verification: false });
    const { Ledger, CaKey, Ca } = template.Resources as { readonly [logicalId: string]: { readonly Properties: object } };
    const { ValidityDays, ...declared } = Ca.Properties as { readonly [name: string]: unknown };
    const Resources = { Ledger, CaKey, Ca: { ...Ca, Properties: { ...declared, SignedElsewhere: 'true' } } };
    const app = writeAssembly(temporaryFolder(), { Iot: { template: { Resources } } });
    await cliOk('local', '--app', app, '--out', folder);
    const document = JSON.parse(await cliOk('list', '--local', folder, '--json'));
    expect(complaintsOf(SCHEMA, document)).toBe('');
    expect(document.certificates).toEqual([{
      subject: 'CN=Acme IoT Root CA,O=Acme', profile: 'ca', state: 'requested', declared: false, stack: 'Iot', resource: 'Iot/Ca', ca: 'Iot/Ca', caId: caIdIn(folder),
    }]);
    expect(await cliOk('list', '--local', folder)).toMatch(/\n +CN=Acme IoT Root CA,O=Acme +ca +Iot\/Ca +Iot\/Ca +requested\n\n1 certificate: 1 requested\n$/);
  });
});

describe('the forms for programs', () => {
  test('are a document that the schema describes, the same as if it were written in one piece', async () => {
    const text = await list('--json');
    const document = JSON.parse(text);
    expect(complaintsOf(SCHEMA, document)).toBe('');
    expect(text).toBe(jsonText(document));
    const none = await list('--json', '--common-name', 'sensor-003', '--revoked');
    expect(complaintsOf(SCHEMA, JSON.parse(none))).toBe('');
    expect(none).toBe(jsonText(JSON.parse(none)));
  });

  test('have what the certificate itself says, and the identifiers of platforms', async () => {
    const { certificates } = JSON.parse(await list('--json', '--common-name', 'sensor-001'));
    const { certificate } = Object.values<{ commonName?: string; certificate: string }>(ledgerOf(out, 'Iot-Ledger').entries).find(({ commonName }) => commonName === 'sensor-001')!;
    const { serialNumber, fingerprint, fingerprint256, validTo } = new X509Certificate(Buffer.from(certificate, 'base64'));
    const plain = (hex: string): string => hex.replaceAll(':', '').toLowerCase();
    expect(certificates).toEqual([expect.objectContaining({
      serialNumber,
      sha1Fingerprint: plain(fingerprint),
      sha256Fingerprint: plain(fingerprint256),
      notAfter: new Date(validTo).toISOString().replace('.000Z', 'Z'),
      caId: caIdIn(out),
      reason: 'keyCompromise',
      invalidityDate: '2026-01-02T03:04:05Z',
      platforms: expect.objectContaining({ 'aws-iot-core': { certificateId: plain(fingerprint256) }, 'alibaba-cloud-iot': { sn: serialNumber }, 'azure-iot-hub': { thumbprint: plain(fingerprint).toUpperCase(), deviceId: 'sensor-001' } }),
    })]);
  });

  test('are comma-separated values that another parser reads, with what the document has', async () => {
    const now = new Date(); // so that both have the same number of days left
    const csv = await listedAt(now, { csv: true });
    expect(csv.split('\r\n')).toHaveLength(8);
    expect(csv).toContain(',"传感器, ""4""",device,');
    const read = execFileSync('python3', ['-c', 'import csv, json; print(json.dumps(list(csv.DictReader(open(0, newline="", encoding="utf8"), strict=True))))'],
      { input: csv, encoding: 'utf8' });
    const { certificates } = JSON.parse(await listedAt(now, { json: true }));
    const expected = certificates.map(({ platforms, ...members }: { [member: string]: unknown }) => members);
    const present = (record: { [column: string]: string }): object => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
    const asText = (members: object): object => Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));
    expect(JSON.parse(read).map(present)).toEqual(expected.map(asText));
  });

  test('have the names of the columns even if there is nothing else', async () => {
    expect(await list('--csv', '--revoked', '--common-name', 'sensor-003')).toMatch(/^serialNumber,subject,commonName,profile,state,[^\n]*\r\n$/);
  });
});

describe('a mistake is reported on one line,', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown profile', ['--profile', 'sensor'], /--profile must be one of ca, cross, verification, device, devid, server, got "sensor"$/],
    ['a duration without a unit', ['--expiring', '30'], /--expiring must be a number of hours, days or weeks, such as 12h, 30d or 8w, got "30"$/],
    ['a duration in a unit of unknown length', ['--expiring', '1m'], /--expiring must be a number of hours, days or weeks, .*, got "1m"$/],
    ['an unknown CA', ['--ca', 'Iot/Device0'], /--ca must be the path of the construct of a CA of this deployment, .* \(Iot\/Ca\), got "Iot\/Device0"$/],
    ['two forms at once', ['--json', '--csv'], /option '--csv' cannot be used with option '--json'$/],
    ['a word too much', ['sensor-001'], /too many arguments for 'list'\. .* Choose certificates with --ca, /],
  ])('such as %s', async (_, args, message) => {
    expect(await cliError('list', '--local', out, ...args)).toMatch(message);
  });

  test('such as a directory without a deployment', async () => {
    expect(await cliError('list', '--local', temporaryFolder())).toMatch(/--local: .* holds no local deployment; name the folder that/);
  });

  test('such as a ledger in AWS beside a local deployment', async () => {
    expect(await cliError('list', '--local', out, '--ledger', 'Ledger')).toMatch(/option '--ledger <name>' cannot be used with option '--local <dir>'$/);
  });
});
