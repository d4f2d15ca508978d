import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs once before all tests. It makes the directory of all temporary files of this run: every `App` leaves an assembly of
 * some megabytes. In it is the directory by which the test files agree on one moto server, which is started by the first test
 * that asks for it, so that a run of pure unit tests doesn't wait for it.
 */
export default function globalSetup(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'private-iot-ca-tests-'));
  process.env.MOTO_DIRECTORY = mkdtempSync(join(process.env.TMPDIR, 'moto-'));
  process.env.MOTO_OWNER = String(process.pid);
}
