import 'reflect-metadata';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffCommand } from '../../src/cli/diff-command';
import { exportCommand } from '../../src/cli/export-command';
import { inspectCommand } from '../../src/cli/inspect-command';
import { lazy } from '../../src/cli/lazy';
import { lintCommand } from '../../src/cli/lint-command';
import { outside } from '../../src/cli/local/engine';
import { localCommand } from '../../src/cli/local-command';
import { run } from '../../src/cli/program';
import { silentProgress, Terminal } from '../../src/cli/terminal';
import { toPem } from '../../src/pki/pem';
import { build, CA, DEVICE, name } from '../pki/lint/certificate-builder';
import { temporaryFolder, writeAssembly, writeJson } from '../support/cli-assembly';
import { iotTemplate } from '../support/cli-templates';

const NOW = new Date('2026-06-01T00:00:00Z');

/** Terminals as wide as they come, and none at all: nobody breaks the lines of a pipe. */
const PAGES: [name: string, columns: number | undefined][] = [['80 columns', 80], ['160 columns', 160], ['a pipe', undefined]];

const before = process.cwd();

beforeAll(() => {
  const folder = temporaryFolder();
  const [ca, device, odd] = [build(CA), build(DEVICE), build({ ...DEVICE, subject: name(['2.5.4.6', 'de'], ['2.5.4.3', '传感器'], ['2.5.4.10', 'x'.repeat(70)]) })]
    .map(der => toPem('CERTIFICATE', der));
  mkdirSync(join(folder, 'pem'));
  writeFileSync(join(folder, 'pem', 'ca.pem'), ca);
  writeFileSync(join(folder, 'pem', 'odd.pem'), odd);
  writeJson(join(folder, 'outputs.json'), { Iot: { CaCertificate: ca, SensorCertificate: device, SensorCertificateChain: device + ca } });
  writeAssembly(join(folder, 'cdk.out'), { Plant: { template: iotTemplate({ devices: ['sensor-001', 'sensor-002'] }) }, Office: { template: iotTemplate({ verification: false }) } });
  process.chdir(folder);
});

afterAll(() => process.chdir(before));

/** What each command is asked for; what it says does not depend on the time, on random numbers or on the machine. */
const COMMANDS: { readonly [command: string]: (terminal: Terminal, page: number) => unknown } = {
  'inspect pem/ca.pem pem/odd.pem': terminal => inspectCommand(['pem/ca.pem', 'pem/odd.pem'], {}, terminal, NOW),
  'lint pem/odd.pem pem/ca.pem --platform aws-iot-core': terminal => lintCommand(['pem/odd.pem', 'pem/ca.pem'], { platform: ['aws-iot-core'] }, terminal, NOW),
  'export --out pem': terminal => exportCommand({ outputs: 'outputs.json', out: 'pem' }, terminal, NOW),
  'local': (terminal, page) => localCommand({ app: 'cdk.out', out: `out-${page}` }, terminal, { ...outside, clock: () => NOW }),
  'local, again': (terminal, page) => localCommand({ app: 'cdk.out', out: `out-${page}` }, terminal, { ...outside, clock: () => NOW }),
  'diff --local none': terminal => diffCommand({ app: 'cdk.out', local: 'none' }, terminal, lazy.awsStacks, { ...outside, clock: () => NOW }),
  'help': terminal => run(['help'], terminal),
  'help local': terminal => run(['help', 'local'], terminal),
  'help export': terminal => run(['help', 'export'], terminal),
  'help revoke': terminal => run(['help', 'revoke'], terminal),
  'help diff': terminal => run(['help', 'diff'], terminal),
  'help list': terminal => run(['help', 'list'], terminal),
  'help reconcile': terminal => run(['help', 'reconcile'], terminal),
  'help lint': terminal => run(['help', 'lint'], terminal),
};

/** All screens of a command, with headings. */
async function screens(command: string): Promise<string> {
  let said = '';
  for (const [index, [page, columns]] of PAGES.entries()) {
    said += `=== private-iot-ca ${command} | ${page}\n`;
    const print = (text: string): void => { said += text; };
    await COMMANDS[command]({ columns, print, warn: print, progress: silentProgress }, index);
  }
  return said;
}

/** The literal screens, in the folder beside this file; after a change that is meant, they are written by hand or taken from the failure. */
function literal(command: string): string {
  return readFileSync(join(__dirname, 'screens', `${command.split(' ').slice(0, command.startsWith('help') ? 2 : 1).join('-').replace(',', '')}.txt`), 'utf8');
}

test.each(Object.keys(COMMANDS).filter(command => command !== 'local, again'))('private-iot-ca %s looks as its stored screen on each kind of terminal', async command => {
  const again = command === 'local' ? 'local, again' : undefined;
  expect(await screens(command) + (again === undefined ? '' : await screens(again))).toBe(literal(command));
});

test.each(['help', 'help local', 'help export', 'help fleet', 'help renew', 'help revoke', 'help list', 'help reconcile', 'help diff', 'help crl', 'help inspect', 'help lint', 'help completion'])('private-iot-ca %s fits a terminal of 60 columns', async command => {
  let said = '';
  const print = (text: string): void => { said += text; };
  await run(command.split(' '), { columns: 60, print, warn: print, progress: silentProgress });
  expect(said.split('\n').filter(line => line.length > 60)).toEqual([]);
});

test('the lines of an example that are broken are one command for a shell', async () => {
  let said = '';
  const print = (text: string): void => { said += text; };
  await run(['help', 'export'], { columns: 60, print, warn: print, progress: silentProgress });
  expect(said).toContain('  $ private-iot-ca export --outputs outputs.json --out \\\n      pem --private-keys\n');
});

test.each([40, 80])('the list of stacks has one empty line after each at %d columns, also after one without certificates', async columns => {
  let said = '';
  const print = (text: string): void => { said += text; };
  const folder = writeAssembly(temporaryFolder(), { Plant: { template: iotTemplate() }, Web: { template: { Resources: { Site: { Type: 'AWS::S3::Bucket' } } } } });
  await localCommand({ app: folder, out: `narrow-${columns}` }, { columns, print, warn: print, progress: silentProgress });
  expect(said).not.toContain('\n\n\n');
  expect(said).toContain('\n\nstack Web\n  no certificate resources\n\nleft out');
});

test.each([80, 160])('no line is longer than %d columns, except for a word that can\'t be copied otherwise', async columns => {
  for (const command of Object.keys(COMMANDS)) {
    const [, screen] = (await screens(command)).split(new RegExp(`^=== .* \\| ${columns} columns\\n`, 'm'));
    const long = screen.split(/^===/m)[0].split('\n').filter(line => line.length > columns);
    expect(long.filter(line => /\S\s+\S/.test(line.trim()))).toEqual([]);
  }
});
