import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';

const ASSETS = resolve(__dirname, '..', 'assets');
const HANDLER = join(ASSETS, 'handler', 'index.js');
const REVOCATION = join(ASSETS, 'revocation', 'index.js');
const FLEET = join(ASSETS, 'fleet', 'index.js');
const FLEET_WORKER = join(ASSETS, 'cli', 'fleet-worker.js');
const CLI = join(ASSETS, 'cli', 'private-iot-ca.js');

/**
 * Kilobytes. A new dependency is a decision, not an accident: see decisions/0007-bundled-dependencies.md. The command line fetches and checks
 * revocation lists, reads OCSP responses and calls AWS IoT and Azure with code of our own, of which these calls and the comparison with ledgers take
 * 90 kB; the client of AWS Lambda takes 270 kB of it, that of DynamoDB 250 kB, and that of CloudFormation, with which stacks are compared, 250 kB.
 * The command for fleets takes 70 kB, and the client of AWS Step Functions 120 kB, without the threads that issue: they have a bundle of their own, so
 * that each of them loads only the core, the reader of manifests (90 kB) and, where it encrypts keys, pkijs (830 kB).
 */
const CEILINGS: [string, number][] = [[HANDLER, 1_655], [REVOCATION, 1_575], [FLEET, 2_935], [CLI, 4_250], [FLEET_WORKER, 1_510]];

test.each(CEILINGS)('%s stays below its ceiling', (file, kilobytes) => {
  expect(readFileSync(file).length / 1000).toBeLessThan(kilobytes);
});

/** The AWS SDK asks for it only where a service signs for several Regions at once. */
const OPTIONAL = ['@aws-sdk/signature-v4-crt'];

test('the function needs nothing but its one file and Node.js', () => {
  const required = [...readFileSync(HANDLER, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(required.filter(name => !OPTIONAL.includes(name) && !builtinModules.includes(name.replace(/^node:/, '')))).toEqual([]);
});

test('the function loads with an empty environment, and exports its handler', () => {
  const printed = execFileSync(process.execPath, ['-e', `console.log(typeof require(${JSON.stringify(HANDLER)}).handler)`],
    { env: { AWS_REGION: 'eu-central-1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }, encoding: 'utf8' });
  expect(printed).toBe('function\n');
});

test('the code that signs can be read: the bundle is not minified and names the file of each part', () => {
  const text = readFileSync(HANDLER, 'utf8');
  expect(text).toContain('// src/pki/issue.ts');
  expect(text).toContain('async function issueCertificate(');
});

test.each(CEILINGS)('%s holds no private key', file => {
  expect(readFileSync(file, 'utf8')).not.toMatch(/-----BEGIN [A-Z ]*PRIVATE KEY-----\\?n?[A-Za-z0-9+/]{20}/);
});
