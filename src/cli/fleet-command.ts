import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { CliError } from './cli-error';
import { documentText } from './document';
import { listed } from './export/output-names';
import { beginRun } from './fleet/begin-run';
import { Threads, threads } from './fleet/crew';
import type { FleetAction } from './fleet/description';
import { estimate, EstimateOptions } from './fleet/estimate';
import { checkStateMachine, Execution, Executions, follow, isComplete, isRunning, OpenStateMachine } from './fleet/executions';
import { describeExecution, executionDocument } from './fleet/executions-report';
import { chosenFleet, FleetChoice } from './fleet/fleets';
import { keepHeapsSmall } from './fleet/garbage';
import { issueRun } from './fleet/issue-run';
import { Meter } from './fleet/meter';
import { writeRegistrations } from './fleet/register';
import { describeRefused, describeRun, runDocument, ShownRun, totalOf } from './fleet/report';
import { FleetRun, keysFolder, RunFolder } from './fleet/run-folder';
import { outside, Outside } from './local/engine';
import { isLocked, lockDirectory } from './local/lock';
import { StateStore } from './local/state-store';
import { Terminal } from './terminal';
import { NO_DEVICES } from '../contract/fleet';
import { quote } from '../contract/rules';
import { BULK_REGISTRATION_NAMES, BulkRegistrationName } from '../platforms/bulk-registrations';
import { wholeNumber } from '../resource/property-values';

/** The options of `private-iot-ca fleet`, as the user typed them. */
export interface FleetOptions extends FleetChoice, EstimateOptions {
  readonly stateMachine?: string;
  readonly run?: string;
  readonly wait?: boolean;
  readonly local: string;
  readonly manifest?: string;
  readonly out?: string;
  readonly register?: readonly string[];
  readonly workers?: string;
  readonly batch: string;
  readonly secret?: readonly string[];
  readonly json?: boolean;
}

/** What the command reaches. Tests replace it. */
type Reach = Pick<Outside, 'disk' | 'clock'> & { readonly threads: Threads };

const MOST_WORKERS = 256;

/** A smaller batch would be written to the disk more often than it is signed, and a larger one takes memory. */
const BATCH = { least: 10, most: 5_000 };

/**
 * Runs `private-iot-ca fleet`.
 *
 * @returns whether no row was refused
 */
export async function fleetCommand(
  action: FleetAction, options: FleetOptions, terminal: Terminal, openStateMachine: () => OpenStateMachine, reach: Reach = { ...outside, threads },
): Promise<boolean> {
  if (action === 'estimate') {
    estimate(options, terminal);
    return true;
  }
  if (options.stateMachine !== undefined) {
    return inAws(action, options, openStateMachine()(checkStateMachine(options.stateMachine)), terminal);
  }
  return action === 'status' ? status(options, terminal, reach) : issue(action === 'retry', options, terminal, reach);
}

/** Runs a fleet in AWS, where a run issues what is missing, so that a retry is a run; or shows how far a run is. */
async function inAws(action: FleetAction, options: FleetOptions, executions: Executions, terminal: Terminal): Promise<boolean> {
  const { run, wait = true, json = false } = options;
  const show = async (execution: Execution): Promise<void> => {
    const batches = isRunning(execution) ? await executions.batches(execution.name) : undefined;
    terminal.print(json ? documentText('fleet', { action, executions: [executionDocument(execution, batches)] })
      : describeExecution(execution, batches));
  };
  if (action === 'status') {
    const execution = run === undefined ? await executions.latest() : await executions.describe(run);
    if (execution) {
      await show(execution);
    } else {
      terminal.print(json ? documentText('fleet', { action, executions: [] }) : 'the fleet had no run\n');
    }
    return true;
  }
  const name = await executions.start();
  const execution = wait ? await follow(name, executions, terminal) : await executions.describe(name);
  await show(execution);
  return !wait || isComplete(execution);
}

async function issue(isRetry: boolean, options: FleetOptions, terminal: Terminal, reach: Reach): Promise<boolean> {
  const { local, manifest, out, register = [], json = false, secret = [] } = options;
  const platforms = register.map(platformNamed);
  const workers = options.workers === undefined ? availableParallelism() : numberOf('--workers', options.workers, 1, MOST_WORKERS);
  const batch = numberOf('--batch', options.batch, BATCH.least, BATCH.most);
  StateStore.ofDeployment(local, reach.disk, ''); // for its error, before the directory of the lock is made
  keepHeapsSmall();
  const unlock = lockDirectory(local);
  try {
    const fleet = chosenFleet(options, StateStore.ofDeployment(local, reach.disk, '').state);
    const { folder, run, isResumed } = await beginRun({ directory: local, fleet, manifest, out, batch, isRetry }, terminal, reach);
    if (isResumed) {
      terminal.warn(`note: continues run ${run.number}, which was stopped\n`);
    }
    const meter = new Meter('devices', run.rows, terminal);
    const finished = await issueRun(folder, run, {
      directory: local,
      keys: keysFolder(fleet.fileName),
      secrets: secret,
      workers,
      threads: reach.threads,
      clock: reach.clock,
      onDamage: file => terminal.warn(`note: the last batch of the ledger was damaged, as by a machine that stopped while it was written: it was put into ${file}, and its certificates are made again; `
        + 'if they were delivered, restore the directory from a backup\n'),
      onProgress: ({ counts }) => meter.show(totalOf(counts)),
    }).finally(() => meter.end());
    const { counts } = folder.progress!;
    const shown: ShownRun = {
      folder,
      run: finished,
      state: 'finished',
      counts,
      keys: keysOf(finished, fleet.fileName, local),
      registrations: writeRegistrations(folder, platforms),
    };
    terminal.print(json ? documentText('fleet', { action: isRetry ? 'retry' : 'run', runs: [runDocument(shown)] })
      : `${describeRun(shown)}${describeRefused(folder, counts)}`);
    return counts.refused === 0;
  } finally {
    unlock();
  }
}

/** Shows the latest run of the chosen fleet, or of each. */
function status(options: FleetOptions, terminal: Terminal, { disk }: Reach): boolean {
  const { local, json = false } = options;
  const { state } = StateStore.ofDeployment(local, disk, '');
  const names = options.fleet === undefined && options.ca === undefined ? RunFolder.fleets(local, disk)
    : [chosenFleet({ validityDays: options.ca && '1', ...options }, state).fileName];
  const isBusy = isLocked(local);
  const latest = names.flatMap(name => {
    const found = RunFolder.latest(local, name, disk);
    return found ? { name, ...found } : [];
  });
  const runs = latest.flatMap(({ name, folder, number }): ShownRun[] => {
    const { run } = folder;
    if (!run) {
      terminal.warn(`note: the folder of the latest run of the fleet ${name}, run ${number}, is gone: ${folder.path}; the next run answers for all devices again\n`);
    }
    return run ? [{
      folder,
      run,
      state: run.finishedAt ? 'finished' : isBusy ? 'running' : 'stopped',
      counts: folder.progress?.counts ?? NO_DEVICES,
      keys: keysOf(run, name, local),
    }] : [];
  });
  terminal.print(json ? documentText('fleet', { action: 'status', runs: runs.map(runDocument) })
    : latest.length === 0 ? 'no fleet had a run\n' : runs.map(describeRun).join('\n'));
  return true;
}

/** The folder of the encrypted keys of a fleet that makes keys. */
function keysOf({ fleet }: FleetRun, fileName: string, local: string): string | undefined {
  return fleet.template.Recipient === undefined ? undefined : resolve(local, keysFolder(fileName));
}

function platformNamed(name: string): BulkRegistrationName {
  const platform = BULK_REGISTRATION_NAMES.find(each => each === name);
  if (platform === undefined) {
    throw new CliError(`--register must be one of ${listed(BULK_REGISTRATION_NAMES)}, got ${quote(name)}`);
  }
  return platform;
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = wholeNumber(text);
  if (typeof value !== 'number' || value < least || value > most) {
    throw new CliError(`${option} must be a whole number from ${least} to ${most}, got ${quote(text)}`);
  }
  return value;
}
