import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const CLI = join(ROOT, 'assets', 'cli', 'private-iot-ca.js');
const EXAMPLES: [string, string][] = [
  ['alibaba-iot', '7dc9a483ebbf7e6997b7b0c4d1e2f3a5'],
  ['aws-iot', '0123456789abcdef'.repeat(4)],
];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-example-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program as a user would, and answers what it prints. */
function run(program: string, args: string[], cwd = folder): string {
  // aws-cdk-lib validates the template here: the other tests leave that out, for it takes a second each time
  return execFileSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, CDK_VALIDATION: undefined }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The files, among these and below these folders, that hold a private key or a piece of one. */
function piecesOfKeysIn(...names: string[]): string[] {
  const below = (name: string) => readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const keys = below('keys').filter(file => file.endsWith('.pem')).map(file => readFileSync(file, 'utf8').replace(/-----[^-]+-----|\s/g, ''));
  expect(keys).toHaveLength(2);
  // The first 40 characters of a key are the same for all keys of its kind, and say nothing.
  const pieces = keys.flatMap(key => key.slice(40).match(/.{24}/g)!);
  return names.flatMap(name => name.includes('.json') ? [join(folder, name)] : below(name)).filter(file => {
    const text = readFileSync(file, 'utf8').replace(/\\n|\s/g, '');
    return pieces.some(piece => text.includes(piece));
  });
}

test.each(EXAMPLES)('%s: what cdk synthesizes is deployed locally and exported, OpenSSL accepts every certificate, and no key is seen', (example, code) => {
  run(join(ROOT, 'node_modules', '.bin', 'cdk'), ['synth', '--quiet', '--no-notices', '--output', join(folder, 'cdk.out')], join(ROOT, 'examples', example));
  run(process.execPath, [CLI, 'local', '--out', '.', '--parameters', `RegistrationCode=${code}`]);
  run(process.execPath, [CLI, 'export']);

  expect(run('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.pem', 'ca.pem', 'verification.pem']))
    .toBe('ca.pem: OK\nverification.pem: OK\n');
  expect(run('openssl', ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'ca.pem', 'device.pem'])).toBe('device.pem: OK\n');
  const [ca, verification, device] = ['ca', 'verification', 'device'].map(name => new X509Certificate(readFileSync(join(folder, `${name}.pem`))));
  expect(verification.subject).toBe(`CN=${code}`);
  expect(ca.ca).toBe(true);
  expect([verification.ca, device.ca]).toEqual([false, false]);
  expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['ca.pem', 'device.pem', 'manifest.json', 'outputs.json', 'verification.pem']));

  expect(piecesOfKeysIn('cdk.out', 'outputs.json', 'state.json')).toEqual([]);
  const before = readFileSync(join(folder, 'state.json'), 'utf8');
  expect(run(process.execPath, [CLI, 'local', '--out', '.'])).toContain('no changes');
  expect(readFileSync(join(folder, 'state.json'), 'utf8')).toBe(before);
}, 60_000);
