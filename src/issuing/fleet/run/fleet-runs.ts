/** What a worker learns about the runs of its fleet. */
export interface NewestRun {
  /** The key that authenticates pieces. */
  readonly key: Buffer;
  /** The run that has begun last. */
  readonly run?: string;
  /** The version of the manifest that it issues for. */
  readonly manifest?: string;
}

/** What the ledger knows about the runs of a fleet. */
export interface FleetRuns {
  /** The key that authenticates pieces, 32 random octets, which are made by the first call and stay. */
  key(): Promise<Buffer>;
  /**
   * Makes a run the one that issues from now on.
   *
   * @param begunAt when its execution began, ISO 8601 in UTC with milliseconds
   * @param manifest the version of the manifest that it issues for
   * @returns whether it is; `false` if a later run has begun, or if another delivery has begun this run with another version of the manifest
   */
  begin(run: string, begunAt: string, manifest: string): Promise<boolean>;
  newest(): Promise<NewestRun>;
}

/**
 * Makes sure that no later run of the fleet has begun. A run that goes on would give devices again what was declared before.
 *
 * @throws Error if one has
 */
export async function assertNewest(run: string, runs: FleetRuns): Promise<NewestRun> {
  const newest = await runs.newest();
  if (newest.run !== run) {
    throw new Error(`the run ${run} must be the latest one of its fleet, and ${newest.run ?? 'none'} is${newest.run === undefined ? '; start a run' : ', which issues for the manifest as it is now'}`);
  }
  return newest;
}
