import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled, run } from './measure';
import { median } from './rates';
import { Measured } from './results';

/** How often a fleet of each size is issued: a small one is soon disturbed by something else, a large one takes its time. */
const ROUNDS: readonly (readonly [certificates: number, rounds: number])[] = [[1_000, 7], [10_000, 7], [100_000, 3], [1_000_000, 1]];

const MEGABYTES_AT_MOST = 200;

/** What a certificate of a million may cost, as a multiple of what it costs among ten thousand. */
const GROWTH_AT_MOST = 1.1;

/** The command line that issues a fleet on this machine: a program for Node.js with its arguments for a manifest and an empty folder. */
const fleetRun = (manifest: string, folder: string): readonly [program: string, ...args: string[]] => [bundled('fleet'), manifest, folder];

/** What a process has needed. */
interface Usage {
  /** The time on all processors, in milliseconds. */
  readonly processor: number;
  /** The peak of its memory, in MB. */
  readonly megabytes: number;
}

/** Memory, and processor time a certificate, of fleets on this machine, of 1,000 to 1,000,000 devices. */
export async function fleets(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'fleets-'));
  const usages = new Map(ROUNDS.map(([certificates]) => [certificates, [] as Usage[]]));
  try {
    for (let round = 0; round < Math.max(...ROUNDS.map(([, rounds]) => rounds)); round++) {
      for (const [certificates] of ROUNDS.filter(([, rounds]) => round < rounds)) {
        usages.get(certificates)!.push(await usageOf(certificates, mkdtempSync(join(folder, 'fleet-'))));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const sizes = ROUNDS.map(([certificates]) => ({
    certificates,
    megabytes: median(usages.get(certificates)!.map(({ megabytes }) => megabytes)),
    cost: median(usages.get(certificates)!.map(({ processor }) => processor / certificates)),
  }));
  const { cost: usual } = sizes.find(({ certificates }) => certificates === 10_000)!;
  const million = sizes.at(-1)!;
  return {
    rows: [
      { name: 'fleet of 1,000,000: peak memory', value: million.megabytes, unit: 'MB', atMost: MEGABYTES_AT_MOST },
      { name: 'fleet of 1,000,000: time a certificate, of that in a fleet of 10,000', value: million.cost / usual, unit: 'times', atMost: GROWTH_AT_MOST },
    ],
    points: sizes.flatMap(({ certificates: x, megabytes, cost }) => [
      { plot: 'memory' as const, x, series: 'fleet', value: megabytes },
      { plot: 'cost' as const, x, series: 'fleet', value: cost / usual },
    ]),
  };
}

async function usageOf(certificates: number, folder: string): Promise<Usage> {
  const manifest = join(folder, 'manifest.csv');
  const file = await open(manifest, 'w');
  await file.write('deviceId\n');
  for (let first = 0; first < certificates; first += 1_000) {
    await file.write(Array.from({ length: Math.min(1_000, certificates - first) }, (_, n) => `device-${first + n}\n`).join(''));
  }
  await file.close();
  const usage = join(folder, 'usage.json');
  const [program, ...args] = fleetRun(manifest, folder);
  run(program, args, ['--require', bundled('usage')], { USAGE_FILE: usage });
  const needed = JSON.parse(readFileSync(usage, 'utf8')) as Usage;
  rmSync(folder, { recursive: true });
  return needed;
}
