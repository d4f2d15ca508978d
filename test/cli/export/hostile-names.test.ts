import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { CertificateOutputs, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { toPem } from '../../../src/pki/pem';
import { build, CA, DEVICE } from '../../pki/lint/certificate-builder';
import { temporaryFolder, writeAssembly, writeJson } from '../../support/cli-assembly';
import { cli, cliError, cliOk, filesBelow } from '../../support/cli-run';
import { iotTemplate } from '../../support/cli-templates';
import { synthesized } from '../../support/synthesized';

const [ca, device] = [CA, DEVICE].map(each => toPem('CERTIFICATE', build(each)));
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
let out: string;

beforeEach(() => {
  out = join(temporaryFolder(), 'pem');
});

function outputsFile(content: object): string {
  const file = join(temporaryFolder(), 'outputs.json');
  writeJson(file, content);
  return file;
}

test('outputs and stacks with names that Windows reserves for devices become files that Windows accepts', async () => {
  await cliOk('export', '--out', out, '--outputs', outputsFile({
    Aux: { Con: ca, NulCertificate: ca, Com1CertificatePem: device, DeviceCertificate: device },
    Iot: { PRN: ca, LPT9Certificate: device },
  }));
  const paths = Object.keys(filesBelow(out));
  expect(paths).toHaveLength(7);
  expect(paths.flatMap(path => path.split('/')).filter(name => RESERVED.test(name))).toEqual([]);
  expect(filesBelow(out)['Aux_/com1_.pem']).toBe(device);
});

test('outputs with names as long as CloudFormation takes them become files, each of its own, for platforms too', async () => {
  const name = (end: string): string => `${'Ab1'.repeat(84)}${end}`;
  expect(name('One')).toHaveLength(255);
  const stacks = ['S'.repeat(128), 'T'.repeat(128)].map(stack => [stack, { [name('One')]: ca, [name('Two')]: device, [name('Srv')]: ca }]);
  await cliOk('export', '--out', out, '--outputs', outputsFile(Object.fromEntries(stacks)));
  const paths = Object.keys(filesBelow(out));
  expect(paths).toHaveLength(7);
  expect(paths.filter(path => basename(path).length > 230)).toEqual([]);
});

test('a manifest of another tool is not overwritten, whatever its version is', async () => {
  mkdirSync(out);
  const other = JSON.stringify({ version: 1, certificates: [] });
  writeFileSync(join(out, 'manifest.json'), other);
  expect(await cliError('export', '--out', out, '--outputs', outputsFile({ Iot: { CaCertificate: ca } })))
    .toContain('manifest.json: this file holds something other than a manifest of this tool, and is not overwritten');
  expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(other);
});

describe('a key that an earlier export has left', () => {
  const app = temporaryFolder();
  const deployed = join(app, 'out');
  const deploy = async (deviceDays: number): Promise<void> => {
    writeAssembly(app, { Iot: { template: iotTemplate({ deviceDays }) } });
    await cliOk('local', '--app', app, '--out', deployed);
  };
  const exported = (...more: string[]): ReturnType<typeof cli> => cli('export', '--outputs', join(deployed, 'outputs.json'), '--out', out, ...more);

  test('brings a warning once its certificate is renewed, until the key is exported too, and stays as it is', async () => {
    await deploy(365);
    await exported('--private-keys');
    const key = readFileSync(join(out, 'device0.key.pem'), 'utf8');
    expect(await exported()).toMatchObject({ code: 0, stderr: '' });
    await deploy(300);
    expect(await exported()).toMatchObject({
      code: 0,
      stderr: `warning: ${join(out, 'device0.key.pem')} is the private key of an earlier certificate, not of ${join(out, 'device0.pem')}; export again with the key, or move it away\n`,
    });
    expect(readFileSync(join(out, 'device0.key.pem'), 'utf8')).toBe(key);
    expect((await exported('--private-keys')).stderr).not.toContain('warning');
    expect(readFileSync(join(out, 'device0.key.pem'), 'utf8')).not.toBe(key);
  });
});

describe('a folder of --broker-folder', () => {
  const FOLDER = '/opt/Joe\'s & "my" broker $(id)';
  const folder = temporaryFolder();
  const outputs = (): string => join(folder, 'outputs.json');

  beforeAll(async () => {
    await cliOk('local', '--out', folder, '--app', synthesized(app => {
      const stack = new Stack(app, 'Iot');
      const root = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
      const broker = root.addServerCertificate('Broker', {
        subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] }, keyAlgorithm: KeyAlgorithm.EC_P256,
      });
      new CertificateOutputs(stack, 'Outputs', { cas: { Ca: root }, certificates: { Broker: broker } });
    }));
  });

  const kit = async (name: string, file: string): Promise<string> => {
    await cliOk('export', '--outputs', outputs(), '--out', out, '--platform', name, '--broker-folder', FOLDER);
    return readFileSync(join(out, name, file), 'utf8');
  };

  test.each([['mosquitto', 'mosquitto.conf'], ['emqx', 'emqx.conf'], ['vernemq', 'vernemq.conf'], ['thingsboard', 'thingsboard.conf']])(
    'is one word in the command that the kit for %s proposes, whatever characters it has', async (name, file) => {
      const [, command] = /^# {3}(chown .*)$/m.exec(await kit(name, file))!;
      const { stdout } = spawnSync('sh', ['-c', command.replace('chown', 'printf "%s\\n"')], { encoding: 'utf8' });
      expect(stdout.split('\n')).toEqual([name, `${FOLDER}/server.key.pem`, '']);
    });

  test('is one value in the settings that ThingsBoard reads as a shell', async () => {
    await kit('thingsboard', 'thingsboard.conf');
    const { stdout } = spawnSync('sh', ['-c', '. "$0"; printf "%s\\n" "$MQTT_SSL_PEM_KEY" "$MQTT_SSL_PEM_CERT"', join(out, 'thingsboard', 'thingsboard.conf')], { encoding: 'utf8' });
    expect(stdout).toBe(`${FOLDER}/server.key.pem\n${FOLDER}/server.pem\n`);
  });

  test('is escaped in XML and in strings', async () => {
    expect(await kit('hivemq', 'config.xml')).toContain('<path>/opt/Joe\'s &amp; "my" broker $(id)/hivemq.jks</path>');
    expect(await kit('emqx', 'emqx.conf')).toContain('cacertfile = "/opt/Joe\'s & \\"my\\" broker $(id)/ca-bundle.pem"');
  });

  test.each(['', '/opt\nlistener 1883'])('is refused if it is %j', async brokerFolder => {
    expect(await cliError('export', '--outputs', outputs(), '--out', out, '--platform', 'mosquitto', '--broker-folder', brokerFolder))
      .toContain('--broker-folder must be a path without control characters, got');
    expect(existsSync(out)).toBe(false);
  });
});
