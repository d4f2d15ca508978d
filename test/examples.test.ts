import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const CLI = join(ROOT, 'assets', 'cli', 'private-iot-ca.js');
const CODE = '7dc9a483ebbf7e6997b7b0c4d1e2f3a5';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-example-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program as a user would, and answers what it prints. */
function run(program: string, args: string[], cwd = folder): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Deploys an example as its README says: synthesizes it, deploys it into the folder and exports the certificates. */
function deploy(example: string, context: string[], options: string[]): void {
  run(join(ROOT, 'node_modules', '.bin', 'cdk'), ['synth', '--quiet', '--no-notices', '--output', join(folder, 'cdk.out'), ...context],
    join(ROOT, 'examples', example));
  run(process.execPath, [CLI, 'local', '--out', '.', ...options]);
  run(process.execPath, [CLI, 'export']);
}

/** The files below a folder, or the file of this name. */
function filesOf(name: string): string[] {
  return name.includes('.json') ? [join(folder, name)]
    : readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
}

/** The private keys of a local deployment, PEM. */
function keysHere(): string[] {
  return filesOf('keys').filter(file => file.endsWith('.pem')).map(file => readFileSync(file, 'utf8'));
}

/** Pieces of a private key in base64 that are in no certificate: all keys of a kind begin the same, and a part of each is public. */
function piecesOf(key: string): string[] {
  const publicKey = key.includes('ENCRYPTED') ? Buffer.alloc(0) : createPublicKey(key).export({ type: 'spki', format: 'der' });
  const pieces = key.replace(/-----[^-]+-----|\s/g, '').slice(40).match(/.{24}/g)!
    .filter(piece => !publicKey.includes(Buffer.from(piece, 'base64')));
  expect(pieces.length).toBeGreaterThan(1);
  return pieces;
}

/** The files, among what everybody may see of a deployment, that hold one of these private keys or a piece of one. */
function filesWithPiecesOf(keys: string[]): string[] {
  const pieces = keys.flatMap(piecesOf);
  return ['cdk.out', 'outputs.json', 'state.json'].flatMap(filesOf).filter(file => {
    const text = readFileSync(file, 'utf8').replace(/\\n|\s/g, '');
    return pieces.some(piece => text.includes(piece));
  });
}

function expectNoChangesByAnotherRun(): void {
  const before = readFileSync(join(folder, 'state.json'), 'utf8');
  expect(run(process.execPath, [CLI, 'local', '--out', '.'])).toContain('no changes');
  expect(readFileSync(join(folder, 'state.json'), 'utf8')).toBe(before);
}

function exported(name: string): X509Certificate {
  return new X509Certificate(readFileSync(join(folder, `${name}.pem`)));
}

/**
 * What OpenSSL says of the certificates that an example has made.
 *
 * @param strict what OpenSSL is asked for besides: a CA that its own command made does not pass its strict checks
 */
function expectCaAndDevice(strict = ['-x509_strict']): void {
  expect(run('openssl', ['verify', ...strict, '-CAfile', 'ca.pem', 'ca.pem'])).toBe('ca.pem: OK\n');
  expect(run('openssl', ['verify', ...strict, '-purpose', 'sslclient', '-CAfile', 'ca.pem', 'device.pem'])).toBe('device.pem: OK\n');
  expect([exported('ca').ca, exported('device').ca]).toEqual([true, false]);
}

function expectVerificationOf(code: string, strict = ['-x509_strict']): void {
  expect(run('openssl', ['verify', ...strict, '-CAfile', 'ca.pem', 'verification.pem'])).toBe('verification.pem: OK\n');
  expect(exported('verification')).toMatchObject({ subject: `CN=${code}`, ca: false });
}

test.each([
  ['alibaba-iot', ['--parameters', `RegistrationCode=${CODE}`], () => expectVerificationOf(CODE)],
  // The registrations are only AWS's to make; what it will know the device by is known.
  ['aws-iot', [], () => expect(JSON.parse(readFileSync(join(folder, 'outputs.json'), 'utf8')).AwsIot.DeviceCertificateId)
    .toBe(exported('device').fingerprint256.replaceAll(':', '').toLowerCase())],
])('%s: the assembly of the CDK is deployed locally and exported, OpenSSL accepts every certificate, and no key is seen', (example, options, expectMore) => {
  deploy(example, [], options);
  expectCaAndDevice();
  expectMore();
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['ca.pem', 'device.pem', 'manifest.json', 'outputs.json']));
  expect(keysHere()).toHaveLength(2);
  expect(filesWithPiecesOf(keysHere())).toEqual([]);
  expectNoChangesByAnotherRun();
}, 60_000);

test('alibaba-iot: without a code at first and with that of the console later, the CA is the same to the byte, and so is the device', () => {
  const readAll = () => Object.fromEntries(['ca', 'device', 'verification'].map(name => [name, readFileSync(join(folder, `${name}.pem`), 'utf8')]));
  deploy('alibaba-iot', [], []);
  expectVerificationOf('no-code-yet');
  const before = readAll();
  run(process.execPath, [CLI, 'local', '--out', '.', '--parameters', `RegistrationCode=${CODE}`]);
  run(process.execPath, [CLI, 'export', '--platform', 'alibaba-iot']);
  expectCaAndDevice();
  expectVerificationOf(CODE);
  expect(readAll()).toEqual({ ...before, verification: expect.not.stringContaining(before.verification) });
  expect(readFileSync(join(folder, 'alibaba-iot', 'steps.md'), 'utf8')).toContain(`| ${CODE} |`);
  expectNoChangesByAnotherRun(); // the code stays the last one that was given, as with cdk deploy
}, 60_000);

test('existing-openssl-ca: a CA that OpenSSL made goes on, to the byte, and neither its key nor the passphrase is seen', () => {
  const [made, key, passphrase] = ['openssl', 'openssl/myIoTCARoot.key', 'openssl/passphrase.txt'].map(name => join(folder, name));
  run('bash', [join(ROOT, 'examples', 'existing-openssl-ca', 'make-ca.sh'), made]);
  deploy('existing-openssl-ca', ['--context', `ca=${made}`], [
    '--parameters', `RegistrationCode=${CODE}`, '--secret', `acme-iot-root-ca/key=${key}`, '--secret', `acme-iot-root-ca/passphrase=${passphrase}`,
  ]);
  expectCaAndDevice([]);
  expectVerificationOf(CODE, []);
  expect(readFileSync(join(folder, 'ca.pem'), 'utf8')).toBe(readFileSync(join(made, 'myIoTCARoot.crt'), 'utf8'));

  const [encrypted, secret] = [key, passphrase].map(file => readFileSync(file, 'utf8'));
  expect(encrypted).toContain('BEGIN ENCRYPTED PRIVATE KEY');
  const plain = createPrivateKey({ key: encrypted, passphrase: secret.trim() }).export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(keysHere()).toHaveLength(1); // the device's: the CA's key is not copied
  expect(filesWithPiecesOf([plain, encrypted, ...keysHere()])).toEqual([]);
  expect(['cdk.out', 'outputs.json', 'state.json'].flatMap(filesOf).filter(file => readFileSync(file, 'utf8').includes(secret.trim()))).toEqual([]);
  expectNoChangesByAnotherRun();
}, 60_000);

test('kms-root-and-factory-cas: devices get certificates for the keys of their requests, OpenSSL accepts the chains, and refuses devices of another factory', () => {
  const requests = join(ROOT, 'examples', 'kms-root-and-factory-cas', 'requests');
  deploy('kms-root-and-factory-cas', [], []);
  const said = run('bash', [join(ROOT, 'examples', 'kms-root-and-factory-cas', 'check.sh'), folder], ROOT);
  expect(said.match(/\.pem: OK$/gm)).toHaveLength(3);
  expect(said).toMatch(/Factory-brno\/sensor-s001: without a .*, validators treat the commonName "sensor-s001" as a host name, and the CA's name constraints permit "brno.acme.example"/);
  expect(said).toMatch(/permitted subtree violation[^]*path length constraint exceeded/);

  for (const [factory, device] of [['suzhou', 's001'], ['suzhou', 's002'], ['brno', 'b001']]) {
    const certificate = join(folder, `Factory-${factory}`, `sensor${device}.pem`);
    expect(run('openssl', ['x509', '-noout', '-pubkey', '-in', certificate]))
      .toBe(run('openssl', ['req', '-noout', '-pubkey', '-in', join(requests, factory, `sensor-${device}.csr`)]));
    expect(new X509Certificate(readFileSync(certificate))).toMatchObject({
      subject: `O=Acme\nOU=${factory}\nCN=sensor-${device}`, subjectAltName: `DNS:sensor-${device}.${factory}.acme.example`,
    });
  }
  expect(keysHere()).toHaveLength(3); // of the CAs: that of the root stands in for KMS
  expect(filesWithPiecesOf(keysHere())).toEqual([]);
  expectNoChangesByAnotherRun();
}, 120_000);
