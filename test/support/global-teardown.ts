import { rmSync } from 'node:fs';
import { stopMoto } from './moto';

/** Runs once after all tests. */
export default function globalTeardown(): void {
  stopMoto(process.env.MOTO_DIRECTORY!);
  rmSync(process.env.TMPDIR!, { recursive: true, force: true });
}
