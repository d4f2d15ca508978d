import { Counts } from './counts';
import { startPlatform } from './engine/history';
import { CALL_FAULTS } from './faults';
import { runHistories } from './histories';
import { disturbEverywhere, faults, lastingFaults, LONG_PAUSES, PAUSES } from './runs';
import { SCENARIOS } from './scenarios';

/** The night has time for everything: `npx projen driver`. */
const IS_FULL = process.env.DRIVER_FULL === 'true';
const SEED = Number(process.env.DRIVER_SEED ?? 1);
const HISTORIES = Number(process.env.DRIVER_HISTORIES ?? 200);
const SCENARIOS_OF_RUN = SCENARIOS.filter(({ isMain }) => isMain || IS_FULL);

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
  await holds('faults', counts => disturbEverywhere(platform, SCENARIOS_OF_RUN, disturbances, counts));
});

test('a delivery that is held at any call and overtaken changes nothing any more when it goes on', async () => {
  await holds('pauses', counts => disturbEverywhere(platform, SCENARIOS_OF_RUN, IS_FULL ? [...PAUSES, ...LONG_PAUSES] : PAUSES, counts));
});

test('random operations, faults, pauses and late second deliveries leave a stack with exactly what it declares', async () => {
  const seeds = Array.from({ length: HISTORIES }, (_, index) => SEED + index);
  await holds(`histories from DRIVER_SEED=${SEED} on`, counts => runHistories(platform, seeds, counts));
});
