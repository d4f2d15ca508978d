import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportCommand } from '../../../src/cli/export-command';
import { silentProgress } from '../../../src/cli/terminal';
import { toPem } from '../../../src/pki/pem';
import { NOW, TestCa, testCa, testCertificate } from '../../pki/fixtures';
import { testCrl } from '../../pki/revocation/fixtures';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { filesBelow } from '../../support/cli-run';

const URL = 'http://crl.example.com/1-of-1.crl';

let folder: string;
let ca: TestCa;
let published: string;
let plain: string;

/** Writes an outputs file with a device whose certificate names these URLs. */
async function outputs(urls?: readonly string[]): Promise<void> {
  const extensions = urls && { crlDistributionPoints: urls };
  const pem = (der: Buffer): string => toPem('CERTIFICATE', der);
  writeJson(join(folder, 'outputs.json'), {
    Iot: {
      CaCertificate: pem(ca.certificate),
      ServerCertificate: pem(await testCertificate(ca.issuer, {
        profile: 'server', subject: { commonName: 'broker' }, extensions: { subjectAlternativeNames: { dns: ['broker'] } },
      })),
      DeviceCertificate: pem(await testCertificate(ca.issuer, { subject: { commonName: 'sensor-001' }, extensions })),
    },
  });
}

beforeAll(async () => {
  ca = await testCa();
});

beforeEach(async () => {
  folder = temporaryFolder();
  published = join(folder, 'published.crl');
  plain = join(folder, 'plain.crl');
  writeFileSync(published, await testCrl(ca, { distributionPoint: [URL], revoked: [] }));
  writeFileSync(plain, await testCrl(ca, { revoked: [] }));
  await outputs([URL]);
});

interface Exported {
  readonly files: { [name: string]: string };
  readonly stderr: string;
}

/** Exports a kit, and answers its files and the notes. */
async function exported(platform: string, ...crl: readonly string[]): Promise<Exported> {
  let stderr = '';
  const terminal = { progress: silentProgress, print: () => undefined, warn: (text: string) => { stderr += text; } };
  await exportCommand({ outputs: join(folder, 'outputs.json'), out: folder, platform, ...crl.length > 0 && { crl } }, terminal, NOW);
  return { files: filesBelow(join(folder, platform)), stderr };
}

describe('EMQX', () => {
  test('fetches published lists itself: the kit turns the check on, has no file with lists, and says where they must be', async () => {
    const { files, stderr } = await exported('emqx', published);
    expect(files['emqx.conf']).toMatch(/^ {4}fail_if_no_peer_cert = true\n( {4}# .*\n)+ {4}enable_crl_check = true\n {2}\}$/m);
    expect(Object.keys(files)).toEqual(['ca-bundle.pem', 'emqx.conf', 'server.pem']);
    expect(stderr).toBe('note: emqx reads no file of lists, and fetches each list from the URL in the certificate of a device (crlDistributionPoints); '
      + `keep a valid list at ${URL}\n`);
  });

  test('without --crl is left as it is', async () => {
    expect((await exported('emqx')).files['emqx.conf']).not.toContain('crl');
  });

  test('that checks revocation does not stop doing so because --crl was forgotten', async () => {
    await exported('emqx', published);
    await expect(exported('emqx')).rejects.toThrow(/--crl must be given, because .*emqx makes a broker check revocation lists, .*remove .*emqx\.conf$/);
  });

  test('takes no list without an issuingDistributionPoint', async () => {
    await expect(exported('emqx', plain)).rejects.toThrow(/--crl: .*plain\.crl must have an issuingDistributionPoint with its URL: emqx takes no other list/);
  });

  test.each([
    ['names no URL', undefined], ['names another URL', ['http://crl.example.com/other.crl']],
  ])('would refuse a device whose certificate %s', async (_, urls) => {
    await outputs(urls);
    await expect(exported('emqx', published)).rejects
      .toThrow(/--crl: the certificate of sensor-001 must name the URL of a list of Acme IoT Root CA, because emqx refuses it otherwise; declare crlDistributionPoints/);
  });
});

describe('HiveMQ', () => {
  test('leaves the check to Java: the configuration and a note say how it is turned on', async () => {
    const { files, stderr } = await exported('hivemq', published);
    expect(files['config.xml']).toContain('  JAVA_OPTS=\'-Dcom.sun.net.ssl.checkRevocation=true -Dcom.sun.security.enableCRLDP=true\'\n');
    expect(files['config.xml'].match(/<!--[^]*?-->/g)!.filter(comment => comment.slice(4, -3).includes('--'))).toEqual([]); // XML has no comment with --
    expect(stderr).toMatch(/; start HiveMQ with JAVA_OPTS='-Dcom\.sun\.net\.ssl\.checkRevocation=true -Dcom\.sun\.security\.enableCRLDP=true', or it checks nothing\n$/);
    expect(Object.keys(files)).not.toContain('revoked.pem');
  });

  test('takes lists of all certificates, too, but no device without a URL', async () => {
    expect((await exported('hivemq', plain)).files['config.xml']).toContain('checkRevocation');
    await outputs();
    await expect(exported('hivemq', plain)).rejects.toThrow(/the certificate of sensor-001 must name the URL of a list/);
  });
});

test.each([['mosquitto', '--run \'systemctl reload mosquitto\''], ['vernemq', '--out /etc/vernemq/revoked.pem']])('the kit for %s says how the file stays fresh', async (name, says) => {
  const { files } = await exported(name, plain);
  const [command] = /^# {3}(private-iot-ca crl fetch --watch .*)$/m.exec(files[`${name}.conf`])!.slice(1);
  expect(command).toContain(says);
  expect(files['revoked.pem']).toBe(toPem('X509 CRL', readFileSync(plain)));
  await expect(exported(name, published)).rejects.toThrow(/is about those with the distribution point http:\/\/crl\.example\.com\/1-of-1\.crl: a broker that reads a file needs the list that is published as complete\.pem or complete\.crl \(completeListPemUrl, completeListUrl\)$/);
});
