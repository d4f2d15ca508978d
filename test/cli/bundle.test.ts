import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '../../src/pki/pem';
import { build, CA } from '../pki/lint/certificate-builder';
import { temporaryFolder, writeAssembly, writeJson } from '../support/cli-assembly';
import { CliResult, ledgerOf, readJson } from '../support/cli-run';
import { iotTemplate, IotTemplateProps } from '../support/cli-templates';

const CERTIFICATE_PEM = toPem('CERTIFICATE', build(CA));

const BUNDLE = join(__dirname, '..', '..', 'assets', 'cli', 'private-iot-ca.js');

let app: string;
let out: string;

beforeEach(() => {
  app = temporaryFolder();
  out = join(temporaryFolder(), 'local-out');
});

function synth(props: IotTemplateProps = {}): void {
  writeAssembly(app, { Iot: { template: iotTemplate(props) } });
}

function command(...args: string[]): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...args], { encoding: 'utf8', timeout: 60_000 });
  return { code: status ?? -1, stdout, stderr };
}

/** Starts a run, and waits until a file is there. */
async function startUntil(file: string, content = ''): Promise<ChildProcess> {
  const child = spawn(process.execPath, [BUNDLE, 'local', '--app', app, '--out', out], { stdio: 'ignore' });
  while (!existsSync(file) || !readFileSync(file, 'utf8').includes(content)) {
    if (child.exitCode !== null) {
      throw new Error(`the run ended with ${child.exitCode} before there was ${file}`);
    }
    await new Promise(resolve => setTimeout(resolve, 2));
  }
  return child;
}

function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise(resolve => child.once('exit', resolve));
}

describe('the bundled command line', () => {
  test('goes all the way from an assembly to files that a person has looked at', () => {
    synth();
    expect(command('local', '--app', app, '--out', out)).toMatchObject({ code: 0, stderr: '' });
    expect(command('local', '--app', app, '--out', out)).toMatchObject({ code: 0, stdout: expect.stringContaining('no changes') });
    const pem = join(out, 'pem');
    expect(command('export', '--outputs', join(out, 'outputs.json'), '--out', pem, '--private-keys'))
      .toMatchObject({ code: 0, stderr: expect.stringMatching(/^note: Iot\.CaKeySecret: .*; left out\n$/) });
    const { code, stdout } = command('inspect', join(pem, 'ca.pem'), join(pem, 'device0.pem'), join(pem, 'device0.key.pem'));
    expect(code).toBe(0);
    expect(stdout).toContain('signed by Acme IoT Root CA, signature verified');
    expect(stdout).not.toContain('PRIVATE KEY');
  });

  test.each([
    ['export', () => ['export', '--outputs', join(out, 'outputs.json'), '--out', '/proc/pem']],
    ['local', () => ['local', '--app', app, '--out', '/proc/local-out']],
  ])('%s ends with an error where the folder can\'t be made, as in /proc, where Node.js itself tries for ever', (_, args) => {
    synth();
    writeJson(join(out, 'outputs.json'), { Iot: { CaCertificate: CERTIFICATE_PEM } });
    expect(command(...args())).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: \/proc\/[a-z-]+: can't be created: [^\n]+\n$/) });
  });

  test('reports an error on one line of standard error, with exit code 2', () => {
    writeJson(join(app, 'manifest.json'), '{');
    expect(command('local', '--app', app, '--out', out)).toEqual({ code: 2, stdout: '', stderr: `error: ${join(app, 'manifest.json')}: this is not JSON\n` });
    expect(command('inspect', app)).toEqual({ code: 2, stdout: '', stderr: `error: ${app}: this is a folder\n` });
    expect(command('inspect')).toMatchObject({ code: 2, stderr: "error: missing required argument 'file'\n" });
  });

  test('reads standard input in the place of a file until its end', () => {
    synth();
    command('local', '--app', app, '--out', out);
    const outputs = join(out, 'outputs.json');
    const input = readFileSync(outputs);
    const piped = (args: string[], given: Buffer | string) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...args], { encoding: 'utf8', input: given });
      return { code: status, stdout, stderr };
    };
    expect(piped(['inspect', '-'], input)).toEqual(command('inspect', outputs));
    const pem = readJson(outputs).Iot.CaCertificate;
    expect(piped(['inspect', '-'], pem).stdout).toMatch(/^standard input\n {2}subject +CN=Acme IoT Root CA/);
    expect(piped(['lint', '-', '--json'], pem)).toMatchObject({ code: 0, stdout: expect.stringContaining('"place": "standard input"') });
    expect(piped(['export', '--outputs', '-', '--out', join(out, 'piped')], input)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(out, 'piped', 'ca.pem'), 'utf8')).toBe(pem);
    expect(piped(['inspect', '-'], '')).toEqual({ code: 2, stdout: '', stderr: 'error: standard input: the file is empty\n' });
    const slow = spawnSync('sh', ['-c', `(cat "${join(out, 'piped', 'ca.pem')}"; sleep 0.3; cat "${join(out, 'piped', 'device0.pem')}") | "${process.execPath}" "${BUNDLE}" inspect -`], { encoding: 'utf8' });
    expect(slow.stdout).toContain('standard input (2 of 2)\n  subject                   CN=sensor-001');
  });

  test('begins with the line that makes it a command', () => {
    const { status, stdout } = spawnSync(BUNDLE, ['--version'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, `${readJson(join(__dirname, '..', '..', 'package.json')).version}\n`]);
  });

  test('keeps a second run out while a first one is at work', async () => {
    synth({ deviceKey: 'RSA_2048', devices: ['a', 'b', 'c', 'd'] });
    const first = await startUntil(join(out, 'state.json'));
    first.kill('SIGSTOP');
    const second = command('local', '--app', app, '--out', out);
    first.kill('SIGCONT');
    expect(second).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(/^error: .*another run is using this directory \(process \d+ on .*\n$/) });
    expect(await ended(first)).toBe(0);
    expect(command('local', '--app', app, '--out', out).stdout).toContain('no changes');
  });

  test('goes on after it was killed, with the serial number it had reserved', async () => {
    synth({ caKey: 'RSA_4096' });
    const killed = await startUntil(join(out, 'state.journal'), '"RESERVED"');
    killed.kill('SIGKILL');
    await ended(killed);
    const [reserved] = Object.keys(ledgerOf(out, 'Iot-Ledger').entries); // issuer/serial number
    expect(existsSync(join(out, 'lock'))).toBe(true);
    expect(command('local', '--app', app, '--out', out)).toMatchObject({ code: 0 });
    expect(new X509Certificate(readJson(join(out, 'outputs.json')).Iot.CaCertificate).serialNumber).toBe(reserved.split('/')[1]);
    expect(readdirSync(out).sort()).toEqual(['keys', 'outputs.json', 'state.json']);
  });

  test('ends quietly if its reader has gone', () => {
    synth();
    command('local', '--app', app, '--out', out);
    const { stdout, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${BUNDLE}" inspect "${join(out, 'outputs.json')}" | head -n 1`], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['Iot.CaCertificate\n', '']);
  });
});
