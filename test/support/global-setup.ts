import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs once before all tests: makes the directory by which the test files of this run agree on one moto server. The
 * server itself is started by the first test that asks for it, so that a run of pure unit tests doesn't wait for it.
 */
export default function globalSetup(): void {
  process.env.MOTO_DIRECTORY = mkdtempSync(join(tmpdir(), 'private-iot-ca-moto-'));
  process.env.MOTO_OWNER = String(process.pid);
}
