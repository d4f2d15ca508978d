import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FleetCounts } from '../../contract/fleet';
import { isMap } from '../../contract/json-map';
import { Fleet } from '../../issuing/fleet/issue-devices';
import { ManifestFormat } from '../../issuing/fleet/manifest/read-manifest';
import { CliError } from '../cli-error';
import { Disk, FileMode, makeFolder } from '../disk';
import { safeName } from '../export/safe-names';
import { parseJsonMap } from '../json';

/** The version of the format of run.json. */
const VERSION = 1;

/** A run of a fleet, as its folder describes it. */
export interface FleetRun {
  readonly version: typeof VERSION;
  /** The name of the run in the ledger. */
  readonly run: string;
  /** Counts the runs of the fleet from 1. */
  readonly number: number;
  /** The fleet for people: its stack and its path or its name. */
  readonly name: string;
  readonly fleet: Fleet;
  readonly ledgerTable: string;
  readonly manifest: { readonly path: string; readonly format: ManifestFormat; readonly sha256: string };
  /** Whether it is only about the rows that the run before it has refused. */
  readonly isRetry: boolean;
  readonly rows: number;
  readonly passedOver: number;
  readonly pieces: number;
  /** The length of the file with the pieces. */
  readonly planOctets: number;
  /** The most rows of a piece. */
  readonly batch: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601; absent until the run has ended. */
  readonly finishedAt?: string;
}

/** How far the results of a run are on the disk. */
export interface RunProgress {
  /** The pieces whose results are in the files, from the first one on. */
  readonly pieces: number;
  readonly counts: FleetCounts;
  /** The lengths of the files that have these results. */
  readonly octets: { readonly [F in ResultFile]: number };
}

/** The files with results. */
export const RESULT_FILES = { results: 'results.jsonl', certificates: 'certificates.pem', refused: 'refused.jsonl' } as const;
export type ResultFile = keyof typeof RESULT_FILES;

/** The latest run of a fleet. */
export interface LatestRun {
  readonly folder: RunFolder;
  /** Counts the runs of the fleet from 1. */
  readonly number: number;
}

/** The folder of a run of a fleet. */
export class RunFolder {
  /**
   * The latest run of a fleet, of which the folder may be gone; `undefined` if it had none.
   *
   * @param directory the directory of the local deployment
   * @param fleet the name of the fleet in file names
   */
  public static latest(directory: string, fleet: string, disk: Disk): LatestRun | undefined {
    const file = latestFile(directory, fleet);
    const content = disk.read(file);
    if (content === undefined) {
      return undefined;
    }
    const { folder, number } = parseJsonMap(file, content);
    if (typeof folder !== 'string' || !Number.isSafeInteger(number)) {
      throw new CliError(`${file}: folder must be a string, and number a whole number; remove the file, and the next run is the first one`);
    }
    return { folder: new RunFolder(folder, disk), number: number as number };
  }

  /** The names of the fleets, in file names, that had a run. */
  public static fleets(directory: string, disk: Disk): string[] {
    return disk.list(join(directory, 'fleets')).filter(name => disk.read(latestFile(directory, name)) !== undefined).sort();
  }

  constructor(public readonly path: string, private readonly disk: Disk) {}

  public get plan(): string {
    return join(this.path, 'plan.jsonl');
  }

  public fileOf(name: ResultFile): string {
    return join(this.path, RESULT_FILES[name]);
  }

  public make(): void {
    try {
      makeFolder(this.path);
    } catch (error) {
      throw new CliError(`--out ${this.path}: can't be created: ${(error as Error).message}`);
    }
  }

  /** Whether there is something in it besides a plan of a run that was never begun. */
  public get isOthers(): boolean {
    return this.disk.list(this.path).some(name => name !== 'plan.jsonl');
  }

  /** The run; `undefined` if the folder is gone. */
  public get run(): FleetRun | undefined {
    const file = join(this.path, 'run.json');
    const content = this.disk.read(file);
    if (content === undefined) {
      return undefined;
    }
    const run = parseJsonMap(file, content);
    if (run.version !== VERSION || !isMap(run.fleet) || !isMap(run.manifest)) {
      throw new CliError(`${file}: its version must be ${VERSION}; use the version of this tool that has written it, or remove the folder, and the next run begins anew`);
    }
    return run as unknown as FleetRun;
  }

  /** Whether the plan of a run is there as it was written. */
  public hasPlanOf({ planOctets }: FleetRun): boolean {
    return statSync(this.plan, { throwIfNoEntry: false })?.size === planOctets;
  }

  /** Begins a run, whose plan is there, and makes it the latest one of its fleet. */
  public begin(run: FleetRun, directory: string, fleet: string): void {
    this.disk.remove(join(this.path, 'progress.json'));
    this.write('run.json', run);
    makeFolder(join(directory, 'fleets', fleet), 0o700);
    this.disk.replace(latestFile(directory, fleet), `${JSON.stringify({ folder: this.path, number: run.number })}\n`, FileMode.PRIVATE);
  }

  /** Ends a run. Its plan is needed no more. */
  public finish(run: FleetRun): void {
    this.write('run.json', run);
    this.disk.remove(this.plan);
  }

  public get progress(): RunProgress | undefined {
    const file = join(this.path, 'progress.json');
    const content = this.disk.read(file);
    return content && parseJsonMap(file, content) as unknown as RunProgress;
  }

  public set progress(progress: RunProgress) {
    this.write('progress.json', progress);
  }

  private write(name: string, content: object): void {
    this.disk.replace(join(this.path, name), `${JSON.stringify(content, undefined, 2)}\n`, FileMode.PRIVATE);
  }
}

/** A folder for a run: that of its number, in the directory of the local deployment. */
export function defaultFolder(directory: string, fleet: string, number: number): string {
  return join(directory, 'fleets', fleet, String(number));
}

/** The folder for the encrypted keys of a fleet, of all its runs, in the directory of the local deployment. */
export function keysFolder(fleet: string): string {
  return `fleets/${fleet}/keys`;
}

/** The name of a fleet in file names. */
export function fileNameOf(stack: string, logicalId: string): string {
  return safeName(`${stack}-${logicalId}`);
}

function latestFile(directory: string, fleet: string): string {
  return join(directory, 'fleets', fleet, 'latest.json');
}
