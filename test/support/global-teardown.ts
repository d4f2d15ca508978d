import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { stopMoto } from './moto';

/** Runs once after all tests. Mutation testing then runs them again in the same process, which needs a temporary directory that exists. */
export default function globalTeardown(): void {
  stopMoto(process.env.MOTO_DIRECTORY!);
  rmSync(process.env.TMPDIR!, { recursive: true, force: true });
  process.env.TMPDIR = dirname(process.env.TMPDIR!);
}
