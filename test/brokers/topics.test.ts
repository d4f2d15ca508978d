import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CertificateOutputs, IotPlatform, KeyAlgorithm, PemSource, PrivateIotCa } from '../../src';
import { findMosquitto, startMosquitto, StartedBroker } from '../support/broker-programs';
import { temporaryFolder } from '../support/cli-assembly';
import { cli, cliError, cliOk, readJson } from '../support/cli-run';
import { opensslRequest } from '../support/foreign-ca';
import { whereInstalled } from '../support/second-opinions';


/** The rule that the exported mosquitto.conf proposes: each device has the topics below its common name. */
const ACL = 'pattern readwrite devices/%u/#\n';
const ATTACKER = 'victim/commands';

const KIT = ['--private-keys', '--platform', 'mosquitto'];
const keyAlgorithm = KeyAlgorithm.EC_P256;

function caFor(platforms: IotPlatform[], outdir?: string): { app: App; stack: Stack; ca: PrivateIotCa } {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Broker');
  return { app, stack, ca: new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, keyAlgorithm, platforms }) };
}

describe('a device whose name lies below that of another one', () => {
  whereInstalled(findMosquitto() !== undefined, 'Mosquitto', 'mosquitto').describe('at a broker that grants topics by names, if it had a certificate,', () => {
    let broker: StartedBroker;
    let folder: string;
    let warnings: unknown[];
    beforeAll(async () => {
      folder = temporaryFolder();
      const { app, stack, ca: issuer } = caFor([], join(folder, 'cdk.out'));
      const server = issuer.addServerCertificate('Server', { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['localhost'] }, keyAlgorithm });
      const victim = issuer.addDeviceCertificate('Victim', { subject: { commonName: 'victim' }, keyAlgorithm });
      const attacker = issuer.addDeviceCertificate('Attacker', { subject: { commonName: ATTACKER }, keyAlgorithm });
      new CertificateOutputs(stack, 'Outputs', { cas: { Ca: issuer }, certificates: { Server: server, Victim: victim, Attacker: attacker } });
      warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('common-name-in-topics')).map(({ id }) => id);
      await cliOk('local', '--app', app.synth().directory, '--out', folder);
      await cliOk('export', '--outputs', join(folder, 'outputs.json'), '--out', folder, '--private-keys');
      const withoutAttacker = join(folder, 'without-attacker.json');
      const outputs = Object.entries(readJson(join(folder, 'outputs.json')).Broker).filter(([name]) => !name.includes('Attacker'));
      writeFileSync(withoutAttacker, JSON.stringify({ Broker: Object.fromEntries(outputs) }));
      await cliOk('export', '--outputs', withoutAttacker, '--out', join(folder, 'kit'), ...KIT, '--broker-folder', join(folder, 'kit', 'mosquitto'));
      const [conf, acl] = ['mosquitto.conf', 'acl'].map(name => join(folder, 'kit', 'mosquitto', name));
      writeFileSync(acl, ACL);
      writeFileSync(conf, `${readFileSync(conf, 'utf8')}acl_file ${acl}\n`);
      broker = await startMosquitto(join(folder, 'kit', 'mosquitto'));
    }, 60_000);
    afterAll(() => broker?.program.stop());

    const reads = (topic: string) => execFileSync(process.execPath, [
      join(__dirname, '..', 'support', 'mqtt-reader.mjs'), String(broker.port), folder, 'attacker', 'victim', topic, `devices/${ATTACKER}/own`,
    ], { encoding: 'utf8', timeout: 60_000 }).trim();

    test('would read the messages for that one, of which it reads nothing else', () => {
      expect(reads('devices/victim/commands/open')).toBe('read');
      expect(reads('devices/victim/state')).toBe('not read');
    });

    test('brings a warning at synthesis if no platform is declared', () => {
      expect(warnings).toEqual(['/Broker/Ca/Attacker']);
    });

    test('is found by lint, and before a configuration for the broker is made', async () => {
      const lint = (name: string) => cli('lint', '--platform', 'mosquitto', join(folder, name));
      expect(await lint('attacker.pem')).toMatchObject({ code: 1, stdout: expect.stringContaining('platform-mosquitto-device-common-name') });
      expect(await lint('victim.pem')).toMatchObject({ stdout: expect.not.stringContaining('device-common-name') });
      expect(await cliError('export', '--outputs', join(folder, 'outputs.json'), '--out', join(folder, 'refused'), ...KIT))
        .toContain('error: victim/commands: subject.commonName must be text without / + #');
    });
  });

  test.each([
    ['of its own declaration', { subject: { commonName: ATTACKER } }],
    ['of its request', { certificateSigningRequest: PemSource.inline(opensslRequest(`/CN=${ATTACKER.replace('/', '\\/')}`)) }],
  ])('gets no certificate for the broker, by the name %s', (_, options) => {
    expect(() => caFor([IotPlatform.MOSQUITTO]).ca.addDeviceCertificate('Attacker', options)).toThrow(
      'Broker/Ca/Attacker: subject.commonName must be text without / + # and control characters, and without a leading $ '
      + 'for Eclipse Mosquitto, got "victim/commands"');
  });
});
