import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OpensslCas } from '../support/openssl-ca';

const ROOT = resolve(__dirname, '..', '..');
const out = mkdtempSync(join(tmpdir(), 'roll-over-'));
const cas = new OpensslCas();

afterAll(() => rmSync(out, { recursive: true, force: true }));

let said: string;

beforeAll(() => {
  const CDK_CONTEXT_JSON = JSON.stringify({ 'steps': join(out, 'steps'), 'aws:cdk:enable-path-metadata': 'true' });
  execFileSync(process.execPath, [require.resolve('tsx/cli'), '--tsconfig', 'examples/tsconfig.json', 'examples/roll-over/app.ts'], {
    cwd: ROOT, env: { ...process.env, CDK_OUTDIR: join(out, 'cdk.out'), CDK_CONTEXT_JSON },
  });
  said = execFileSync('bash', ['examples/roll-over/roll-over.sh', out], { cwd: ROOT, encoding: 'utf8' });
}, 120_000);

test('OpenSSL accepts every device after every step, by the bundle of the day and by the old root alone', () => {
  expect(said.match(/^=== \d\./gm)).toHaveLength(7);
  expect(said.match(/^sensor00[123] is accepted by today's bundle, and by a verifier that knows only the old root$/gm)).toHaveLength(6 * 3);
});

test('the retirement that comes too early is refused with the two certificates that keep the CA, and they are listed', () => {
  const [, story] = said.split('=== 4.');
  expect(story).toMatch(/retirement must wait until nothing depends on the CA ca-[0-9a-f]{32}, got 2 living certificates: device CN=sensor-00[23] .*; the stack was rolled back/);
  expect(story.split('=== 5.')[0].match(/ sensor-00[123] +device +Plant\/Sensor00[123] +Plant\/Ca +issued /g)).toHaveLength(2);
});

test('the old CA leaves with its certificates withdrawn, and stays in its ledger', () => {
  const [, end] = said.split('=== 7.');
  expect(end).toContain('9 certificates: 5 withdrawn, 4 issued');
});

test('the old root alone accepts the chain that a moved device presents to old brokers', () => {
  // The outputs of the last step with a cross-certificate are gone by now, but its files are kept for the old broker.
  const [root, cross, device] = ['old-broker/root.pem', 'old-broker/cross.pem', 'sensor001.pem'].map(name => readFileSync(join(out, name), 'utf8'));
  expect(cas.verify(device, cross, root, ['-purpose', 'sslclient'])).toBe('certificate: OK');
});
