import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { DeviceCertificateFleet, DeviceCertificateFleetProps, FleetManifest, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli } from '../../support/cli-run';
import { synthesized } from '../../support/synthesized';

const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };

let folder: string;
let out: string;

beforeEach(() => {
  folder = temporaryFolder();
  out = join(folder, 'out');
});

function manifest(...devices: string[]): FleetManifest {
  const path = join(folder, `${devices.join('-')}.csv`);
  writeFileSync(path, `deviceId,certificateSigningRequest\n${devices.map(device => `${device},\n`).join('')}`);
  return FleetManifest.fromAsset(path);
}

function app(props: Partial<DeviceCertificateFleetProps> = {}, generation = 1, hasFleet = true): string {
  return synthesized((root: App) => {
    const stack = new Stack(root, 'Iot');
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' }, ...P256, generation });
    if (hasFleet) {
      new DeviceCertificateFleet(stack, 'Sensors', { ca, manifest: manifest('sensor-1'), ...P256, ...props });
    }
  });
}

async function deploy(): Promise<void> {
  expect(await cli('local', '--app', app(), '--out', out)).toMatchObject({ code: 0 });
}

async function ofFleet(assembly: string): Promise<{ readonly code: number; readonly outcome: string; readonly reasons: string[] }> {
  const { code, stdout } = await cli('diff', '--app', assembly, '--local', out, '--json');
  const { outcome, reasons } = JSON.parse(stdout).stacks[0].certificates.find(({ resource }: { resource: string }) => resource === 'Sensors');
  return { code, outcome, reasons };
}

describe('private-iot-ca diff says of a fleet', () => {
  test('that a run issues for its devices before it is deployed, and nothing afterwards', async () => {
    const first = await cli('diff', '--app', app(), '--local', out);
    expect(first).toMatchObject({ code: 3, stdout: expect.stringMatching(/Sensors +issue +\(those of its devices\) +a run issues for the devices of its manifest\n/) });
    await deploy();
    expect(await ofFleet(app())).toEqual({ code: 0, outcome: 'none', reasons: [] });
  });

  test('which properties of its declaration replace the certificates of all devices, with both values', async () => {
    await deploy();
    expect(await ofFleet(app({ subject: { organization: 'Acme' }, generation: 2 }))).toEqual({
      code: 3,
      outcome: 'replace',
      reasons: ['the next run replaces the certificates of all devices', expect.stringMatching(/^subject.* → "Acme"|^subject: none → /), 'generation: "1" → "2"'],
    });
  });

  test('that another CA replaces the certificates of all devices', async () => {
    await deploy();
    expect(await ofFleet(app({}, 2))).toMatchObject({ code: expect.any(Number), outcome: expect.stringMatching(/replace|unknown/) });
  });

  test('that the certificates stay if only the way of its runs changes, and if it is removed', async () => {
    await deploy();
    expect(await ofFleet(app({ runOnDeploy: false }))).toEqual({ code: 3, outcome: 'change', reasons: ['runOnDeploy'] });
    expect(await ofFleet(app({}, 1, false))).toEqual({ code: 3, outcome: 'keep', reasons: ['its devices keep their certificates'] });
  });
});
