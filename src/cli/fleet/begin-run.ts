import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { extname, resolve, sep } from 'node:path';
import { Threads } from './crew';
import { LocalFleet } from './fleets';
import { digestOf } from './manifest-digest';
import { ManifestFile } from './messages';
import { Meter } from './meter';
import { FleetRun, keysFolder, RunFolder } from './run-folder';
import { isMap } from '../../contract/json-map';
import { quote } from '../../contract/rules';
import { ManifestFormat } from '../../issuing/fleet/manifest/read-manifest';
import { CliError } from '../cli-error';
import { Disk } from '../disk';
import { Outside } from '../local/engine';
import { FleetLog } from '../local/fleet-log';
import { Terminal } from '../terminal';

/** What a run is begun with. */
export interface RunRequest {
  /** The directory of the local deployment. */
  readonly directory: string;
  readonly fleet: LocalFleet;
  readonly manifest?: string;
  readonly out?: string;
  /** The most rows of a piece. */
  readonly batch: number;
  /** Whether only the devices are meant for which the latest run has no certificate. */
  readonly isRetry: boolean;
}

/** A run that is to be carried out. */
export interface BegunRun {
  readonly folder: RunFolder;
  readonly run: FleetRun;
  /** Whether it goes on where an earlier process has stopped. */
  readonly isResumed: boolean;
}

const FORMATS: { readonly [extension: string]: ManifestFormat } = { '.csv': 'csv', '.txt': 'csv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' };

/**
 * Goes on with the latest run of a fleet if it was stopped and nothing has changed, and begins a new one otherwise. A manifest is checked to its end before
 * anything is issued.
 */
export async function beginRun(request: RunRequest, terminal: Terminal, { disk, clock, threads }: Pick<Outside, 'disk' | 'clock'> & { readonly threads: Threads }): Promise<BegunRun> {
  const { directory, fleet, isRetry, batch } = request;
  assertRecipient(fleet);
  const latest = RunFolder.latest(directory, fleet.fileName, disk);
  const former = latest?.folder.run;
  const manifest = manifestOf(request, former);
  if (former?.ledgerTable === fleet.ledgerTable && latest?.folder.progress) {
    assertLedger(directory, fleet);
  }
  if (former && !former.finishedAt && former.isRetry === isRetry && isSame(former, fleet, manifest) && latest.folder.hasPlanOf(former)) {
    assertSameFolder(request, latest.folder);
    return { folder: latest.folder, run: former, isResumed: true };
  }
  if (isRetry && !former?.finishedAt) {
    const got = former ? 'one that was stopped' : latest ? `one whose folder is gone (${latest.folder.path})` : 'none';
    throw new CliError(`the fleet ${fleet.name} must have a run that has ended before its refused rows are retried, got ${got}; give \`private-iot-ca fleet run\``);
  }
  const next = RunFolder.next(directory, fleet.fileName, latest?.number ?? 0, disk);
  const { number } = next;
  const folder = request.out === undefined ? next.folder : outFolder(request.out, request, disk);
  folder.make();
  const meter = new Meter('rows checked', undefined, terminal);
  const { manifestSha256, ...planned } = await threads.plan({
    manifest, plan: folder.plan, batch, issued: isRetry ? latest!.folder.fileOf('results') : undefined,
  }, rows => meter.show(rows)).finally(() => meter.end());
  if (isRetry && planned.rows === 0) {
    throw new CliError(`--manifest must have devices for which the run before has no certificate, got ${planned.passedOver} others; `
      + 'give the whole manifest with its rows corrected, or `private-iot-ca fleet run`, which also issues for devices that have changed');
  }
  const run: FleetRun = {
    version: 1,
    run: `fleet-run-${randomUUID()}`,
    number,
    directory: resolve(directory),
    name: fleet.name,
    fleet: fleet.fleet,
    ledgerTable: fleet.ledgerTable,
    manifest: { ...manifest, sha256: manifestSha256 },
    isRetry,
    ...planned,
    batch,
    startedAt: clock().toISOString(),
  };
  folder.begin(run, fleet.fileName);
  return { folder, run, isResumed: false };
}

/** A key in KMS encrypts nothing here. */
function assertRecipient({ fleet: { template: { Recipient } } }: LocalFleet): void {
  if (Recipient !== undefined && !(isMap(Recipient) && typeof Recipient.PublicKeyPem === 'string')) {
    throw new CliError('keyRecipient must be a public key or a certificate for a run on this machine, got a key in KMS; declare KeyRecipient.publicKey()');
  }
}

/** A folder that the command line names. */
function outFolder(out: string, { directory, fleet }: RunRequest, disk: Disk): RunFolder {
  const path = resolve(out);
  const keys = resolve(directory, keysFolder(fleet.fileName));
  if (path === keys || path.startsWith(`${keys}${sep}`)) {
    throw new CliError(`--out must not be in the folder of the keys of the fleet, ${keys}, got ${quote(path)}`);
  }
  const folder = new RunFolder(path, disk, directory);
  if (folder.isOthers) {
    throw new CliError(`--out must be a new folder, or one that is empty, got ${quote(path)}, which has files`);
  }
  return folder;
}

/** A ledger that is gone would have every device get another certificate, and could not revoke the one that it has. */
function assertLedger(directory: string, { ledgerTable }: LocalFleet): void {
  const path = FleetLog.file(directory, ledgerTable);
  if (!existsSync(path)) {
    throw new CliError(`${path}: there is no such file, and it has the certificates of former runs; restore it from a backup. Without it, every device would get another certificate, `
      + 'and none of those that it has could be revoked');
  }
}

function manifestOf({ manifest, fleet }: RunRequest, former: FleetRun | undefined): ManifestFile {
  if (manifest === undefined) {
    if (!former) {
      throw new CliError('--manifest must be given for the first run of a fleet, and if the folder of the run before is gone');
    }
    const { path, format } = former.manifest;
    return { path, format };
  }
  const format = FORMATS[extname(manifest).toLowerCase()] ?? fleet.manifestFormat;
  if (format !== 'csv' && format !== 'jsonl') {
    throw new CliError(`--manifest must be a file whose name ends in ${Object.keys(FORMATS).join(', ')}, got ${quote(manifest)}`);
  }
  return { path: resolve(manifest), format };
}

function isSame(former: FleetRun, { fleet, ledgerTable }: LocalFleet, manifest: ManifestFile): boolean {
  return JSON.stringify([former.fleet, former.ledgerTable, former.manifest.format]) === JSON.stringify([fleet, ledgerTable, manifest.format])
    && former.manifest.sha256 === digestOf(manifest);
}

function assertSameFolder({ out }: RunRequest, { path }: RunFolder): void {
  if (out !== undefined && resolve(out) !== path) {
    throw new CliError(`--out must be left out, or be the folder of the run that was stopped, ${path}, got ${quote(out)}`);
  }
}
