import { availableParallelism } from 'node:os';
import { CliError } from './cli-error';
import { documentText } from './document';
import { beginRun } from './fleet/begin-run';
import { Threads, threads } from './fleet/crew';
import type { FleetAction } from './fleet/description';
import { estimate, EstimateOptions } from './fleet/estimate';
import { checkStateMachine, Execution, Executions, follow, isComplete, isRunning, OpenStateMachine } from './fleet/executions';
import { describeExecution, executionDocument } from './fleet/executions-report';
import { chosenFleet, FleetChoice } from './fleet/fleets';
import { issueRun } from './fleet/issue-run';
import { Meter } from './fleet/meter';
import { describeRefused, describeRun, runDocument, RunState, totalOf } from './fleet/report';
import { RunFolder } from './fleet/run-folder';
import { outside, Outside } from './local/engine';
import { isLocked, lockDirectory } from './local/lock';
import { StateStore } from './local/state-store';
import { Terminal } from './terminal';
import { NO_DEVICES } from '../contract/fleet';
import { quote } from '../contract/rules';
import { wholeNumber } from '../resource/property-values';

/** The options of `private-iot-ca fleet`, as the user typed them. */
export interface FleetOptions extends FleetChoice, EstimateOptions {
  readonly stateMachine?: string;
  readonly run?: string;
  readonly wait?: boolean;
  readonly local: string;
  readonly manifest?: string;
  readonly out?: string;
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
  const { local, manifest, out, json = false, secret = [] } = options;
  const workers = options.workers === undefined ? availableParallelism() : numberOf('--workers', options.workers, 1, MOST_WORKERS);
  const batch = numberOf('--batch', options.batch, BATCH.least, BATCH.most);
  StateStore.ofDeployment(local, reach.disk, ''); // for its error, before the directory of the lock is made
  const unlock = lockDirectory(local);
  try {
    const fleet = chosenFleet(options, StateStore.ofDeployment(local, reach.disk, '').state);
    const { folder, run, isResumed } = await beginRun({ directory: local, fleet, manifest, out, batch, isRetry }, terminal, reach);
    if (isResumed) {
      terminal.warn(`note: continues run ${run.number}, which was stopped\n`);
    }
    const meter = new Meter('devices', run.rows, terminal);
    const finished = await issueRun(folder, run, {
      directory: local, secrets: secret, workers, threads: reach.threads, clock: reach.clock, onProgress: ({ counts }) => meter.show(totalOf(counts)),
    }).finally(() => meter.end());
    const { counts } = folder.progress!;
    terminal.print(json ? documentText('fleet', { action: isRetry ? 'retry' : 'run', runs: [runDocument(folder, finished, 'finished', counts)] })
      : `${describeRun(folder, finished, 'finished', counts)}${describeRefused(folder, counts)}`);
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
  const runs = names.flatMap(name => RunFolder.latest(local, name, disk) ?? []).map(folder => {
    const { run, progress } = folder;
    const standing: RunState = run.finishedAt ? 'finished' : isBusy ? 'running' : 'stopped';
    return { folder, run, standing, counts: progress?.counts ?? NO_DEVICES };
  });
  terminal.print(json
    ? documentText('fleet', { action: 'status', runs: runs.map(({ folder, run, standing, counts }) => runDocument(folder, run, standing, counts)) })
    : runs.length === 0 ? 'no fleet had a run\n' : runs.map(({ folder, run, standing, counts }) => describeRun(folder, run, standing, counts)).join('\n'));
  return true;
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = wholeNumber(text);
  if (typeof value !== 'number' || value < least || value > most) {
    throw new CliError(`${option} must be a whole number from ${least} to ${most}, got ${quote(text)}`);
  }
  return value;
}
