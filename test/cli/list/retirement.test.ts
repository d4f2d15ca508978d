import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { KeyAlgorithm, PrivateIotCa, Retirement } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cliOk, readJson } from '../../support/cli-run';
import { complaintsOf } from '../../support/json-schema';
import { synthesized } from '../../support/synthesized';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));

let out: string;

beforeAll(async () => {
  out = join(temporaryFolder(), 'local-out');
  const keyAlgorithm = KeyAlgorithm.EC_P256;
  await cliOk('local', '--out', out, '--app', synthesized((root: App) => {
    const stack = new Stack(root, 'Iot');
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' }, keyAlgorithm, pathLength: 1 });
    new PrivateIotCa(stack, 'Plant', { issuer: ca, subject: { commonName: 'Plant' }, keyAlgorithm, retirement: Retirement.whenUnused() });
    new PrivateIotCa(stack, 'Old', { subject: { commonName: 'Old' }, keyAlgorithm, retirement: Retirement.whenUnused() });
  }));
});

describe('the list of a deployment with retired CAs', () => {
  test('names them in the table, also a CA that another CA has signed', async () => {
    const lines = (await cliOk('list', '--local', out)).split('\n');
    expect(lines.find(line => line.includes('CN=Root'))).toMatch(/ issued +\d+ days left$/);
    expect(lines.find(line => line.includes('CN=Plant'))).toMatch(/ issued, retired +\d+ days left$/);
    expect(lines.find(line => line.includes('CN=Old'))).toMatch(/ issued, retired +\d+ days left$/);
    expect(lines.slice(-3)).toEqual(['3 certificates: 3 issued', 'Iot/Old is retired, and issues nothing any more', '']);
  });

  test('says of a chosen CA that it is retired, also if no certificate keeps it', async () => {
    expect(await cliOk('list', '--local', out, '--ca', 'Iot/Old', '--living')).toBe('no certificates\nIot/Old is retired, and issues nothing any more\n');
  });

  test('has the retirement of certificates and of CAs for programs', async () => {
    const document = JSON.parse(await cliOk('list', '--local', out, '--json'));
    expect(complaintsOf(SCHEMA, document)).toBe('');
    expect(document.cas.map(({ ca, retirement }: { [member: string]: string }) => [ca, retirement]).sort()).toEqual([['Iot/Ca', undefined], ['Iot/Old', 'retired']]);
    expect(document.certificates.map(({ subject, retirement }: { [member: string]: string }) => `${subject} ${retirement}`).sort())
      .toEqual(['CN=Old retired', 'CN=Plant retired', 'CN=Root undefined']);
    const [columns, ...records] = (await cliOk('list', '--local', out, '--csv')).trimEnd().split('\r\n').map(line => line.split(','));
    expect(columns.at(-1)).toBe('retirement');
    expect(records.map(record => record.at(-1)).sort()).toEqual(['', 'retired', 'retired']);
  });
});
