import 'reflect-metadata';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { PrivateIotCa } from '../../src';
import { ALL_LINT_RULES } from '../../src/pki/lint/all-rules';
import { temporaryFolder, writeAssembly, writeJson } from '../support/cli-assembly';
import { caIdIn, cli, cliOk, readJson } from '../support/cli-run';
import { iotTemplate, IotTemplateProps } from '../support/cli-templates';
import { complaintsOf } from '../support/json-schema';

const SCHEMA = readJson(resolve(__dirname, '..', '..', 'schema', 'command-line-v1.schema.json'));

let app: string;
let out: string;
let outputs: string;
const secret: string[] = [];

function synth(props: IotTemplateProps = {}): void {
  writeAssembly(app, { Iot: { template: iotTemplate(props) } });
}

/** The lines of private keys, none of which may be in a document. */
function keyLines(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.pem')).map(file => readFileSync(join(folder, file), 'utf8'))
    .filter(text => text.includes('PRIVATE KEY')).flatMap(text => text.split('\n').filter(line => /^[\w+/=]{20,}$/.test(line)));
}

beforeAll(async () => {
  app = temporaryFolder();
  out = join(temporaryFolder(), 'local-out');
  outputs = join(out, 'outputs.json');
  synth();
  await cliOk('local', '--app', app, '--out', out);
  secret.push(...keyLines(join(out, 'keys')));
  expect(secret.length).toBeGreaterThan(3);
});

/** What a command writes with `--json`, checked by the schema, with nothing beside it. */
async function document(code: number, ...args: string[]): Promise<ReturnType<typeof JSON.parse>> {
  const result = await cli(...args, '--json');
  expect([result.code, code === 0 ? result.stderr : '']).toEqual([code, '']);
  const value = JSON.parse(result.stdout);
  expect(complaintsOf(SCHEMA, value)).toBe('');
  expect(value).toMatchObject({ $schema: SCHEMA.$id, version: 1, command: args[0] });
  expect(result.stdout).not.toContain('PRIVATE KEY');
  expect(secret.filter(line => result.stdout.includes(line))).toEqual([]);
  return value;
}

describe('inspect --json', () => {
  test('describes a certificate as OpenSSL describes it, and says how the chains end', async () => {
    const { Iot } = readJson(outputs);
    const { entries, chains } = await document(0, 'inspect', outputs);
    const ca = new X509Certificate(Iot.CaCertificate);
    const device = new X509Certificate(Iot.Device0CertificatePem);
    expect(entries[0]).toMatchObject({
      kind: 'certificate',
      place: 'Iot.CaCertificate',
      subject: 'CN=Acme IoT Root CA,O=Acme',
      selfSigned: true,
      ca: true,
      key: 'EC P-256',
      serialNumber: ca.serialNumber,
      keyUsages: expect.arrayContaining(['keyCertSign', 'cRLSign']),
      sha256Fingerprint: hex(ca.fingerprint256),
      sha1Fingerprint: hex(ca.fingerprint),
      notAfter: `${new Date(ca.validTo).toISOString().slice(0, 19)}Z`,
    });
    expect(entries.find(({ place }: { place: string }) => place === 'Iot.Device0CertificatePem'))
      .toMatchObject({ ca: false, selfSigned: false, extendedKeyUsages: device.keyUsage, keyUsages: ['digitalSignature'] });
    expect(chains).toContainEqual({ sha256Fingerprints: [hex(device.fingerprint256), hex(ca.fingerprint256)], end: 'selfSigned' });
  });

  test('shows of a private key no more than its kind and its public key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const file = join(temporaryFolder(), 'key.pem');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()
      + privateKey.export({ type: 'sec1', format: 'pem' }));
    secret.push(...keyLines(join(file, '..')));
    expect((await document(0, 'inspect', file)).entries).toEqual([
      { kind: 'privateKey', place: `${file} (1 of 2)`, encrypted: true },
      { kind: 'privateKey', place: `${file} (2 of 2)`, encrypted: false, key: 'EC P-256', publicKeySha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  test('has nothing that would control a terminal, and still the same text', async () => {
    const folder = join(temporaryFolder(), 'a\u202eb');
    writeJson(join(folder, 'c\u009b.pem'), readJson(outputs).Iot.CaCertificate);
    const { stdout } = await cli('inspect', join(folder, 'c\u009b.pem'), '--json');
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
    expect(JSON.parse(stdout).entries[0].place).toBe(join(folder, 'c\u009b.pem'));
  });
});

describe('lint --json', () => {
  test('has the findings with the ids of their rules, and an exit code that says whether there are errors', async () => {
    expect(await document(0, 'lint', outputs)).toMatchObject({ errors: 0, certificates: [{ place: 'Iot.CaCertificate', issuerFound: true, findings: [] }, {}, {}] });
    const { platforms, errors, certificates: [ca] } = await document(1, 'lint', outputs, '--platform', 'alibaba-cloud-iot');
    expect(platforms).toEqual(['alibaba-cloud-iot']);
    expect(errors).toBeGreaterThan(0);
    expect(ca.findings).toContainEqual({
      rule: 'platform-alibaba-cloud-iot-ca-key', severity: 'error', source: expect.stringContaining('https://'), message: expect.stringContaining('EC P-256'),
    });
  });

  test('passes over private keys and says where they are', async () => {
    const file = join(temporaryFolder(), 'both.pem');
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, readJson(outputs).Iot.CaCertificate + privateKey.export({ type: 'pkcs8', format: 'pem' }));
    secret.push(...keyLines(join(file, '..')));
    expect((await document(0, 'lint', file)).privateKeys).toEqual([`${file} (2 of 2)`]);
  });

  test('has all rules with --list', async () => {
    expect((await document(0, 'lint', '--list')).rules.map(({ id }: { id: string }) => id)).toEqual(ALL_LINT_RULES.map(({ id }) => id));
  });
});

describe('export --json', () => {
  test('names the files, and has the messages for people', async () => {
    const pem = temporaryFolder();
    const { certificates, manifest, notes, errors } = await document(0, 'export', '--outputs', outputs, '--out', pem, '--private-keys');
    expect(certificates).toEqual(readJson(manifest).certificates);
    expect(certificates.find(({ output }: { output: string }) => output === 'Device0CertificatePem')).toMatchObject({ privateKeyFile: 'device0.key.pem' });
    expect(notes).toEqual([expect.stringMatching(/^Iot\.CaKeySecret: .*; left out$/)]);
    expect(errors).toEqual([]);
  });

  test('warns of a CA\'s key that it writes, and names the missing keys', async () => {
    const arguments_ = ['--outputs', outputs, '--out', temporaryFolder(), '--ca-private-key'];
    expect((await document(0, 'export', ...arguments_, 'CaKeySecret')).warnings).toEqual([expect.stringContaining('is the private key of the CA Acme IoT Root CA')]);
    expect((await document(1, 'export', ...arguments_, 'Device0Secret')).errors).toEqual([expect.stringMatching(/^no key from Iot\.Device0Secret: /)]);
  });
});

describe('local --json', () => {
  test('says what happened to each resource, and which resources were left out', async () => {
    const { changed, stacks: [stack], outputs: written } = await document(0, 'local', '--app', app, '--out', join(temporaryFolder(), 'other'));
    expect([changed, stack.stack, stack.removed, readJson(written).Iot.CaCertificate]).toEqual([true, 'Iot', false, expect.stringContaining('BEGIN')]);
    expect(stack.resources).toContainEqual({ name: 'Ca', type: 'Custom::PrivateIotCa', outcome: 'created', notAfter: expect.any(String) });
    expect(stack.leftOut).toContainEqual({ what: 'AWS::Lambda::Function', number: 1 });
    expect(await document(0, 'local', '--app', app, '--out', out)).toMatchObject({ changed: false, dryRun: false, stacks: [{ unchanged: 6, resources: [] }] });
  });

  test('has no end for a CA that waits for its certificate', async () => {
    const waiting = new App({ outdir: join(temporaryFolder(), 'cdk.out') });
    new PrivateIotCa(new Stack(waiting, 'Waiting'), 'Ca', { subject: { commonName: 'Acme' }, signedElsewhere: true });
    waiting.synth();
    const { stacks } = await document(0, 'local', '--app', waiting.outdir, '--out', join(temporaryFolder(), 'out'));
    expect(stacks[0].resources).toContainEqual({ name: expect.stringMatching(/^Ca/), type: 'Custom::PrivateIotCa', outcome: 'created' });
  });

  test('says before any change which certificates and keys would be lost', async () => {
    synth({ caGeneration: 2, replaces: caIdIn(out) });
    const { losses, dryRun } = await document(0, 'local', '--app', app, '--out', out, '--dry-run');
    expect([losses, dryRun]).toEqual([[expect.stringContaining('the CA Ca will be replaced')], true]);
  });

  test('has the reason for a failed deployment, with exit code 1 and the line of an error', async () => {
    synth({ deviceDays: 5000 });
    const args = ['local', '--app', app, '--out', join(temporaryFolder(), 'failed')];
    const { error, stacks, changed } = await document(1, ...args);
    expect([error, stacks, changed]).toEqual([expect.stringContaining('stack Iot, resource Device0'), [], undefined]);
    expect((await cli(...args, '--json')).stderr).toMatch(/^error: stack Iot, resource Device0[^\n]*\n$/);
  });
});

test.each([
  [['inspect', 'no-such-file']], [['lint', 'no-such-file']], [['lint', 'no-such-file', '--sarif']], [['lint', 'package.json', '--json', '--sarif']],
  [['export', '--outputs', 'no-such-file']], [['local', '--app', 'no-such-folder']],
])('%j writes no document if it is not carried out: one line of standard error and exit code 2', async args => {
  const flags = args.includes('--sarif') ? [] : ['--json'];
  expect(await cli(...args, ...flags)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(/^error: [^\n]+\n$/) });
});

function hex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
