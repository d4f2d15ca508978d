import { randomUUID } from 'node:crypto';
import { extname, resolve } from 'node:path';
import { Threads } from './crew';
import { LocalFleet } from './fleets';
import { digestOf } from './manifest-digest';
import { ManifestFile } from './messages';
import { Meter } from './meter';
import { defaultFolder, FleetRun, RunFolder } from './run-folder';
import { quote } from '../../contract/rules';
import { ManifestFormat } from '../../issuing/fleet/manifest/read-manifest';
import { CliError } from '../cli-error';
import { Outside } from '../local/engine';
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
  /** Whether only the rows are meant that the latest run has refused. */
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
  const latest = RunFolder.latest(directory, fleet.fileName, disk);
  const former = latest?.folder.run;
  const manifest = manifestOf(request, former);
  if (former && !former.finishedAt && former.isRetry === isRetry && isSame(former, fleet, manifest) && latest.folder.hasPlanOf(former)) {
    assertSameFolder(request, latest.folder);
    return { folder: latest.folder, run: former, isResumed: true };
  }
  if (isRetry && !former?.finishedAt) {
    const got = former ? 'one that was stopped' : latest ? `one whose folder is gone (${latest.folder.path})` : 'none';
    throw new CliError(`the fleet ${fleet.name} must have a run that has ended before its refused rows are retried, got ${got}; give \`private-iot-ca fleet run\``);
  }
  const number = (latest?.number ?? 0) + 1;
  const folder = new RunFolder(resolve(request.out ?? defaultFolder(directory, fleet.fileName, number)), disk);
  if (folder.isOthers || folder.path === latest?.folder.path) {
    throw new CliError(`--out must be a new folder, or one that is empty, got ${quote(folder.path)}, which has files`);
  }
  folder.make();
  const meter = new Meter('rows checked', undefined, terminal);
  const { manifestSha256, ...planned } = await threads.plan({
    manifest, plan: folder.plan, batch, refused: isRetry ? latest!.folder.fileOf('refused') : undefined,
  }, rows => meter.show(rows)).finally(() => meter.end());
  if (isRetry && planned.rows === 0) {
    throw new CliError(`--manifest must have rows that the run before has refused, on the same lines or with the same IDs, got ${planned.passedOver} others; `
      + 'give the whole manifest with its rows corrected, or `private-iot-ca fleet run`, which issues for all that is new or has changed');
  }
  const run: FleetRun = {
    version: 1,
    run: `fleet-run-${randomUUID()}`,
    number,
    name: fleet.name,
    fleet: fleet.fleet,
    ledgerTable: fleet.ledgerTable,
    manifest: { ...manifest, sha256: manifestSha256 },
    isRetry,
    ...planned,
    batch,
    startedAt: clock().toISOString(),
  };
  folder.begin(run, directory, fleet.fileName);
  return { folder, run, isResumed: false };
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
