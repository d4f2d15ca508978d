import { statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FleetCounts } from '../../contract/fleet';
import { isMap, JsonMap } from '../../contract/json-map';
import { Fleet } from '../../issuing/fleet/issue-devices';
import { ManifestFormat } from '../../issuing/fleet/manifest/read-manifest';
import { CliError, messageOf } from '../cli-error';
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
  /** The directory of the local deployment, absolute, when the run was begun. */
  readonly directory: string;
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
    const { folder, number } = parsed(file, content, 'remove the file, and the next run begins anew');
    if (typeof folder !== 'string' || !Number.isSafeInteger(number)) {
      throw new CliError(`${file}: folder must be a string, and number a whole number; remove the file, and the next run begins anew`);
    }
    return { folder: new RunFolder(resolve(directory, folder), disk, directory), number: number as number };
  }

  /** The folder for a run of a fleet, in the directory of the local deployment, that no other run has, with the number of the run. */
  public static next(directory: string, fleet: string, latest: number, disk: Disk): LatestRun {
    for (let number = latest + 1; ; number++) {
      const folder = new RunFolder(resolve(directory, 'fleets', fleet, String(number)), disk, directory);
      if (!folder.isOthers) {
        return { folder, number };
      }
    }
  }

  /** The names of the fleets, in file names, that had a run. */
  public static fleets(directory: string, disk: Disk): string[] {
    return disk.list(join(directory, 'fleets')).filter(name => disk.read(latestFile(directory, name)) !== undefined).sort();
  }

  /**
   * @param path absolute
   * @param deployment the directory of the local deployment
   */
  constructor(public readonly path: string, private readonly disk: Disk, private readonly deployment: string) {}

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

  /**
   * The run; `undefined` if the folder is gone, or if it is not in the directory of the local deployment and that of another one has written it: a copy of a
   * deployment must not go on with the run of the original.
   */
  public get run(): FleetRun | undefined {
    const file = join(this.path, 'run.json');
    const content = this.disk.read(file);
    if (content === undefined) {
      return undefined;
    }
    const run = parsed(file, content, BEGIN_ANEW);
    if (run.version !== VERSION || !isMap(run.fleet) || !isMap(run.fleet.template) || !isMap(run.manifest) || typeof run.manifest.path !== 'string') {
      throw new CliError(`${file}: its version must be ${VERSION}, with a fleet and a manifest; use the version of this tool that has written it, or ${BEGIN_ANEW}`);
    }
    const directory = resolve(this.deployment);
    return run.directory === directory || this.path.startsWith(`${directory}${sep}`) ? run as unknown as FleetRun : undefined;
  }

  /** Whether the plan of a run is there as it was written. */
  public hasPlanOf({ planOctets }: FleetRun): boolean {
    return statSync(this.plan, { throwIfNoEntry: false })?.size === planOctets;
  }

  /** Begins a run, whose plan is there, and makes it the latest one of its fleet. */
  public begin(run: FleetRun, fleet: string): void {
    const { deployment } = this;
    this.disk.remove(join(this.path, 'progress.json'));
    this.write('run.json', run);
    makeFolder(join(deployment, 'fleets', fleet), 0o700);
    const below = relative(deployment, this.path); // so that the deployment can be moved
    const folder = below.startsWith('..') || isAbsolute(below) ? this.path : below;
    this.disk.replace(latestFile(deployment, fleet), `${JSON.stringify({ folder, number: run.number })}\n`, FileMode.PRIVATE);
  }

  /** Ends a run. Its plan is needed no more. */
  public finish(run: FleetRun): void {
    this.write('run.json', run);
    this.disk.remove(this.plan);
  }

  public get progress(): RunProgress | undefined {
    const file = join(this.path, 'progress.json');
    const content = this.disk.read(file);
    return content && parsed(file, content, BEGIN_ANEW) as unknown as RunProgress;
  }

  public set progress(progress: RunProgress) {
    this.write('progress.json', progress);
  }

  private write(name: string, content: object): void {
    this.disk.replace(join(this.path, name), `${JSON.stringify(content, undefined, 2)}\n`, FileMode.PRIVATE);
  }
}

const BEGIN_ANEW = 'remove the folder, and the next run begins anew';

function parsed(file: string, content: Buffer, wayOut: string): JsonMap {
  try {
    return parseJsonMap(file, content);
  } catch (error) {
    throw new CliError(`${messageOf(error)}; ${wayOut}`);
  }
}

/** The folder for the encrypted keys of a fleet, of all its runs, in the directory of the local deployment. */
export function keysFolder(fleet: string): string {
  return `fleets/${fleet}/keys`;
}

/**
 * The name of a fleet in file names, which no other fleet of the deployment has.
 *
 * @param id its logical ID or its name, with those of the nested stacks that it is in, separated by dots: none of them has a dot
 */
export function fileNameOf(stack: string, id: string): string {
  return safeName(`${stack}.${id}`);
}

function latestFile(directory: string, fleet: string): string {
  return join(directory, 'fleets', fleet, 'latest.json');
}
