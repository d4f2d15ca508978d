import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findMosquitto, startEmbeddedBroker, startMosquitto } from '../support/broker-programs';
import { temporaryFolder } from '../support/cli-assembly';
import { connectDevice } from '../support/mqtt';

const ROOT = resolve(__dirname, '..', '..');
const CLI = join(ROOT, 'assets', 'cli', 'private-iot-ca.js');

test('the example goes from the app to a broker that lets in its device, and no client without a certificate', async () => {
  const folder = temporaryFolder();
  const run = (args: string[], environment = {}) => execFileSync(process.execPath, args, {
    cwd: folder, encoding: 'utf8', env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  run([require.resolve('tsx/cli'), '--tsconfig', join(ROOT, 'examples', 'tsconfig.json'), join(ROOT, 'examples', 'mosquitto', 'app.ts')],
    { CDK_OUTDIR: join(folder, 'cdk.out') });
  run([CLI, 'local']);
  run([CLI, 'export', '--outputs', 'local-out/outputs.json', '--out', 'local-out', '--platform', 'mosquitto', '--private-keys',
    '--broker-folder', join(folder, 'local-out', 'mosquitto')]);

  const file = (name: string) => readFileSync(join(folder, 'local-out', name), 'utf8');
  const start = findMosquitto() ? startMosquitto : startEmbeddedBroker;
  const { program, port } = await start(join(folder, 'local-out', 'mosquitto'));
  try {
    const broker = { port, ca: file('ca.pem') };
    expect(await connectDevice(broker, { certificate: file('device.pem'), privateKey: file('device.key.pem') })).toEqual({ returnCode: 0 });
    await program.says(/device-under-test.*sensor-001/);
    expect((await connectDevice(broker, {})).returnCode).toBeUndefined();
  } finally {
    await program.stop();
  }
}, 60_000);
