import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PLATFORM_IDS } from '../../../src/platforms/registry';
import { temporaryFolder, writeAssembly, writeJson } from '../../support/cli-assembly';
import { cliOk, readJson } from '../../support/cli-run';
import { iotTemplate } from '../../support/cli-templates';
import { complaintsOf } from '../../support/json-schema';

const ROOT = resolve(__dirname, '..', '..', '..');
const SCHEMA = readJson(join(ROOT, 'schema', 'manifest-v1.schema.json'));

type Entry = { readonly [member: string]: any };

let folder: string;
let outputsFile: string;

beforeAll(async () => {
  const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate({ devices: ['sensor-001'] }) } });
  folder = join(temporaryFolder(), 'local-out');
  outputsFile = join(folder, 'outputs.json');
  await cliOk('local', '--app', app, '--out', folder);
});

/** The manifest of an export, checked by the schema. */
async function exported(outputs = outputsFile, ...more: string[]): Promise<Entry[]> {
  const out = temporaryFolder();
  await cliOk('export', '--outputs', outputs, '--out', out, ...more);
  const manifest = readJson(join(out, 'manifest.json'));
  expect(complaintsOf(SCHEMA, manifest)).toBe('');
  expect(manifest.$schema).toBe(SCHEMA.$id);
  return manifest.certificates;
}

/** The same outputs with others beside them. */
function withOutputs(more: { readonly [output: string]: string }, without: readonly string[] = []): string {
  const { Iot } = readJson(outputsFile);
  const file = join(temporaryFolder(), 'outputs.json');
  writeJson(file, { Iot: { ...Object.fromEntries(Object.entries(Iot).filter(([output]) => !without.includes(output))), ...more } });
  return file;
}

describe('the manifest', () => {
  test.each([[[]], [['--private-keys']]])('follows its published schema, and has no member that the schema leaves out (%p)', async flags => {
    const certificates = await exported(withOutputs({}, ['CaKeySecret']), '--local', folder, ...flags);
    expect(certificates.length).toBeGreaterThan(3);
    const described = Object.keys(SCHEMA.definitions.certificate.properties);
    expect(certificates.flatMap(entry => Object.keys(entry)).filter(member => !described.includes(member))).toEqual([]);
    const platforms = Object.keys(SCHEMA.definitions.platforms.properties);
    expect(Object.keys(certificates[0].platforms).sort()).toEqual([...platforms].sort());
    expect(platforms.filter(platform => !(PLATFORM_IDS as string[]).includes(platform))).toEqual([]);
  });

  test('does not follow its schema if a member is missing or has another form', async () => {
    const [entry] = await exported();
    for (const wrong of [{ ...entry, serialNumber: 'ab' }, { ...entry, sha1Fingerprint: 'AB'.repeat(20) }, { ...entry, notAfter: '2036-01-01' },
      { ...entry, role: 'root' }, { ...entry, authorityKeyIdentifier: 'AB' }, { ...entry, file: '../ca.pem/' }, { ...entry, privateKeyArn: '/parameter' }, { ...entry, platforms: { 'aws-iot-core': {} } }]) {
      expect(complaintsOf(SCHEMA, { version: 1, certificates: [wrong] })).not.toBe('');
    }
    expect(complaintsOf(SCHEMA, { version: 2, certificates: [] })).not.toBe('');
  });

  test('has the purpose of each certificate', async () => {
    expect((await exported()).map(({ output, role }) => [output, role])).toEqual([
      ['CaCertificate', 'ca'], ['VerificationCertificate', 'verification'], ['Device0CertificatePem', 'device'], ['Device0CertificateChain', 'device'],
    ]);
  });

  test('has the ids by which each platform knows a certificate', async () => {
    const device = (await exported()).find(({ output }) => output === 'Device0CertificatePem')!;
    const certificate = new X509Certificate(readJson(outputsFile).Iot.Device0CertificatePem);
    const sha1 = certificate.fingerprint.replace(/:/g, '');
    expect(device.platforms).toEqual({
      'alibaba-cloud-iot': { sn: certificate.serialNumber },
      'apsara-mqtt': { sn: certificate.serialNumber },
      'aws-iot-core': { certificateId: certificate.fingerprint256.replace(/:/g, '').toLowerCase() },
      'azure-iot-hub': { thumbprint: sha1 },
      'azure-dps': { thumbprint: sha1 },
      'huawei-iotda': { fingerprint: sha1.toLowerCase() },
      'huawei-iotdp': { fingerprint: sha1.toLowerCase() },
    });
    expect(sha1).toMatch(/^[0-9A-F]{40}$/);
  });

  test('tells two CAs with one name apart as issuers', async () => {
    const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate({ devices: ['sensor-002'] }) } });
    const other = temporaryFolder();
    await cliOk('local', '--app', app, '--out', other);
    const { CaCertificate, Device0CertificatePem } = readJson(join(other, 'outputs.json')).Iot;
    const entries = await exported(withOutputs({ OtherCa: CaCertificate, OtherDevice: Device0CertificatePem }));
    const [ca, device, otherCa, otherDevice] = ['CaCertificate', 'Device0CertificatePem', 'OtherCa', 'OtherDevice']
      .map(name => entries.find(({ output }) => output === name)!);
    expect(otherDevice.issuer).toBe(device.issuer);
    expect([device.authorityKeyIdentifier, otherDevice.authorityKeyIdentifier]).toEqual([ca.subjectKeyIdentifier, otherCa.subjectKeyIdentifier]);
    expect(otherCa.subjectKeyIdentifier).not.toBe(ca.subjectKeyIdentifier);
  });

  test('has the order of a chain, by subject and by fingerprint', async () => {
    const chain = (await exported()).find(({ output }) => output === 'Device0CertificateChain')!;
    const { Device0CertificatePem, CaCertificate } = readJson(outputsFile).Iot;
    expect(chain.chainSha256Fingerprints)
      .toEqual([Device0CertificatePem, CaCertificate].map(pem => new X509Certificate(pem).fingerprint256.replace(/:/g, '').toLowerCase()));
    expect(chain.chain).toEqual(['CN=sensor-001', 'CN=Acme IoT Root CA,O=Acme']);
  });
});

describe('the ARN of a private key', () => {
  const SECRET = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:Device-AbCdEf';
  const KEY = 'arn:aws-cn:kms:cn-north-1:111111111111:key/11111111-2222-3333-4444-555555555555';
  const PARAMETER = 'arn:aws:ssm:eu-central-1:111111111111:parameter/iot/devices/1';
  const arns = (certificates: Entry[]) => Object.fromEntries(certificates.map(({ output, privateKeyArn }) => [output, privateKeyArn]));

  test('is found by the names of the outputs, without reading a key', async () => {
    expect(arns(await exported(withOutputs({ Device0Secret: SECRET, CaSigningKeyArn: KEY }, ['CaKeySecret'])))).toEqual({
      CaCertificate: KEY, VerificationCertificate: undefined, Device0CertificatePem: SECRET, Device0CertificateChain: SECRET,
    });
    expect(arns(await exported(withOutputs({ Device0PrivateKeyParameterArn: PARAMETER }, ['Device0Secret']))).Device0CertificatePem).toBe(PARAMETER);
  });

  test('is left out if two could be it, or if it is an ARN of something else', async () => {
    expect(arns(await exported(withOutputs({ Device0PrivateKeySecret: `${SECRET}2` }))).Device0CertificatePem).toBeUndefined();
    const role = withOutputs({ Device0Key: 'arn:aws:iam::111111111111:role/Device0' }, ['Device0Secret']);
    expect(arns(await exported(role)).Device0CertificatePem).toBeUndefined();
  });

  test('is that of the key itself if keys are exported, whatever the names of the outputs', async () => {
    const { Device0Secret } = readJson(outputsFile).Iot;
    expect(arns(await exported(withOutputs({ SomeArn: Device0Secret }, ['Device0Secret', 'CaKeySecret']), '--private-keys', '--local', folder)).Device0CertificatePem).toBe(Device0Secret);
  });
});

test('the schema is in the package', () => {
  const packed = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  expect(packed[0].files.map(({ path }: { path: string }) => path)).toContain('schema/manifest-v1.schema.json');
  expect(JSON.parse(readFileSync(join(ROOT, 'schema', 'manifest-v1.schema.json'), 'utf8')).$id).toMatch(/schema\/manifest-v1\.schema\.json$/);
}, 60_000);
