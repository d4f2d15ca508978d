import { bundled, run } from './measure';
import { Measured } from './results';

/** Memory in use after 100,000 certificates, as a multiple of that after 1,000. */
export async function memoryGrowth(): Promise<Measured> {
  const [after1000, after100000] = JSON.parse(run(bundled('memory'), [], ['--expose-gc'])) as number[];
  return { rows: [{ name: 'memory in use after 100,000 certificates, of that after 1,000', value: after100000 / after1000, unit: 'times', atMost: 1.1 }] };
}
