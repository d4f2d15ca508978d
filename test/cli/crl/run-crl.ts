import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FETCH_LIMITS } from '../../../src/cli/crl/fetch-octets';
import { crlFetchCommand, CrlFetchOptions, CrlReach } from '../../../src/cli/crl-command';
import { localDisk } from '../../../src/cli/disk';
import { silentProgress } from '../../../src/cli/terminal';
import { toPem } from '../../../src/pki/pem';
import { NOW } from '../../pki/fixtures';

/** What a run has printed, and whether it found all well. */
export interface CrlRun {
  readonly fresh: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** An hour after the test lists become valid. */
export const RUN_AT = new Date(NOW.getTime() + 3_600_000);

/** Runs `crl fetch` in this process, with a real network and a clock that stands still. */
export async function crlFetch(options: CrlFetchOptions, reach: Partial<CrlReach> = {}): Promise<CrlRun> {
  let stdout = '';
  let stderr = '';
  const terminal = { progress: silentProgress, print: (text: string) => { stdout += text; }, warn: (text: string) => { stderr += text; } };
  const fresh = await crlFetchCommand(options, terminal, {
    fetch,
    limits: FETCH_LIMITS,
    clock: () => RUN_AT,
    disk: localDisk,
    run: () => Promise.resolve(undefined),
    sleep: () => Promise.reject(new Error('a single run does not wait')),
    onStop: () => () => undefined,
    ...reach,
  });
  return { fresh, stdout, stderr };
}

/** Writes the certificate of a CA into a folder. */
export function caFile(folder: string, name: string, certificate: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, toPem('CERTIFICATE', certificate));
  return path;
}

export function crlPem(...lists: readonly Buffer[]): string {
  return lists.map(der => toPem('X509 CRL', der)).join('');
}
