import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Disk, localDisk } from '../../../src/cli/disk';
import { outside } from '../../../src/cli/local/engine';
import { runLocally } from '../../../src/cli/local/run';
import { StateStore } from '../../../src/cli/local/state-store';
import { silentProgress } from '../../../src/cli/terminal';
import { temporaryFolder, writeAssembly } from '../../support/cli-assembly';
import { caIdIn, filesBelow, readJson } from '../../support/cli-run';
import { iotTemplate, IotTemplateProps } from '../../support/cli-templates';
import { MortalDisk } from '../../support/mortal-disk';

async function deploy(out: string, props: IotTemplateProps, disk: Disk = localDisk): Promise<boolean> {
  const app = writeAssembly(temporaryFolder(), { Iot: { template: iotTemplate(props) } });
  const run = { app, out, parameters: [], secrets: [], stacks: [], progress: silentProgress, onStack: () => undefined };
  return (await runLocally(run, { ...outside, disk })).changed;
}

interface Found {
  readonly outputs?: { readonly [key: string]: string };
  readonly entries: { readonly [serial: string]: { identity: string; status: string } };
  readonly latest: { readonly [identity: string]: string };
  readonly keys: { readonly [path: string]: string };
}

function look(out: string): Found {
  const files = filesBelow(out);
  const [ledger] = Object.values(StateStore.open(out, localDisk).state.ledgers);
  return {
    outputs: files['outputs.json'] ? JSON.parse(files['outputs.json']).Iot : undefined,
    entries: ledger?.entries ?? {},
    latest: ledger?.latest ?? {},
    keys: Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('keys/') && path.endsWith('.pem'))),
  };
}

/**
 * Kills a run after each of its writes and removals, and looks at what another run makes of it.
 *
 * @param afterwards is told what stood at the kill and what stands after another run, for each place
 * @returns in how many places it was killed
 */
async function killEverywhere(
  begin: (out: string) => void, killed: IotTemplateProps, last: IotTemplateProps | ((out: string) => IotTemplateProps),
  afterwards: (atKill: Found, after: Found) => void,
): Promise<number> {
  for (let operations = 0; ; operations++) {
    const out = join(temporaryFolder(), 'out');
    begin(out);
    const survived = await deploy(out, killed, new MortalDisk(operations)).then(() => true, () => false);
    if (survived) {
      return operations;
    }
    const atKill = look(out);
    const next = typeof last === 'function' ? last(out) : last;
    await deploy(out, next);
    afterwards(atKill, look(out));
    expect(await deploy(out, next)).toBe(false);
  }
}

describe('a run that is killed at any write', () => {
  const FIRST: IotTemplateProps = { devices: ['a', 'b'] };

  test('of a first deployment is finished by the next one, with the same serial numbers and keys', async () => {
    const places = await killEverywhere(() => undefined, FIRST, FIRST, (atKill, after) => {
      expect(after.latest).toMatchObject(atKill.latest);
      expect(after.keys).toMatchObject(atKill.keys);
      expect(Object.values(after.entries).map(({ status }) => status)).toEqual(['ISSUED', 'ISSUED', 'ISSUED', 'ISSUED']);
      expect(Object.keys(after.keys)).toHaveLength(3);
      expect(Object.keys(after.outputs!)).toContain('Device1CertificateChain');
    });
    expect(places).toBeGreaterThan(12); // each certificate is reserved, issued and recorded, and three have keys
  });

  test('of a change is finished by the next one: nothing is issued twice, and what was replaced is gone', async () => {
    const base = join(temporaryFolder(), 'base');
    await deploy(base, FIRST);
    const changed: IotTemplateProps = { devices: ['a2'], caGeneration: 2, replaces: caIdIn(base) };
    const before = look(base);
    await killEverywhere(out => cpSync(base, out, { recursive: true }), changed, changed, (atKill, after) => {
      expect(after.latest).toMatchObject(atKill.latest);
      const statuses = Object.values(after.entries).map(({ status }) => status).sort();
      expect(statuses).toEqual(['ISSUED', 'ISSUED', 'ISSUED', 'WITHDRAWN', 'WITHDRAWN', 'WITHDRAWN', 'WITHDRAWN']);
      expect(Object.keys(before.entries).map(serial => after.entries[serial].status)).toEqual(Array(4).fill('WITHDRAWN'));
      const withKey = Object.keys(after.keys).map(path => path.split('/')[1].slice(0, -7)).sort();
      expect(withKey).toEqual(['Iot-CaKey', 'Iot-CaKey', 'Iot-Device0Key']);
    });
  });

  test('of a change can be taken back: the CA has its old bytes again', async () => {
    const base = join(temporaryFolder(), 'base');
    await deploy(base, FIRST);
    const before = look(base);
    const [changed, back] = [{ ...FIRST, caGeneration: 2, replaces: caIdIn(base) }, (out: string) => ({ ...FIRST, replaces: caIdIn(out) })];
    await killEverywhere(out => cpSync(base, out, { recursive: true }), changed, back, (_, after) => {
      expect(after.outputs!.CaCertificate).toBe(before.outputs!.CaCertificate);
      expect(after.keys).toMatchObject(Object.fromEntries(Object.entries(before.keys).filter(([path]) => path.includes('CaKey'))));
      expect(Object.values(after.entries).filter(({ status }) => status === 'ISSUED')).toHaveLength(4);
      expect(Object.values(after.entries).filter(({ status }) => status === 'RESERVED')).toHaveLength(0);
    });
  });

  test('of a change that fails leaves a state in which the old certificates can be had again to the byte', async () => {
    const base = join(temporaryFolder(), 'base');
    await deploy(base, FIRST);
    const failing: IotTemplateProps = { ...FIRST, caGeneration: 2, replaces: caIdIn(base), deviceDays: 5000 };
    for (let operations = 0; operations <= 12; operations++) {
      const out = join(temporaryFolder(), 'out');
      cpSync(base, out, { recursive: true });
      await expect(deploy(out, failing, new MortalDisk(operations))).rejects.toThrow();
      await deploy(out, FIRST);
      expect(look(out).outputs).toEqual(look(base).outputs);
      expect(readdirSync(out).sort()).toEqual(['keys', 'outputs.json', 'state.json']);
      expect(readJson(join(out, 'state.json')).stacks).toEqual(readJson(join(base, 'state.json')).stacks);
    }
  });
});
