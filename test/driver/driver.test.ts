import { Counts } from './counts';
import { startPlatform } from './engine/history';
import { CALL_FAULTS } from './faults';
import { runHistories } from './histories';
import { disturbEverywhere, faults, lastingFaults, LONG_PAUSES, PAUSES } from './runs';
import { SCENARIOS } from './scenarios';
import { seedOf } from '../support/seed';

/** The night has time for everything: `npx projen driver`. */
const IS_FULL = process.env.DRIVER_FULL === 'true';
const SEED = seedOf('DRIVER_SEED');
const HISTORIES = Number(process.env.DRIVER_HISTORIES ?? 200);
const FAULTY = SCENARIOS.filter(({ isMain }) => isMain || IS_FULL);
/** Every delivery that is held means another one, so that the longest scenarios are left to the night. */
const PAUSED = FAULTY.filter(({ name }) => IS_FULL || !/bundles|subordinate/.test(name));

jest.setTimeout(6 * 3_600_000);

let platform: Awaited<ReturnType<typeof startPlatform>>;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform?.stop());

async function holds(what: string, run: (counts: Counts) => Promise<void>): Promise<void> {
  const counts = new Counts();
  await run(counts);
  process.stdout.write(`${what}: ${counts.line}\n`);
  if (counts.failures.length > 0) {
    throw new Error(`${counts.failures.length} histories went wrong\n\n${counts.report}`);
  }
}

test('a fault at any call of any request leaves nothing behind, loses nothing, and makes nothing twice', async () => {
  const disturbances = IS_FULL ? [...faults(CALL_FAULTS), ...lastingFaults(['refused', 'lost', 'diesAfter'])] : faults(['refused', 'lost']);
  await holds('faults', counts => disturbEverywhere(platform, FAULTY, disturbances, counts, IS_FULL));
});

test('a failed update that is left so has the key that it had, whichever right is missing', async () => {
  const scenarios = SCENARIOS.filter(({ name }) => name.includes('is left so'));
  await holds('missing rights', counts => disturbEverywhere(platform, scenarios, faults(['denied']), counts));
});

test('a certificate that is asked for again weeks after its request had died is as long valid as it is declared', async () => {
  const scenarios = SCENARIOS.filter(({ name }) => /^a device (is created|becomes another one)$/.test(name));
  await holds('requests that die', counts => disturbEverywhere(platform, scenarios, lastingFaults(['diesAfter']), counts));
});

test('a delivery that is held at any call and overtaken changes nothing any more when it goes on', async () => {
  await holds('pauses', counts => disturbEverywhere(platform, PAUSED, IS_FULL ? [...PAUSES, ...LONG_PAUSES] : PAUSES, counts, IS_FULL));
});

test('random operations, faults, pauses and late second deliveries leave a stack with exactly what it declares', async () => {
  const seeds = Array.from({ length: HISTORIES }, (_, index) => SEED + index);
  await holds(`histories from DRIVER_SEED=${SEED} on`, counts => runHistories(platform, seeds, counts));
});
