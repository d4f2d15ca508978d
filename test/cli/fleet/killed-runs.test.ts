import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerEntry } from '../../../src/issuing/ledger/ledger';
import { readJson } from '../../support/cli-run';
import { fleetResource, jsonLines, LocalFleet, resultOf } from '../../support/local-fleet';
import { temporaryFiles, openssl } from '../../support/openssl';

jest.setTimeout(600_000);

const NUMBER = 20_000;
const file = temporaryFiles();

/** Starts a run, kills it at once when a condition holds, and returns whether it was still at work. */
async function killWhen(fleet: LocalFleet, args: string[], isTime: () => boolean): Promise<boolean> {
  const child = fleet.start(...args);
  const end = resultOf(child);
  while (!isTime() && child.exitCode === null) {
    await sleep(5);
  }
  const wasAtWork = child.kill('SIGKILL');
  await end;
  return wasAtWork && child.signalCode === 'SIGKILL';
}

/** A run of 3,000 devices that was killed after its first results. */
async function stoppedRun(): Promise<{ readonly fleet: LocalFleet; readonly run: string[]; readonly folder: string }> {
  const fleet = await LocalFleet.deploy(fleetResource());
  const run = ['run', '--manifest', fleet.manifest(fleet.rows(3_000))];
  const folder = join(fleet.out, 'fleets', 'Iot.Sensors', '1');
  const results = join(folder, 'results.jsonl');
  expect(await killWhen(fleet, run, () => existsSync(results) && statSync(results).size > 0)).toBe(true);
  return { fleet, run, folder };
}

test('a run of 20,000 devices that is killed again and again gives each device one certificate, and loses none', async () => {
  const fleet = await LocalFleet.deploy(fleetResource());
  const manifest = fleet.manifest(fleet.rows(NUMBER));
  const run = ['run', '--manifest', manifest];
  const folder = join(fleet.out, 'fleets', 'Iot.Sensors', '1');
  const sizeOf = (path: string): number => existsSync(path) ? statSync(path).size : 0;
  const ledger = join(fleet.out, 'ledgers', readLedgerName(fleet));
  const results = join(folder, 'results.jsonl');
  const before = { ledger: 0 };
  const grownBy = (octets: number) => (): boolean => sizeOf(ledger) > before.ledger + octets;

  expect(await killWhen(fleet, run, () => sizeOf(join(folder, 'plan.jsonl')) > 100_000)).toBe(true); // while the manifest is checked
  expect(existsSync(join(folder, 'run.json'))).toBe(false);
  for (const octets of [1, 3_000_000, 5_000_000]) { // in the first batch, and later
    before.ledger = sizeOf(ledger);
    expect(await killWhen(fleet, run, grownBy(octets))).toBe(true);
    expect(await fleet.fleet('status')).toMatchObject({ stdout: expect.stringMatching(/run 1 of the fleet Iot\/Sensors: stopped at [\d,]+ of 20000 rows/) });
  }
  expect(await killWhen(fleet, run, () => sizeOf(results) > 0 && sizeOf(ledger) > 18_000_000)).toBe(true);

  const last = await fleet.fleet(...run);
  expect(last).toMatchObject({ code: 0, stderr: expect.stringContaining('note: continues run 1, which was stopped') });
  expect(last.stdout).toContain(`${NUMBER} rows: 20,000 issued\n`);
  expect(fleet.results(1).map(({ deviceId, outcome }) => [deviceId, outcome])).toEqual(fleet.rows(NUMBER).map(({ deviceId }) => [deviceId, 'issued']));
  const entries = jsonLines<LedgerEntry>(ledger).filter(({ identity }) => identity !== undefined);
  expect(entries).toHaveLength(NUMBER);
  expect(new Set(entries.map(({ deviceId }) => deviceId)).size).toBe(NUMBER);
  const numbers = new Map(entries.map(({ deviceId, serialNumber }) => [deviceId, serialNumber]));
  expect(new Set(numbers.values()).size).toBe(NUMBER);
  expect(fleet.results(1).every(({ deviceId, serialNumber }) => numbers.get(deviceId) === serialNumber)).toBe(true);
  const pem = readFileSync(join(folder, 'certificates.pem'), 'utf8');
  expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(NUMBER);
  const ca = file('ca.pem', readJson(join(fleet.out, 'outputs.json')).Iot.CaCertificate);
  const sample = fleet.results(1).filter((_, index) => index % 999 === 0).map(({ certificatePem }, index) => file(`${index}.pem`, certificatePem));
  expect(openssl(['verify', '-x509_strict', '-CAfile', ca, ...sample])).toMatchObject({ status: 0, stdout: sample.map(path => `${path}: OK\n`).join('') });
  expect(existsSync(join(folder, 'plan.jsonl'))).toBe(false);
});

test('a new run begins where a stopped one had another manifest, and issues only for what is left', async () => {
  const { fleet, run } = await stoppedRun();
  fleet.manifest(fleet.rows(3_001));
  const { code, stdout, stderr } = await fleet.fleet(...run);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('continues run')]);
  const [, issued, unchanged] = /3001 rows: ([\d,]+) issued, ([\d,]+) unchanged/.exec(stdout)!.map(text => Number(text.replaceAll(',', '')));
  expect(issued + unchanged).toBe(3_001);
  expect(unchanged).toBeGreaterThan(0);
});

test('a stopped run whose plan was cut off is not continued: a new one begins, and takes what was issued', async () => {
  const { fleet, run, folder } = await stoppedRun();
  truncateSync(join(folder, 'plan.jsonl'), 10_000);
  const { code, stdout } = await fleet.fleet(...run);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/run 2 of the fleet Iot\/Sensors: 3000 rows: ([\d,]+ issued, )?[\d,]+ unchanged/)]);
  expect(new Set(fleet.results(2).map(({ deviceId }) => deviceId)).size).toBe(3_000);
});

/** The name of the file with the certificates of the fleet, which does not exist yet. */
function readLedgerName({ out }: LocalFleet): string {
  return `${Object.keys(readJson(join(out, 'state.json')).ledgers)[0]}.jsonl`;
}
