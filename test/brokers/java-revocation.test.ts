import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { validityFrom } from '../../src/pki/validity';
import { TestCa, testCa, testCertificate } from '../pki/fixtures';
import { REVOKED, testCrl } from '../pki/revocation/fixtures';
import { ListServer } from '../support/list-server';
import { temporaryFiles } from '../support/openssl';
import { whereInstalled } from '../support/second-opinions';

const { describe: whereJava } = whereInstalled(spawnSync('javac', ['-version']).status === 0, 'javac', 'default-jdk-headless');

const HOUR = 3_600_000;
const file = temporaryFiles();
const server = new ListServer();

/** The properties of Java that the kit for HiveMQ names. */
const CHECKED = ['-Dcom.sun.net.ssl.checkRevocation=true', '-Dcom.sun.security.enableCRLDP=true'];

/** HiveMQ itself is not at hand: what decides over its clients is the default trust manager of Java. */
whereJava('Java as the TLS server of HiveMQ sets it up', () => {
  let ca: TestCa;
  let url: string;
  let files: string[];

  beforeAll(async () => {
    await server.start();
    url = server.url('/ca.crl');
    // Java checks clients at the present time.
    const validity = validityFrom(new Date(Date.now() - HOUR), PROFILES.ca, 30, undefined, false);
    ca = await testCa({ validity });
    const ofDevice = validityFrom(new Date(Date.now() - HOUR), PROFILES.device, 10, ca.issuer.validity, false);
    const device = async (name: string, serialNumber: string, urls?: readonly string[]) => file(`${name}.pem`, toPem('CERTIFICATE',
      await testCertificate(ca.issuer, { serialNumber, validity: ofDevice, extensions: urls && { crlDistributionPoints: urls } })));
    files = [
      file('ca.pem', toPem('CERTIFICATE', ca.certificate)),
      await device('revoked', REVOKED[1].serialNumber, [url]), await device('good', `4B${'0'.repeat(36)}01`, [url]), await device('nameless', `4B${'0'.repeat(36)}02`),
    ];
  });

  afterAll(() => server.stop());

  async function verdicts(options: readonly string[], hours: number): Promise<string[]> {
    const times = { thisUpdate: new Date(Date.now() - 2 * HOUR), nextUpdate: new Date(Date.now() + hours * HOUR) };
    server.publish('/ca.crl', await testCrl(ca, { ...times, distributionPoint: [url] }));
    const java = spawn('java', ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...options, join(__dirname, '../support/verifiers/TrustClients.java'), ...files]);
    const [stdout, stderr] = await Promise.all([text(java.stdout), text(java.stderr)]);
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  }

  test('checks no revocation by itself', async () => {
    expect(await verdicts([], 1)).toEqual(['good', 'good', 'good']);
  });

  test('with the properties of the kit refuses revoked devices, and devices whose certificate names no list', async () => {
    expect(await verdicts(CHECKED, 1)).toEqual(['revoked', 'good', expect.stringMatching(/^refused: .*revocation status/)]);
  });

  test('with these properties refuses all devices once the list is out of date', async () => {
    expect(await verdicts(CHECKED, -1)).toEqual([1, 2, 3].map(() => expect.stringMatching(/^(refused|revoked)/)));
  });
});
