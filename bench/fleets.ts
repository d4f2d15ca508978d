import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** The command line that is shipped. */
const COMMAND = join(__dirname, '..', 'assets', 'cli', 'private-iot-ca.js');

/** Where the CA of the fleets is declared, and whose key encrypts the keys that are made. */
interface Declared {
  readonly app: string;
  readonly recipient: string;
}

/** What a process has needed. */
interface Usage {
  /** The time on all processors, in milliseconds. */
  readonly processor: number;
  /** The peak of its memory, in MB. */
  readonly megabytes: number;
  /** From its start to its end, in milliseconds. */
  readonly elapsed: number;
}

/** Memory, and processor time a certificate, of fleets on this machine, of 1,000 to 1,000,000 devices. */
export async function fleets(): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'fleets-'));
  const declared = declaredIn(folder);
  const usages = new Map(ROUNDS.map(([certificates]) => [certificates, [] as Usage[]]));
  try {
    for (let round = 0; round < Math.max(...ROUNDS.map(([, rounds]) => rounds)); round++) {
      for (const [certificates] of ROUNDS.filter(([, rounds]) => round < rounds)) {
        usages.get(certificates)!.push(await usageOf(certificates, declared, mkdtempSync(join(folder, 'fleet-'))));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const sizes = ROUNDS.map(([certificates]) => ({
    certificates,
    megabytes: median(usages.get(certificates)!.map(({ megabytes }) => megabytes)),
    cost: median(usages.get(certificates)!.map(({ processor }) => processor / certificates)),
    rate: median(usages.get(certificates)!.map(({ elapsed }) => 1_000 * certificates / elapsed)),
  }));
  const { cost: usual } = sizes.find(({ certificates }) => certificates === 10_000)!;
  const million = sizes.at(-1)!;
  return {
    rows: [
      { name: 'fleet of 1,000,000: peak memory', value: million.megabytes, unit: 'MB', atMost: MEGABYTES_AT_MOST },
      { name: 'fleet of 1,000,000: keys, certificates and records on all cores', value: million.rate, unit: 'a second' },
      { name: 'fleet of 1,000,000: time a certificate, of that in a fleet of 10,000', value: million.cost / usual, unit: 'times', atMost: GROWTH_AT_MOST },
    ],
    points: sizes.flatMap(({ certificates: x, megabytes, cost }) => [
      { plot: 'memory' as const, x, series: 'fleet', value: megabytes },
      { plot: 'cost' as const, x, series: 'fleet', value: cost / usual },
    ]),
  };
}

function declaredIn(folder: string): Declared {
  const declared = { app: join(folder, 'cdk.out'), recipient: join(folder, 'recipient.pem') };
  run(bundled('fleet-app', ['aws-cdk-lib', 'constructs']), [declared.app]);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  writeFileSync(declared.recipient, publicKey.export({ type: 'spki', format: 'pem' }));
  return declared;
}

/** What the command needs that makes a key and a certificate for each device, records them in a new ledger, and writes its results. */
async function usageOf(certificates: number, { app, recipient }: Declared, folder: string): Promise<Usage> {
  const manifest = join(folder, 'manifest.csv');
  const file = await open(manifest, 'w');
  await file.write('deviceId\n');
  for (let first = 0; first < certificates; first += 1_000) {
    await file.write(Array.from({ length: Math.min(1_000, certificates - first) }, (_, n) => `device-${first + n}\n`).join(''));
  }
  await file.close();
  const usage = join(folder, 'usage.json');
  const local = join(folder, 'local');
  run(COMMAND, ['local', '--app', app, '--out', local]);
  const fleet = ['--ca', 'Iot/Ca', '--name', 'devices', '--validity-days', '365', '--recipient', recipient];
  const begin = performance.now();
  run(COMMAND, ['fleet', 'run', '--local', local, ...fleet, '--manifest', manifest], ['--require', bundled('usage')], { USAGE_FILE: usage });
  const elapsed = performance.now() - begin;
  const needed: Usage = { ...JSON.parse(readFileSync(usage, 'utf8')) as Omit<Usage, 'elapsed'>, elapsed };
  rmSync(folder, { recursive: true });
  return needed;
}
