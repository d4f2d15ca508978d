import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CertificateOutputs, KeyAlgorithm, PrivateIotCa } from '../../src';
import { outside } from '../../src/cli/local/engine';
import { revokeCommand } from '../../src/cli/revoke-command';
import { silentProgress } from '../../src/cli/terminal';
import { findMosquitto, StartedBroker, startMosquitto } from '../support/broker-programs';
import { temporaryFolder } from '../support/cli-assembly';
import { cliError, cliOk, NO_AWS } from '../support/cli-run';
import { ListServer } from '../support/list-server';
import { connectDevice, Device } from '../support/mqtt';
import { whereInstalled } from '../support/second-opinions';

const { describe: whereMosquitto } = whereInstalled(findMosquitto() !== undefined, 'Mosquitto', 'mosquitto');

let folder: string;

const kit = (name: string) => join(folder, 'mosquitto', name);

/** The list of a CA, whose file is named after its resource. */
const list = (ca: string) => join(folder, 'crl', readdirSync(join(folder, 'crl')).find(name => name.startsWith(`Broker-${ca}`) && name.endsWith('.crl'))!);

beforeAll(async () => {
  folder = temporaryFolder();
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Broker');
  const ca = (id: string) => new PrivateIotCa(stack, id, { subject: { commonName: `${id} Root` }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  const [north, south] = [ca('North'), ca('South')];
  const device = (issuer: PrivateIotCa, commonName: string) =>
    issuer.addDeviceCertificate(commonName, { subject: { commonName }, keyAlgorithm: KeyAlgorithm.EC_P256 });
  const broker = north.addServerCertificate('Server', { subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['localhost'] } });
  new CertificateOutputs(stack, 'Outputs', {
    cas: { North: north, South: south },
    certificates: { Server: broker, North1: device(north, 'north-1'), North2: device(north, 'north-2'), South1: device(south, 'south-1') },
  });
  app.synth();
  await cliOk('local', '--app', app.outdir, '--out', folder);
});

const exportKit = (...args: string[]) => ['export', '--outputs', join(folder, 'outputs.json'), '--out', folder, '--private-keys', '--platform', 'mosquitto',
  '--broker-folder', join(folder, 'mosquitto'), ...args];

function revoke(commonName: string, reason: string): Promise<string> {
  return cliOk('revoke', '--local', folder, '--yes', '--common-name', commonName, '--reason', reason);
}

whereMosquitto('Mosquitto', () => {
  let started: StartedBroker;

  function device(name: string): Device {
    return { certificate: readFileSync(join(folder, `${name}.pem`), 'utf8'), privateKey: readFileSync(join(folder, `${name}.key.pem`), 'utf8') };
  }

  /** Whether it lets a device in. */
  async function letsIn(name: string): Promise<boolean> {
    const { returnCode, error } = await connectDevice({ port: started.port, ca: readFileSync(join(folder, 'north.pem'), 'utf8') }, device(name));
    expect([returnCode, error]).toEqual(error === undefined ? [0, undefined] : [undefined, expect.stringMatching(/CERTIFICATE_(REVOKED|EXPIRED)|_ALERT_/)]);
    return returnCode === 0;
  }

  /** Puts lists in place while it runs, and makes it read them. */
  async function replaceLists(): Promise<void> {
    const next = kit('revoked.pem.next');
    writeFileSync(next, ['North', 'South'].map(ca => readFileSync(`${list(ca)}.pem`, 'utf8')).join(''));
    renameSync(next, kit('revoked.pem'));
    const from = started.program.log.length;
    started.program.signal('SIGHUP');
    await started.program.says(/Reloading config/, from);
  }

  beforeAll(async () => {
    await revoke('north-1', 'keyCompromise');
    await revoke('south-1', 'certificateHold');
    await cliOk(...exportKit('--crl', list('North'), '--crl', list('South')));
    started = await startMosquitto(join(folder, 'mosquitto'));
  });
  afterAll(() => started?.program.stop());

  test('refuses a revoked device of either CA, and lets the others in', async () => {
    expect([await letsIn('north1'), await letsIn('north2'), await letsIn('south1')]).toEqual([false, true, false]);
  });

  test('lets a device in again when its hold has ended', async () => {
    await revoke('south-1', 'removeFromCRL');
    await replaceLists();
    expect([await letsIn('north1'), await letsIn('north2'), await letsIn('south1')]).toEqual([false, true, true]);
  });

  test('learns of a hold and of its end from `crl fetch`, which fetches the published lists and makes it read them', async () => {
    const server = new ListServer();
    await server.start();
    const fetchLists = async (): Promise<void> => {
      const urls = ['North', 'South'].flatMap(ca => ['--url', server.publish(`/${ca}.crl`, readFileSync(list(ca)))]);
      const from = started.program.log.length;
      await cliOk('crl', 'fetch', ...urls, '--ca', join(folder, 'north.pem'), '--ca', join(folder, 'south.pem'), '--out', kit('revoked.pem'),
        '--run', `kill -HUP ${started.program.pid}`);
      await started.program.says(/Reloading config/, from);
    };
    try {
      await revoke('north-2', 'certificateHold');
      expect(await letsIn('north2')).toBe(true);
      await fetchLists();
      expect([await letsIn('north2'), await letsIn('south1')]).toEqual([false, true]);
      await revoke('north-2', 'removeFromCRL');
      await fetchLists();
      expect(await letsIn('north2')).toBe(true);
    } finally {
      await server.stop();
    }
  });

  test('refuses every device of a CA whose list is out of date, which is why the kit does not take such a list', async () => {
    const weekAgo = new Date(Date.now() - 8 * 86_400_000);
    const good = [list('North'), `${list('North')}.pem`].map(path => [path, readFileSync(path)] as const);
    await revokeCommand({ local: folder, reason: 'superseded', commonName: ['south-1'], yes: true }, {
      print: () => undefined, warn: () => undefined, progress: silentProgress,
    }, NO_AWS, { ...outside, clock: () => weekAgo });
    good.forEach(([path, content]) => writeFileSync(path, content));
    expect(await cliError(...exportKit('--crl', list('North'), '--crl', list('South'))))
      .toMatch(/--crl: .*Broker-South\w+\.crl must be up to date, and it was to be replaced by .*: a broker can refuse all devices of South Root then$/);
    await replaceLists();
    expect([await letsIn('north2'), await letsIn('south1')]).toEqual([true, false]);
    expect(started.program.log).toMatch(/certificate verify failed|CRL has expired/);
  });
});

describe('the kit', () => {
  beforeAll(() => mkdirSync(join(folder, 'mosquitto'), { recursive: true }));

  test('is refused without the list of a CA, because the broker would refuse all its devices', async () => {
    await revoke('north-2', 'certificateHold');
    expect(await cliError(...exportKit('--crl', list('North'))))
      .toMatch(/--crl must name a revocation list of each CA in the kit, got none of South Root: without it, a broker refuses all its devices, or none of them$/);
  });

  test('is refused with a list of a CA that is not in it', async () => {
    expect(await cliError(...exportKit('--ca', 'South Root', '--crl', list('North')))).toMatch(/no CA there has signed it; choose the CAs with --ca$/);
  });

  test('is refused with a file that holds no list', async () => {
    expect(await cliError(...exportKit('--crl', join(folder, 'outputs.json')))).toMatch(/--crl: .*outputs\.json must hold a certificate revocation list, and holds none$/);
  });

  test('is refused with a list for a broker that does not check revocation', async () => {
    const args = ['export', '--outputs', join(folder, 'outputs.json'), '--out', folder, '--platform', 'thingsboard', '--crl', list('North')];
    expect(await cliError(...args))
      .toMatch(/--crl must be left out for --platform thingsboard, which does not check revocation; it is for emqx, hivemq, mosquitto, vernemq$/);
  });

  test('is refused with a revoked CA or a revoked broker, which Mosquitto would not notice', async () => {
    await revoke('broker', 'superseded');
    expect(await cliError(...exportKit('--crl', list('North'), '--crl', list('South'))))
      .toMatch(/--crl: broker must not be in the kit, because it is revoked according to .*Broker-North\w+\.crl;/);
  });

  test('is refused without lists if it had some before, because the broker would no longer check', async () => {
    writeFileSync(kit('revoked.pem'), readFileSync(`${list('North')}.pem`));
    expect(await cliError(...exportKit())).toMatch(/--crl must be given, because .*mosquitto makes a broker check revocation lists, and would no longer do so; to turn/);
  });

  test('gets new lists only if there is a kit', async () => {
    expect(await cliError('export', '--outputs', join(folder, 'outputs.json'), '--out', folder, '--crl', list('North'))).toMatch(/apply only to a kit/);
  });
});
