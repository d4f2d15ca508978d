import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder, writeAssembly, writeJson } from '../support/cli-assembly';
import { cliError, cliOk, filesBelow, readJson } from '../support/cli-run';
import { iotTemplate } from '../support/cli-templates';

let deployed: string;
let outputsFile: string;
let out: string;

beforeAll(async () => {
  const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate({ devices: ['sensor-001', 'sensor-002'] }) } });
  deployed = join(temporaryFolder(), 'local-out');
  outputsFile = join(deployed, 'outputs.json');
  await cliOk('local', '--app', app, '--out', deployed);
});

beforeEach(() => {
  out = join(temporaryFolder(), 'pem');
});

function outputs(): { [key: string]: string } {
  return readJson(outputsFile).Iot;
}

/** An outputs file of another origin. */
function otherOutputs(content: unknown): string {
  const file = join(temporaryFolder(), 'outputs.json');
  writeJson(file, content);
  return file;
}

describe('an export', () => {
  test('takes outputs in UTF-16, as PowerShell writes them', async () => {
    const file = join(temporaryFolder(), 'outputs.json');
    writeFileSync(file, Buffer.from(`\ufeff${readFileSync(outputsFile, 'utf8')}`, 'utf16le'));
    await cliOk('export', '--outputs', file, '--out', out);
    expect(Object.keys(filesBelow(out)).some(name => name.endsWith('.pem'))).toBe(true);
  });

  test('writes a file for each output that holds certificates, named after it, with a manifest', async () => {
    const said = await cliOk('export', '--outputs', outputsFile, '--out', out);
    const files = filesBelow(out);
    expect(Object.keys(files)).toEqual([
      'ca.pem', 'device0-chain.pem', 'device0.pem', 'device1-chain.pem', 'device1.pem', 'manifest.json', 'verification.pem',
    ]);
    expect(files['ca.pem']).toBe(outputs().CaCertificate);
    expect(files['device0-chain.pem']).toBe(outputs().Device0CertificatePem + outputs().CaCertificate);
    expect(said).toMatch(/^certificate +file +serial number +valid until\n/);
    expect(said).toMatch(/Acme IoT Root CA +\S+ca\.pem +[0-9A-F]{40} +\d{4}-\d\d-\d\d \(364[89] days left\)/);
    expect(said).toContain(`manifest: ${join(out, 'manifest.json')}`);
  });

  test('describes every certificate in the manifest', async () => {
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    const { version, certificates } = readJson(join(out, 'manifest.json'));
    const chain = certificates.find(({ output }: { output: string }) => output === 'Device0CertificateChain');
    const device = new X509Certificate(outputs().Device0CertificatePem);
    expect(version).toBe(1);
    expect(certificates).toHaveLength(6);
    expect(chain).toEqual({
      stack: 'Iot',
      output: 'Device0CertificateChain',
      role: 'device',
      file: 'device0-chain.pem',
      subject: 'CN=sensor-001',
      issuer: 'CN=Acme IoT Root CA,O=Acme',
      serialNumber: device.serialNumber,
      notBefore: new Date(device.validFrom).toISOString().replace('.000', ''),
      notAfter: new Date(device.validTo).toISOString().replace('.000', ''),
      sha256Fingerprint: device.fingerprint256.replace(/:/g, '').toLowerCase(),
      sha1Fingerprint: device.fingerprint.replace(/:/g, '').toLowerCase(),
      subjectKeyIdentifier: expect.stringMatching(/^[0-9a-f]{40}$/),
      authorityKeyIdentifier: certificates[0].subjectKeyIdentifier,
      chain: ['CN=sensor-001', 'CN=Acme IoT Root CA,O=Acme'],
      chainSha256Fingerprints: [device, new X509Certificate(outputs().CaCertificate)].map(each => each.fingerprint256.replace(/:/g, '').toLowerCase()),
      platforms: expect.objectContaining({ 'alibaba-cloud-iot': { sn: device.serialNumber } }),
      privateKeyArn: outputs().Device0Secret,
    });
  });

  test('that is repeated changes no file, and after a change only the files of that change', async () => {
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    const before = readdirSync(out).map(file => statSync(join(out, file)).mtimeMs);
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    expect(readdirSync(out).map(file => statSync(join(out, file)).mtimeMs)).toEqual(before);
    writeFileSync(join(out, 'ca.pem'), outputs().Device0CertificatePem);
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    expect(readFileSync(join(out, 'ca.pem'), 'utf8')).toBe(outputs().CaCertificate);
  });

  test('passes over PEM that is not a certificate', async () => {
    const publicKey = '-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n';
    await cliOk('export', '--outputs', otherOutputs({ Iot: { Other: publicKey, CaCertificate: outputs().CaCertificate } }), '--out', out);
    expect(readdirSync(out).sort()).toEqual(['ca.pem', 'manifest.json']);
  });

  test('of several stacks has a folder for each', async () => {
    const { CaCertificate, Device0CertificatePem } = outputs();
    const file = otherOutputs({ One: { CaCertificate }, Two: { CaCertificate, Device0CertificatePem }, None: { Url: 'https://x' } });
    await cliOk('export', '--outputs', file, '--out', out);
    expect(Object.keys(filesBelow(out))).toEqual(['One/ca.pem', 'Two/ca.pem', 'Two/device0.pem', 'manifest.json']);
    expect(readJson(join(out, 'manifest.json')).certificates[0].file).toBe('One/ca.pem');
  });

  test('gives the whole key as a name where nothing else remains or two would be the same', async () => {
    const { CaCertificate: pem } = outputs();
    await cliOk('export', '--outputs', otherOutputs({ Iot: { CertificatePem: pem, CaPem: pem, CaCertificate: pem, IoTCertificate2Chain: pem } }), '--out', out);
    expect(readdirSync(out).sort()).toEqual(['ca-certificate.pem', 'ca-pem.pem', 'certificate-pem.pem', 'io-t-certificate2-chain.pem', 'manifest.json']);
  });

  test('lists each certificate of a collection that is no chain', async () => {
    const both = outputs().Device0CertificatePem + outputs().Device1CertificatePem;
    await cliOk('export', '--outputs', otherOutputs({ Iot: { Devices: both } }), '--out', out);
    expect(readJson(join(out, 'manifest.json')).certificates.map(({ subject, file, chain }: { [name: string]: unknown }) => [subject, file, chain]))
      .toEqual([['CN=sensor-001', 'devices.pem', undefined], ['CN=sensor-002', 'devices.pem', undefined]]);
  });
});

function anotherKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('an export', () => {
  test.each<[string, string, string]>([
    ['a file of another kind', 'device0.pem', 'my notes'],
    ['an empty file', 'ca.pem', ''],
    ['a private key where a certificate goes', 'ca.pem', anotherKey()],
    ['somebody else\'s manifest', 'manifest.json', '{"name":"app"}'],
    ['a manifest of a later version', 'manifest.json', '{"version":2,"certificates":[]}'],
    ['a certificate where a private key goes', 'device0.key.pem', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'],
  ])('refuses to overwrite %s, and writes nothing at all', async (_, name, content) => {
    writeJson(join(out, name), content);
    const error = await cliError('export', '--outputs', otherOutputs({ Iot: { ...outputs(), CaKeySecret: 'none' } }), '--out', out, '--private-keys', '--local', deployed);
    expect(error).toContain(`${join(out, name)}: this file holds something other than a`);
    expect(filesBelow(out)).toEqual({ [name]: content });
  });

  test.each<[string, unknown, string]>([
    ['a list', [], 'this is JSON, but not a map'],
    ['no outputs', { Iot: 'x' }, 'must map the name of each stack to a map of its outputs'],
    ['a stack that is a path', { '../x': {} }, 'must map the name of each stack to a map of its outputs'],
    ['an output that is no string', { Iot: { Ca: 1 } }, 'Iot.Ca: must be an output'],
    ['no certificate', { Iot: { Url: 'https://x' } }, 'no output holds a certificate; declare outputs with the construct CertificateOutputs'],
    ['a damaged certificate', { Iot: { Ca: '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----' } }, 'Iot.Ca: this is not a certificate'],
    ['a certificate that is cut off', { Iot: { Ca: '-----BEGIN CERTIFICATE-----\nMAA=' } }, 'Iot.Ca: PEM block 1 (CERTIFICATE) has no END line'],
    ['the same names', { Iot: { caPem: 'PEM', CaPem: 'PEM' } }, 'the outputs Iot.caPem and Iot.CaPem would be written to the same file, ca-pem.pem'],
  ])('refuses outputs with %s', async (_, content, message) => {
    const text = JSON.stringify(content).replaceAll('"PEM"', JSON.stringify(outputs().CaCertificate));
    expect(await cliError('export', '--outputs', otherOutputs(text), '--out', out)).toContain(message);
    expect(existsSync(out)).toBe(false);
  });

  test('refuses two stacks whose folders are one on a disk that does not tell capital letters apart', async () => {
    const { CaCertificate } = outputs();
    expect(await cliError('export', '--outputs', otherOutputs({ One: { CaCertificate }, ONE: { CaCertificate } }), '--out', out))
      .toContain('ONE/ca.pem: two files would have this name (upper and lower case count as the same); rename the output');
    expect(existsSync(out)).toBe(false);
  });

  test('refuses outputs with a private key beside a certificate, and does not show the key', async () => {
    const key = anotherKey();
    const error = await cliError('export', '--outputs', otherOutputs({ Iot: { Ca: outputs().CaCertificate + key } }), '--out', out);
    expect(error).toMatch(/Iot\.Ca: PEM block 2 must be a certificate, got private key \(not shown\)$/);
    expect(existsSync(out)).toBe(false);
  });

  test('refuses an outputs file that is not there', async () => {
    expect(await cliError('export', '--outputs', join(out, 'no.json')))
      .toContain('no.json: there is no such file; pass --outputs with the file that `cdk deploy --outputs-file outputs.json` or `private-iot-ca local` wrote');
  });

  test('refuses an outputs file that is not there, and names that of the local deployment', async () => {
    const before = process.cwd();
    process.chdir(dirname(deployed));
    try {
      expect(await cliError('export')).toBe(
        'error: outputs.json: there is no such file; `private-iot-ca local` wrote one elsewhere; pass --outputs local-out/outputs.json');
    } finally {
      process.chdir(before);
    }
  });

  test('refuses a damaged state of the local deployment', async () => {
    const local = temporaryFolder();
    writeJson(join(local, 'state.json'), '{');
    expect(await cliError('export', '--outputs', outputsFile, '--out', out, '--private-keys', '--local', local)).toContain('state.json: this is not JSON');
    expect(existsSync(out)).toBe(false);
  });
});
