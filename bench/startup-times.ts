import { bundled, run } from './measure';
import { ratio } from './rates';
import { Measured } from './results';

const ROUNDS = 15;

/** The time of a process from its start to its first certificate, as a multiple of the time of a process that does nothing. */
export async function startupTimes(): Promise<Measured> {
  const files = { bare: bundled('bare'), core: bundled('core'), handler: bundled('handler') };
  const times = { bare: [] as number[], core: [] as number[], handler: [] as number[] };
  for (let round = -1; round < ROUNDS; round++) { // the first one warms the file cache
    for (const name of Object.keys(files) as (keyof typeof files)[]) {
      const start = performance.now();
      run(files[name]);
      if (round >= 0) {
        times[name].push(performance.now() - start);
      }
    }
  }
  return {
    rows: [
      { name: 'start to first certificate, issuing core, of the start of a process that does nothing', value: ratio(times.core, times.bare), unit: 'times', atMost: 1.12 },
      { name: 'start to first certificate, the function with its AWS clients, of the same', value: ratio(times.handler, times.bare), unit: 'times', atMost: 1.6 },
    ],
  };
}
