import { bundled, Row, run } from './measure';
import { median } from './rates';

const ROUNDS = 15;

/** Milliseconds from the start of a process to its first certificate, beyond those of a process that does nothing. */
export async function startupTimes(): Promise<Row[]> {
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
  const beyondBare = (name: keyof typeof files) => median(times[name].map((time, round) => time - times.bare[round]));
  return [
    { name: 'start to first certificate, issuing core', value: beyondBare('core'), unit: 'ms', atMost: 12 },
    { name: 'start to first certificate, whole handler with its AWS clients', value: beyondBare('handler'), unit: 'ms', atMost: 60 },
  ];
}
