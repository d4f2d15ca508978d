import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { localDisk } from '../../../src/cli/disk';
import { DirectoryParameters } from '../../../src/cli/local/directory-parameters';
import { StateStore } from '../../../src/cli/local/state-store';
import { temporaryFolder, writeAssembly, writeJson } from '../../support/cli-assembly';
import { cli, cliError, cliOk, filesBelow, generatedPath, readJson } from '../../support/cli-run';
import { iotTemplate } from '../../support/cli-templates';

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

/** A copy of the deployment with other outputs. */
function copyWith(content: { readonly [output: string]: string | undefined }): string {
  const folder = temporaryFolder();
  cpSync(deployed, folder, { recursive: true });
  writeJson(join(folder, 'outputs.json'), { Iot: content });
  return join(folder, 'outputs.json');
}

/** The outputs but that of the CA's secret. */
function withoutCaSecret(): { [key: string]: string | undefined } {
  return { ...outputs(), CaKeySecret: undefined };
}

/** The file of a secret's one version. */
function keyFile(outputsOf: string, secret: string): string {
  const folder = generatedPath(join(dirname(outputsOf), 'keys'), secret);
  return join(folder, readdirSync(folder)[0]);
}

describe('private keys', () => {
  test('are exported only when they are asked for', async () => {
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    expect(Object.values(filesBelow(out)).join('')).not.toContain('PRIVATE');
  });

  test('of devices are written beside the certificate they belong to, readable by their owner only', async () => {
    const said = await cliOk('export', '--outputs', copyWith(withoutCaSecret()), '--out', out, '--private-keys');
    expect(readdirSync(out).filter(file => file.endsWith('.key.pem')).sort()).toEqual(['device0.key.pem', 'device1.key.pem']);
    for (const name of ['device0', 'device1']) {
      const file = join(out, `${name}.key.pem`);
      expect((statSync(file).mode % 0o1000).toString(8)).toBe('600');
      expect(new X509Certificate(readFileSync(join(out, `${name}.pem`))).checkPrivateKey(createPrivateKey(readFileSync(file)))).toBe(true);
    }
    const { certificates } = readJson(join(out, 'manifest.json'));
    expect(certificates.map(({ output, privateKeyFile }: { [name: string]: string }) => [output, privateKeyFile])).toEqual([
      ['CaCertificate', undefined], ['VerificationCertificate', undefined],
      ['Device0CertificatePem', 'device0.key.pem'], ['Device0CertificateChain', 'device0.key.pem'],
      ['Device1CertificatePem', 'device1.key.pem'], ['Device1CertificateChain', 'device1.key.pem'],
    ]);
    expect(said).toContain('device0.key.pem');
    expect(said).not.toContain('PRIVATE');
  });

  test('lose rights that others were given meanwhile', async () => {
    const file = copyWith(withoutCaSecret());
    await cliOk('export', '--outputs', file, '--out', out, '--private-keys');
    chmodSync(join(out, 'device0.key.pem'), 0o644);
    await cliOk('export', '--outputs', file, '--out', out, '--private-keys');
    expect(statSync(join(out, 'device0.key.pem')).mode % 0o1000).toBe(0o600);
  });

  test('are looked for in the directory of --local', async () => {
    const copy = join(temporaryFolder(), 'outputs.json');
    writeJson(copy, { Iot: withoutCaSecret() });
    expect(await cliError('export', '--outputs', copy, '--out', out, '--private-keys')).toMatch(/state\.json: there is no such file; pass the directory .* with --local$/);
    expect(existsSync(out)).toBe(false);
    await cliOk('export', '--outputs', copy, '--out', out, '--private-keys', '--local', deployed);
    expect(existsSync(join(out, 'device0.key.pem'))).toBe(true);
  });

  test('whose file is gone are named with it and the ways out, and the others are written', async () => {
    const file = copyWith(withoutCaSecret());
    const gone = keyFile(file, 'Iot-Device0Key');
    rmSync(gone);
    const { code, stderr } = await cli('export', '--outputs', file, '--out', out, '--private-keys');
    expect(code).toBe(1);
    expect(stderr).toBe(`error: no key from Iot.Device0Secret: ${gone}: the file with the private key no longer exists; restore it from a backup, or, for a device or a server, `
      + 'raise the generation of its certificate and run `private-iot-ca local` again\n');
    expect(Object.keys(filesBelow(out)).filter(name => /^device/.test(name)))
      .toEqual(['device0-chain.pem', 'device0.pem', 'device1-chain.pem', 'device1.key.pem', 'device1.pem']);
    expect(readJson(join(out, 'manifest.json')).certificates[2].privateKeyFile).toBeUndefined();
  });

  test('without an output that leads to them are an error', async () => {
    expect(await cliError('export', '--outputs', copyWith({ CaCertificate: outputs().CaCertificate }), '--out', out, '--private-keys'))
      .toContain('no output holds the ARN of a secret, or the name of a parameter, with the private key');
    expect(existsSync(out)).toBe(false);
  });

  test('of two certificates in one output are an error, since one file can\'t have both', async () => {
    const { Device0CertificatePem, Device1CertificatePem, Device0Secret, Device1Secret } = outputs();
    const file = copyWith({ Devices: Device0CertificatePem + Device1CertificatePem, Device0Secret, Device1Secret });
    expect(await cliError('export', '--outputs', file, '--out', out, '--private-keys'))
      .toContain('two private keys would be written to the same file, devices.key.pem; add an output for each of their certificates');
  });

  describe('in parameters', () => {
    const serial = (): string => new X509Certificate(outputs().Device0CertificatePem).serialNumber;
    const deviceKey = (): string => readFileSync(join(generatedPath(join(deployed, 'keys'), 'Iot-Device0Key'), `${serial()}.pem`), 'utf8');
    const NAME = '/iot/devices/Sensor001-ab12cd34';

    /** A local deployment that keeps the device's key in a parameter. */
    async function withParameter(output: string): Promise<string> {
      const file = join(temporaryFolder(), 'outputs.json');
      writeJson(file, { Iot: { Device0CertificatePem: outputs().Device0CertificatePem, PrivateKeyParameter: output } });
      const store = StateStore.open(dirname(file), localDisk);
      store.save();
      await new DirectoryParameters(store, localDisk).write(NAME, serial(), deviceKey());
      return file;
    }

    test.each([['name', ''], ['ARN', 'arn:aws:ssm:local:000000000000:parameter']])('of a local deployment are found by their %s', async (_, prefix) => {
      await cliOk('export', '--outputs', await withParameter(`${prefix}${NAME}/${serial()}`), '--out', out, '--private-keys');
      expect(Object.keys(filesBelow(out))).toEqual(['device0.key.pem', 'device0.pem', 'manifest.json']);
      expect(filesBelow(out)['device0.key.pem']).toBe(deviceKey());
      expect(statSync(join(out, 'device0.key.pem')).mode % 0o1000).toBe(0o600);
    });

    test('are not looked for in AWS if --local names a local deployment', async () => {
      const file = join(temporaryFolder(), 'outputs.json');
      writeJson(file, { Iot: { Device0CertificatePem: outputs().Device0CertificatePem, Key: `${NAME}/${serial()}` } });
      expect(await cliError('export', '--outputs', file, '--out', out, '--private-keys', '--local', join(out, 'nowhere')))
        .toContain('state.json: there is no such file; pass the directory of the local deployment with --local');
    });

    test('of another certificate than these are left alone', async () => {
      expect(await cliError('export', '--outputs', await withParameter(`${NAME}/${'0'.repeat(40)}`), '--out', out, '--private-keys'))
        .toContain('(Iot.PrivateKeyParameter: the parameter has no version with the serial number of one of these certificates, so it holds none of their private keys)');
    });

    test('whose file is gone are named with it', async () => {
      const file = await withParameter(`${NAME}/${serial()}`);
      const gone = join(dirname(file), 'keys', 'parameters', NAME, `${serial()}.pem`);
      rmSync(gone);
      const { code, stderr } = await cli('export', '--outputs', file, '--out', out, '--private-keys');
      expect([code, stderr]).toEqual([1, expect.stringContaining(`error: no key from Iot.PrivateKeyParameter: ${gone}: the file with the private key no longer exists`)]);
    });
  });
});

describe('the private key of a CA', () => {
  test('is not read if its secret is an output beside those of the devices, whatever the output\'s name', async () => {
    const file = copyWith({ ...withoutCaSecret(), Device9PrivateKeySecret: outputs().CaKeySecret });
    rmSync(keyFile(file, 'Iot-CaKey')); // whoever reads it is told so
    const { code, stderr } = await cli('export', '--outputs', file, '--out', out, '--private-keys');
    expect([code, stderr]).toEqual([0,
      'note: Iot.Device9PrivateKeySecret: the secret holds the private key of the CA Acme IoT Root CA, which only --ca-private-key exports; left out\n']);
    expect(readdirSync(out).filter(name => name.endsWith('.key.pem')).sort()).toEqual(['device0.key.pem', 'device1.key.pem']);
  });

  test('is not read either if the certificate of the CA is in chains only', async () => {
    const file = copyWith({ ...outputs(), CaCertificate: undefined });
    rmSync(keyFile(file, 'Iot-CaKey'));
    const { code, stderr } = await cli('export', '--outputs', file, '--out', out, '--private-keys');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Iot.CaKeySecret: the secret holds the private key of the CA Acme IoT Root CA')]);
  });

  test.each(['CaKeySecret', 'Iot.CaKeySecret'])('is written, with a warning and without the keys of devices, if it is named as %s', async name => {
    const { code, stderr } = await cli('export', '--outputs', outputsFile, '--out', out, '--ca-private-key', name);
    const file = join(out, 'ca.key.pem');
    expect([code, stderr]).toEqual([0, `warning: ${file} is the private key of the CA Acme IoT Root CA: anyone who has it can issue certificates `
      + 'in the name of this CA; keep it off devices and brokers, and out of version control\n']);
    expect(readdirSync(out).filter(each => each.endsWith('.key.pem'))).toEqual(['ca.key.pem']);
    expect(new X509Certificate(readFileSync(join(out, 'ca.pem'))).checkPrivateKey(createPrivateKey(readFileSync(file)))).toBe(true);
    expect(statSync(file).mode % 0o1000).toBe(0o600);
    expect(readJson(join(out, 'manifest.json')).certificates[0].privateKeyFile).toBe('ca.key.pem');
  });

  test('is written beside those of devices if both are asked for', async () => {
    await cli('export', '--outputs', outputsFile, '--out', out, '--private-keys', '--ca-private-key', 'CaKeySecret');
    expect(readdirSync(out).filter(each => each.endsWith('.key.pem')).sort()).toEqual(['ca.key.pem', 'device0.key.pem', 'device1.key.pem']);
  });

  test.each<[string, string, () => { [output: string]: string | undefined }]>([
    ['is no output', 'CaSecret', outputs],
    ['holds something else than the ARN of a secret', 'CaCertificate', outputs],
    ['is the CDK\'s own', 'ExportsOutputRefCaPrivateKey3406A7462C5A6784',
      () => ({ ...outputs(), ExportsOutputRefCaPrivateKey3406A7462C5A6784: outputs().CaKeySecret })],
  ])('is not read by a name that %s', async (_, name, content) => {
    expect(await cliError('export', '--outputs', copyWith(content()), '--out', out, '--ca-private-key', name)).toBe(
      'error: --ca-private-key must be an output with the ARN of the secret that holds the private key of a CA (Iot.CaKeySecret), '
      + `got "${name}"`);
    expect(existsSync(out)).toBe(false);
  });

  test('is in KMS and can\'t be exported, and the error says so', async () => {
    const content = { CaCertificate: outputs().CaCertificate, CaKey: 'arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555' };
    expect(await cliError('export', '--outputs', copyWith(content), '--out', out, '--ca-private-key', 'CaKey'))
      .toMatch(/\(none exists\), got "CaKey", a key in KMS, which can't be exported$/);
  });

  test('has to be named with its stack if two stacks have an output of the name', async () => {
    const file = copyWith({});
    writeJson(file, { One: outputs(), Two: outputs() });
    expect(await cliError('export', '--outputs', file, '--out', out, '--ca-private-key', 'CaKeySecret'))
      .toContain('must be one output, with its stack if several outputs have this name (One.CaKeySecret, Two.CaKeySecret), got "CaKeySecret"');
  });

  test('is not written if the named secret is a device\'s, and everything else is written', async () => {
    const { code, stderr } = await cli('export', '--outputs', outputsFile, '--out', out, '--ca-private-key', 'Device0Secret');
    expect([code, stderr]).toEqual([1,
      'error: no key from Iot.Device0Secret: the secret holds the key of sensor-001, which is not a CA; --private-keys exports it\n']);
    expect(Object.keys(filesBelow(out))).toContain('ca.pem');
    expect(Object.values(filesBelow(out)).join('')).not.toContain('PRIVATE KEY');
  });

  test.each([['the CA\'s key', 'Iot-CaKey'], ['any other key', undefined]])('is not written as a device\'s if the device\'s version holds %s', async (_, secret) => {
    const file = copyWith(withoutCaSecret());
    const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    localDisk.replace(keyFile(file, 'Iot-Device0Key'), secret ? readFileSync(keyFile(file, secret), 'utf8') : other, 0o600);
    const { code, stderr } = await cli('export', '--outputs', file, '--out', out, '--private-keys');
    expect([code, stderr]).toEqual([1,
      'error: no key from Iot.Device0Secret: the secret has the serial number of a certificate, but holds another key\n']);
    expect(readdirSync(out).filter(name => name.endsWith('.key.pem'))).toEqual(['device1.key.pem']);
  });
});
