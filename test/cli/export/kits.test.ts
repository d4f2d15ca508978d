import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import {
  ApsaraMqttCaRegistration, AwsIotCaRegistration, AzureCaRegistration, CertificateOutputs, HuaweiIotdaCaRegistration, IPrivateIotCa, KeyAlgorithm,
  PrivateIotCa, TencentIotHubCaRegistration,
} from '../../../src';
import { KIT_NAMES, KITS } from '../../../src/cli/export/kits';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli, cliError, cliOk, filesBelow } from '../../support/cli-run';
import { hasKeytool, keytool } from '../../support/openssl';
import { whereInstalled } from '../../support/second-opinions';

const BROKERS = KIT_NAMES.filter(name => KITS[name].servesTls);

/** Deploys a CA below a root, with what a test puts out of them, and answers the outputs file. */
async function deployed(put: (root: IPrivateIotCa, ca: IPrivateIotCa) => ConstructorParameters<typeof CertificateOutputs>[2]): Promise<string> {
  const folder = temporaryFolder();
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Iot');
  const keyAlgorithm = KeyAlgorithm.EC_P256;
  const root = new PrivateIotCa(stack, 'Root', { subject: { commonName: 'Acme Root' }, keyAlgorithm, pathLength: 1 });
  const ca = new PrivateIotCa(stack, 'Plant', { subject: { commonName: 'Plant CA' }, keyAlgorithm, issuer: root });
  new CertificateOutputs(stack, 'Outputs', put(root, ca));
  app.synth();
  await cliOk('local', '--app', app.outdir, '--out', folder);
  return join(folder, 'outputs.json');
}

function server(ca: IPrivateIotCa, id = 'Server') {
  return ca.addServerCertificate(id, {
    subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] }, keyAlgorithm: KeyAlgorithm.EC_P256,
  });
}

function device(ca: IPrivateIotCa) {
  return ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.EC_P256 });
}

let outputs: string;
let out: string;

beforeAll(async () => {
  outputs = await deployed((root, ca) => ({ cas: { Root: root, Plant: ca }, certificates: { Server: server(ca), Device: device(ca) } }));
});

beforeEach(() => {
  out = join(temporaryFolder(), 'out');
});

function subjectsOf(pem: string): string[] {
  return pem.split(/(?<=-----END CERTIFICATE-----\n)/).map(each => new X509Certificate(each).subject.replace('CN=', ''));
}

async function kit(name: string, ...more: string[]): Promise<{ [file: string]: string }> {
  await cliOk('export', '--outputs', outputs, '--out', out, '--platform', name, ...more);
  return filesBelow(join(out, name));
}

describe.each(BROKERS)('the kit for %s', name => {
  test('has the CAs once each, the chain of the server without the root, and its key readable by its owner only', async () => {
    const files = await kit(name, '--private-keys');
    expect(subjectsOf(files['ca-bundle.pem']).sort()).toEqual(['Acme Root', 'Plant CA']);
    expect(subjectsOf(files['server.pem'])).toEqual(['broker', 'Plant CA']);
    expect(new X509Certificate(files['server.pem']).checkPrivateKey(createPrivateKey(files['server.key.pem']))).toBe(true);
    expect(statSync(join(out, name, 'server.key.pem')).mode % 0o1000).toBe(0o600);
  });

  test('has the only copy of its key, because another one beside the certificates would be one more to guard', async () => {
    await kit(name, '--private-keys');
    const files = Object.entries(filesBelow(out));
    const keys = files.filter(([, content]) => content.includes('PRIVATE KEY'));
    expect(keys.map(([file]) => file)).toEqual(['device.key.pem', `${name}/server.key.pem`]);
    const { certificates } = JSON.parse(Object.fromEntries(files)['manifest.json']);
    expect(certificates.filter(({ role }: { role: string }) => role === 'server').map((each: { privateKeyFile: string }) => each.privateKeyFile))
      .toEqual(certificates.filter(({ role }: { role: string }) => role === 'server').map(() => `${name}/server.key.pem`));
  });

  test('has a configuration that names every file where the broker has it', async () => {
    const text = Object.entries(await kit(name, '--broker-folder', '/srv/tls/')).filter(([file]) => !file.endsWith('.pem')).map(([, content]) => content).join('\n');
    const named = name === 'hivemq' ? ['hivemq.jks', 'hivemq-trust-store.jks']
      : name === 'thingsboard' ? ['server.pem', 'server.key.pem'] : ['ca-bundle.pem', 'server.pem', 'server.key.pem'];
    named.forEach(file => expect(text).toContain(`/srv/tls/${file}`));
    const folder = KITS[name].folder!;
    expect(Object.values(await kit(name)).join('\n')).toContain(`${folder}/${named[0]}`);
  });

  test('says so if the key is not there', async () => {
    const said = await cliOk('export', '--outputs', outputs, '--out', out, '--platform', name);
    expect(said).toContain(`note: ${join(out, name, 'server.key.pem')} is missing from the kit; export again with --private-keys to add it`);
    expect(existsSync(join(out, name, 'server.key.pem'))).toBe(false);
    expect(await cliOk('export', '--outputs', outputs, '--out', out, '--platform', name, '--private-keys')).not.toContain('note:');
  });

  test('that is made again changes no file', async () => {
    await kit(name);
    const times = () => Object.keys(filesBelow(out)).map(file => [file, statSync(join(out, file)).mtimeMs]);
    const before = times();
    await kit(name);
    expect(times()).toEqual(before);
  });
});

/** What makes a broker refuse devices without a certificate, whichever way they come; each line's source stands in the kit. */
test.each<[string, string, readonly string[]]>([
  ['mosquitto', 'mosquitto.conf', ['require_certificate true', 'use_identity_as_username true', 'allow_anonymous false']],
  ['emqx', 'emqx.conf', ['    verify = verify_peer', '    fail_if_no_peer_cert = true', 'mqtt.peer_cert_as_username = cn',
    ...['tcp', 'ws', 'wss'].map(type => `listeners.${type}.default.enable = false`)]],
  ['vernemq', 'vernemq.conf', ['listener.ssl.require_certificate = on', 'listener.ssl.use_identity_as_username = on', 'listener.ssl.allow_anonymous_override = on',
    'listener.tcp.default = 127.0.0.1:1883', 'allow_anonymous = off']],
  ['hivemq', 'config.xml', ['        <client-authentication-mode>REQUIRED</client-authentication-mode>']],
])('%s lets in no device without a certificate (%s)', async (name, file, lines) => {
  expect((await kit(name))[file].split('\n')).toEqual(expect.arrayContaining([...lines]));
});

describe('ThingsBoard', () => {
  test('asks for certificates and demands none: plain MQTT stays on its machine, and the steps say how each device is held to its own', async () => {
    const files = await kit('thingsboard');
    expect(files['thingsboard.conf'].split('\n')).toEqual(expect.arrayContaining(['export MQTT_SSL_ENABLED=true', 'export MQTT_SSL_CREDENTIALS_TYPE=PEM',
      'export MQTT_SSL_SKIP_VALIDITY_CHECK_FOR_CLIENT_CERT=false', 'export MQTT_BIND_ADDRESS=127.0.0.1']));
    expect(files['steps.md'].replace(/\s+/g, ' ')).toMatch(/asks for a certificate and does not demand one: .* access token.* choose X\.509 \(.* Manage credentials\)/);
  });

  test('is given the CA that signs devices for the profile, and devices the chain that ends with it', async () => {
    const files = await kit('thingsboard');
    expect(subjectsOf(files['device-profile-1.pem'])).toEqual(['Plant CA']);
    expect(subjectsOf(files['device-with-ca.pem'])).toEqual(['sensor-001', 'Plant CA']);
    expect(files['steps.md']).toContain('   - `device-profile-1.pem`: CN=Plant CA\n');
    expect(files['steps.md']).toContain('   - `device-with-ca.pem`\n');
    expect(Object.keys(files).filter(file => file.startsWith('device-profile'))).toHaveLength(1);
  });

  test('has the names of certificates in its steps as text, which no renderer takes for a link', async () => {
    const file = await deployed((issuer, ca) => {
      const linked = new PrivateIotCa(Stack.of(ca), 'Linked', {
        subject: { commonName: '[log in](https://evil.example)' }, keyAlgorithm: KeyAlgorithm.EC_P256, issuer,
      });
      return { cas: { Linked: linked }, certificates: { Server: server(ca), Device: device(linked) } };
    });
    await cliOk('export', '--outputs', file, '--out', out, '--platform', 'thingsboard');
    expect(filesBelow(join(out, 'thingsboard'))['steps.md']).toContain('   - `device-profile-1.pem`: CN=\\[log in\\](https://evil.example)\n');
  });
});

describe('HiveMQ', () => {
  test('has no listener besides the one that demands certificates', async () => {
    expect((await kit('hivemq'))['config.xml'].match(/<[a-z-]*listener>/g)).toEqual(['<tls-tcp-listener>']);
  });

  const make = (password?: string) => spawnSync('sh', [join(out, 'hivemq', 'make-stores.sh')], {
    encoding: 'utf8', env: { PATH: process.env.PATH, ...password === undefined ? {} : { HIVEMQ_STORE_PASSWORD: password } },
  });
  whereInstalled(hasKeytool(), 'keytool', 'default-jre-headless').test('is given a script that makes its stores, with every CA in the one and the chain of the server in the other', async () => {
    await kit('hivemq', '--private-keys');
    expect(make('changeit')).toMatchObject({ status: 0 });
    const list = (store: string) => keytool(['-list', '-v', '-keystore', join(out, 'hivemq', store), '-storepass', 'changeit']).stdout;
    expect(list('hivemq-trust-store.jks').match(/^Owner: CN=.*|^Entry type: \w+/gm)?.sort())
      .toEqual(['Entry type: trustedCertEntry', 'Entry type: trustedCertEntry', 'Owner: CN=Acme Root', 'Owner: CN=Plant CA']);
    expect(list('hivemq.jks').match(/^Owner: CN=.*|^Entry type: \w+/gm)).toEqual(['Entry type: PrivateKeyEntry', 'Owner: CN=broker', 'Owner: CN=Plant CA']);
    expect(statSync(join(out, 'hivemq', 'hivemq.jks')).mode % 0o1000).toBe(0o600);
    expect(existsSync(join(out, 'hivemq', 'server.p12'))).toBe(false);
    expect(make('changeit')).toMatchObject({ status: 0 });
  });

  test('is told by the script what is missing: the passphrase, or the key', async () => {
    await kit('hivemq');
    expect(make()).toMatchObject({ status: expect.not.stringMatching('0'), stderr: expect.stringContaining('set it to a passphrase of at least 6 characters') });
    expect(make('changeit')).toMatchObject({ status: 1, stderr: 'server.key.pem is missing: export again with --private-keys\n' });
  });
});

test('the help of the command names every kit', async () => {
  expect((await cliOk('export', '--help')).replace(/\s+/g, ' ')).toContain(`(choices: ${KIT_NAMES.map(name => JSON.stringify(name)).join(', ')})`);
});

describe('a kit of chosen certificates', () => {
  let file: string;
  beforeAll(async () => {
    file = await deployed((root, ca) => ({
      cas: { Root: root, Plant: ca },
      certificates: { One: server(ca), Two: server(root, 'Other'), Device: device(root) },
    }));
  });
  const chosen = (name: string, ...more: string[]) => cli('export', '--outputs', file, '--out', out, '--platform', name, ...more);

  test.each([['OneCertificate', ['broker', 'Plant CA']], ['Iot.TwoCertificate', ['broker']]])('has the certificate of the broker that --server names: %s', async (output, subjects) => {
    expect(await chosen('mosquitto', '--server', output, '--private-keys')).toMatchObject({ code: 0, stderr: '' });
    const files = filesBelow(join(out, 'mosquitto'));
    expect(subjectsOf(files['server.pem'])).toEqual(subjects);
    expect(new X509Certificate(files['server.pem']).checkPrivateKey(createPrivateKey(files['server.key.pem']))).toBe(true);
  });

  test.each([['RootCertificate'], ['Iot.RootCertificate'], ['Acme Root']])('has only the CAs that --ca names: %s', async name => {
    expect(await chosen('emqx', '--server', 'OneCertificate', '--ca', name)).toMatchObject({ code: 0, stderr: '' });
    expect(subjectsOf(filesBelow(join(out, 'emqx'))['ca-bundle.pem'])).toEqual(['Acme Root']);
  });

  test('has each CA that --ca names', async () => {
    expect(await chosen('emqx', '--server', 'OneCertificate', '--ca', 'Plant CA', '--ca', 'Acme Root')).toMatchObject({ code: 0, stderr: '' });
    expect(subjectsOf(filesBelow(join(out, 'emqx'))['ca-bundle.pem']).sort()).toEqual(['Acme Root', 'Plant CA']);
  });

  test('warns if a CA is chosen without the one above it, because brokers then look for the root in vain', async () => {
    const { code, stderr } = await chosen('mosquitto', '--server', 'OneCertificate', '--ca', 'PlantCertificate');
    expect([code, stderr]).toEqual([0, expect.stringContaining('note: ca-bundle.pem holds Plant CA without its issuer (CN=Acme Root); a broker that verifies up to the root')]);
    expect(subjectsOf(filesBelow(join(out, 'mosquitto'))['ca-bundle.pem'])).toEqual(['Plant CA']);
  });

  test.each([
    [['--ca', 'OneCertificate', '--platform', 'emqx'], '--ca must be an output with a CA, or the common name of a CA (Acme Root, Plant CA), got "OneCertificate"'],
    [['--server', 'DeviceCertificate', '--platform', 'emqx'], '--server must be an output with a TLS server certificate '
      + '(Iot.OneCertificate, Iot.OneCertificateChain, Iot.TwoCertificate), got "DeviceCertificate"'],
    [['--server', 'OneCertificate', '--platform', 'alibaba-iot'], '--server must be left out for --platform alibaba-iot, because it chooses the certificate of a broker, and this platform has none'],
    [['--ca', 'Acme Root'], '--ca, --server, --broker-folder and --crl apply only to a kit; choose a kit with --platform'],
    [['--broker-folder', '/etc/broker'], '--ca, --server, --broker-folder and --crl apply only to a kit; choose a kit with --platform'],
  ])('is refused if an option has no meaning: %j', async (options, message) => {
    expect(await cliError('export', '--outputs', file, '--out', out, ...options)).toBe(`error: ${message}`);
    expect(existsSync(out)).toBe(false);
  });
});

describe('a kit', () => {
  const failing = (name: string, file = outputs) => cliError('export', '--outputs', file, '--out', out, '--platform', name);

  test('is refused for an unknown platform of the export', async () => {
    expect(await failing('aws')).toBe('error: --platform must be one of alibaba-iot, emqx, hivemq, mosquitto, thingsboard, vernemq, got "aws"');
    expect(await failing('toString')).toContain('--platform must be one of');
  });

  test.each([
    ['aws-iot-core', AwsIotCaRegistration], ['azure-dps', AzureCaRegistration], ['azure-iot-hub', AzureCaRegistration],
    ['huawei-iotda', HuaweiIotdaCaRegistration], ['apsara-mqtt', ApsaraMqttCaRegistration], ['tencent-iot-hub', TencentIotHubCaRegistration],
  ])('is refused for %s, because a construct registers the CA', async (platform, construct) => {
    expect(await failing(platform)).toContain(`got "${platform}", which needs no kit: the construct ${construct.name} registers the CA there; export without --platform`);
  });

  test('is refused for a platform of the library that has neither', async () => {
    expect(await failing('cumulocity')).toContain('got "cumulocity", which has no kit; export without --platform, and upload the PEM files');
  });

  test('is refused without a certificate for the broker', async () => {
    const file = await deployed((root, ca) => ({ cas: { Root: root }, certificates: { Device: device(ca) } }));
    expect(await failing('mosquitto', file)).toBe('error: --platform mosquitto needs one TLS server certificate, got none; '
      + 'declare a ServerCertificate for the broker, and an output of it');
    expect(existsSync(out)).toBe(false);
  });

  test('is refused with certificates of two brokers', async () => {
    const file = await deployed((root, ca) => ({ cas: { Root: root }, certificates: { One: server(ca), Two: server(ca, 'Other') } }));
    expect(await failing('emqx', file)).toContain('got Iot.OneCertificate, Iot.TwoCertificate; choose one with --server');
  });

  test('is refused without the certificate of a CA', async () => {
    const file = await deployed((_, ca) => ({ certificates: { Device: device(ca) } }));
    const withoutChains = filesBelow(join(file, '..'))['outputs.json'].replace(/"DeviceCertificateChain": "[^"]*",?/, '');
    writeFileSync(file, withoutChains);
    expect(await failing('mosquitto', file)).toContain('--platform mosquitto needs the certificate of a CA, and no output holds one');
  });
});
