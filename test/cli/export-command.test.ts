import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { localDisk } from '../../src/cli/disk';
import { exportCommand } from '../../src/cli/export-command';
import { DirectoryParameters } from '../../src/cli/local/directory-parameters';
import { StateStore } from '../../src/cli/local/state-store';
import { silentProgress } from '../../src/cli/terminal';
import { temporaryFolder, writeAssembly, writeJson } from '../support/cli-assembly';
import { cliError, cliOk, filesBelow, generatedPath, readJson } from '../support/cli-run';
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

  test('done again changes no file, and after a change only the files of that', async () => {
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    const before = readdirSync(out).map(file => statSync(join(out, file)).mtimeMs);
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    expect(readdirSync(out).map(file => statSync(join(out, file)).mtimeMs)).toEqual(before);
    writeFileSync(join(out, 'ca.pem'), outputs().Device0CertificatePem);
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    expect(readFileSync(join(out, 'ca.pem'), 'utf8')).toBe(outputs().CaCertificate);
  });

  test('passes over what is PEM and no certificate', async () => {
    const publicKey = '-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n';
    await cliOk('export', '--outputs', otherOutputs({ Iot: { Other: publicKey, CaCertificate: outputs().CaCertificate } }), '--out', out);
    expect(readdirSync(out).sort()).toEqual(['ca.pem', 'manifest.json']);
  });

  test('passes over what the CDK exports from one stack to another', async () => {
    const pem = outputs().CaCertificate;
    const file = otherOutputs({ Iot: { CaCertificate: pem, ExportsOutputFnGetAttCaAC0F3320CertificatePem2D1F9A7B: pem } });
    await cliOk('export', '--outputs', file, '--out', out);
    expect(Object.keys(filesBelow(out))).toEqual(['ca.pem', 'manifest.json']);
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

describe('private keys', () => {
  test('are exported only when they are asked for', async () => {
    await cliOk('export', '--outputs', outputsFile, '--out', out);
    expect(Object.values(filesBelow(out)).join('')).not.toContain('PRIVATE');
  });

  test('are written beside the certificate they belong to, readable by their owner only', async () => {
    const said = await cliOk('export', '--outputs', outputsFile, '--out', out, '--private-keys');
    expect(readdirSync(out).filter(file => file.endsWith('.key.pem')).sort()).toEqual(['ca.key.pem', 'device0.key.pem', 'device1.key.pem']);
    for (const name of ['ca', 'device0', 'device1']) {
      const file = join(out, `${name}.key.pem`);
      expect((statSync(file).mode % 0o1000).toString(8)).toBe('600');
      expect(new X509Certificate(readFileSync(join(out, `${name}.pem`))).checkPrivateKey(createPrivateKey(readFileSync(file)))).toBe(true);
    }
    const { certificates } = readJson(join(out, 'manifest.json'));
    expect(certificates.map(({ output, privateKeyFile }: { [name: string]: string }) => [output, privateKeyFile])).toEqual([
      ['CaCertificate', 'ca.key.pem'], ['VerificationCertificate', undefined],
      ['Device0CertificatePem', 'device0.key.pem'], ['Device0CertificateChain', 'device0.key.pem'],
      ['Device1CertificatePem', 'device1.key.pem'], ['Device1CertificateChain', 'device1.key.pem'],
    ]);
    expect(said).toContain('ca.key.pem');
    expect(said).not.toContain('PRIVATE');
  });

  test('lose rights that others were given meanwhile', async () => {
    await cliOk('export', '--outputs', outputsFile, '--out', out, '--private-keys');
    chmodSync(join(out, 'ca.key.pem'), 0o644);
    await cliOk('export', '--outputs', outputsFile, '--out', out, '--private-keys');
    expect(statSync(join(out, 'ca.key.pem')).mode % 0o1000).toBe(0o600);
  });

  test('are looked for where --local says', async () => {
    const copy = otherOutputs(readJson(outputsFile));
    expect(await cliError('export', '--outputs', copy, '--out', out, '--private-keys')).toMatch(/state\.json: there is no such file; name the directory .* with --local$/);
    expect(existsSync(out)).toBe(false);
    await cliOk('export', '--outputs', copy, '--out', out, '--private-keys', '--local', deployed);
    expect(existsSync(join(out, 'ca.key.pem'))).toBe(true);
  });

  test('of AWS are read from Secrets Manager, and matched by their public keys', async () => {
    const keyOf = (name: string): string => {
      const folder = generatedPath(join(deployed, 'keys'), name);
      return readFileSync(join(folder, readdirSync(folder)[0]), 'utf8');
    };
    const arn = (name: string): string => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
    const secrets: { [arn: string]: string | undefined } = {
      [arn('device')]: keyOf('Iot-Device0Key'), [arn('password')]: 'hunter2', [arn('other')]: anotherKey(), [arn('empty')]: undefined,
    };
    const asked: string[] = [];
    const { Device0CertificateChain } = outputs();
    const file = otherOutputs({
      Iot: {
        DeviceCertificateChain: Device0CertificateChain,
        ...Object.fromEntries([['Device', 'device'], ['Again', 'device'], ['Password', 'password'], ['Other', 'other'], ['Empty', 'empty']]
          .map(([output, name]) => [output, arn(name)])),
      },
    });
    let notes = '';
    const terminal = { progress: silentProgress, print: () => undefined, warn: (text: string) => { notes += text; } };
    await exportCommand({ outputs: file, out, privateKeys: true }, terminal, async each => {
      asked.push(each);
      return secrets[each];
    });
    expect(asked).toEqual(Object.keys(secrets));
    expect(readdirSync(out).sort()).toEqual(['device-chain.key.pem', 'device-chain.pem', 'manifest.json']);
    expect(readFileSync(join(out, 'device-chain.key.pem'), 'utf8')).toBe(keyOf('Iot-Device0Key'));
    expect(notes).toBe([
      'note: Iot.Password: the secret holds no private key in PEM; left out',
      'note: Iot.Other: the secret holds the key of none of these certificates; left out',
      'note: Iot.Empty: the secret holds no private key in PEM; left out', '',
    ].join('\n'));
  });

  describe('in parameters', () => {
    const serial = (): string => new X509Certificate(outputs().Device0CertificatePem).serialNumber;
    const deviceKey = (): string => readFileSync(join(generatedPath(join(deployed, 'keys'), 'Iot-Device0Key'), `${serial()}.pem`), 'utf8');
    const NAME = '/iot/devices/Sensor001-ab12cd34';

    /** A local deployment that keeps the device's key in a parameter. */
    async function withParameter(output: string): Promise<string> {
      const file = otherOutputs({ Iot: { Device0CertificatePem: outputs().Device0CertificatePem, PrivateKeyParameter: output } });
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

    test('of AWS are read from there', async () => {
      const places = [`${NAME}/${serial()}`, `arn:aws-cn:ssm:cn-north-1:123456789012:parameter${NAME}/${serial().toLowerCase()}`];
      for (const place of places) {
        const asked: string[] = [];
        const file = otherOutputs({ Iot: { Device0CertificatePem: outputs().Device0CertificatePem, Key: place, Other: '/iot/devices/url', No: `x/${serial()}` } });
        const terminal = { progress: silentProgress, print: () => undefined, warn: (text: string) => { throw new Error(text); } };
        await exportCommand({ outputs: file, out, privateKeys: true }, terminal, async each => {
          asked.push(each);
          return deviceKey();
        });
        expect(asked).toEqual([place]);
        expect(readFileSync(join(out, 'device0.key.pem'), 'utf8')).toBe(deviceKey());
      }
    });

    test('are not looked for in AWS where --local says that there is a local deployment', async () => {
      const file = otherOutputs({ Iot: { Device0CertificatePem: outputs().Device0CertificatePem, Key: `${NAME}/${serial()}` } });
      expect(await cliError('export', '--outputs', file, '--out', out, '--private-keys', '--local', join(out, 'nowhere')))
        .toContain('state.json: there is no such file; name the directory of the local deployment with --local');
    });

    test('whose file is gone are named with it', async () => {
      const file = await withParameter(`${NAME}/${'0'.repeat(40)}`);
      expect(await cliError('export', '--outputs', file, '--out', out, '--private-keys'))
        .toContain(`${join(dirname(file), 'keys', 'parameters', NAME, `${'0'.repeat(40)}.pem`)}: there is no such file, and it has the private key that`);
    });
  });

  test('whose files are gone are an error that names the file and the ways out', async () => {
    const file = join(temporaryFolder(), 'outputs.json');
    writeJson(file, readJson(outputsFile));
    writeJson(join(dirname(file), 'state.json'), readJson(join(deployed, 'state.json')));
    const error = await cliError('export', '--outputs', file, '--out', out, '--private-keys');
    expect(error).toContain(join(dirname(file), 'keys', 'Iot-CaKey-'));
    expect(error).toMatch(/\.pem: there is no such file, and it has the private key that arn:aws:\S+ leads to; put it back from a copy, raise the generation /);
    expect(existsSync(out)).toBe(false);
  });

  test('that nothing leads to are an error', async () => {
    const file = otherOutputs({ Iot: { CaCertificate: outputs().CaCertificate } });
    expect(await cliError('export', '--outputs', file, '--out', out, '--private-keys')).toContain('no output holds the ARN of a secret with the private key');
    expect(existsSync(out)).toBe(false);
  });
});

function anotherKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

describe('an export refuses', () => {
  test.each<[string, string, string]>([
    ['a file of another kind', 'device0.pem', 'my notes'],
    ['an empty file', 'ca.pem', ''],
    ['a private key where a certificate goes', 'ca.pem', anotherKey()],
    ['somebody else\'s manifest', 'manifest.json', '{"name":"app"}'],
    ['a manifest of a later version', 'manifest.json', '{"version":2,"certificates":[]}'],
    ['a certificate where a private key goes', 'ca.key.pem', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'],
  ])('to overwrite %s, and writes nothing at all', async (_, name, content) => {
    writeJson(join(out, name), content);
    const error = await cliError('export', '--outputs', outputsFile, '--out', out, '--private-keys');
    expect(error).toContain(`${join(out, name)}: this file holds something else than a`);
    expect(filesBelow(out)).toEqual({ [name]: content });
  });

  test.each<[string, unknown, string]>([
    ['a list', [], 'this is JSON, but not a map'],
    ['no outputs', { Iot: 'x' }, 'must hold a map of outputs for the name of each stack'],
    ['a stack that is a path', { '../x': {} }, 'must hold a map of outputs for the name of each stack'],
    ['an output that is no string', { Iot: { Ca: 1 } }, 'Iot.Ca: must be an output'],
    ['no certificate', { Iot: { Url: 'https://x' } }, 'no output holds a certificate; declare them with the construct CertificateOutputs'],
    ['a damaged certificate', { Iot: { Ca: '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----' } }, 'Iot.Ca: this is not a certificate'],
    ['a certificate that is cut off', { Iot: { Ca: '-----BEGIN CERTIFICATE-----\nMAA=' } }, 'Iot.Ca: PEM block 1 (CERTIFICATE) has no END line'],
    ['the same names', { Iot: { caPem: 'PEM', CaPem: 'PEM' } }, 'the outputs Iot.caPem and Iot.CaPem would have the same file, ca-pem.pem'],
  ])('outputs with %s', async (_, content, message) => {
    const text = JSON.stringify(content).replaceAll('"PEM"', JSON.stringify(outputs().CaCertificate));
    expect(await cliError('export', '--outputs', otherOutputs(text), '--out', out)).toContain(message);
    expect(existsSync(out)).toBe(false);
  });

  test('outputs with a private key beside a certificate, which it does not show', async () => {
    const key = anotherKey();
    const error = await cliError('export', '--outputs', otherOutputs({ Iot: { Ca: outputs().CaCertificate + key } }), '--out', out);
    expect(error).toMatch(/Iot\.Ca: PEM block 2 must be a certificate, got private key \(not shown\)$/);
    expect(existsSync(out)).toBe(false);
  });

  test('an outputs file that is not there', async () => {
    expect(await cliError('export', '--outputs', join(out, 'no.json')))
      .toContain('no.json: there is no such file; name the file that `cdk deploy --outputs-file outputs.json` or `private-iot-ca local` wrote');
  });

  test('an outputs file that is not there, and names that of the local deployment', async () => {
    const before = process.cwd();
    process.chdir(dirname(deployed));
    try {
      expect(await cliError('export')).toBe(
        'error: outputs.json: there is no such file; `private-iot-ca local` has written another one: --outputs local-out/outputs.json');
    } finally {
      process.chdir(before);
    }
  });

  test('a damaged state of the local deployment', async () => {
    const local = temporaryFolder();
    writeJson(join(local, 'state.json'), '{');
    expect(await cliError('export', '--outputs', outputsFile, '--out', out, '--private-keys', '--local', local)).toContain('state.json: this is not JSON');
    expect(existsSync(out)).toBe(false);
  });
});
