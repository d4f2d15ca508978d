import { Meter } from './meter';
import { addCounts, FleetCounts, NO_DEVICES } from '../../contract/fleet';
import { RunSummary } from '../../contract/fleet-run';
import { isMap } from '../../contract/json-map';
import { quote } from '../../contract/rules';
import { CliError } from '../cli-error';
import { Terminal } from '../terminal';

/** An execution of a state machine, as Step Functions describes it. */
export interface Execution {
  readonly name: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`. */
  readonly status: string;
  readonly startedAt: Date;
  readonly endedAt?: Date;
  /** What its last step has answered, JSON. */
  readonly output?: string;
  readonly cause?: string;
}

/** How many batches of a run have ended. */
export interface BatchCounts {
  readonly succeeded: number;
  readonly failed: number;
  readonly total: number;
}

/** Runs of a fleet in AWS, which are executions of its state machine. */
export interface Executions {
  /** @returns the name of the execution */
  start(): Promise<string>;
  describe(name: string): Promise<Execution>;
  /** The latest one; `undefined` if there was none. */
  latest(): Promise<Execution | undefined>;
  /** `undefined` before the map has begun. */
  batches(name: string): Promise<BatchCounts | undefined>;
}

/** Opens the state machine of a fleet. */
export type OpenStateMachine = (arn: string) => Executions;

/** How often a run is looked at, in milliseconds. */
const LOOK_EVERY = 5_000;

const STATE_MACHINE = /^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:[\w-]{1,80}$/;

/** @throws CliError if the text is not the ARN of a state machine */
export function checkStateMachine(arn: string): string {
  if (!STATE_MACHINE.test(arn)) {
    throw new CliError(`--state-machine must be the ARN of the state machine of a fleet (fleet.stateMachine.stateMachineArn), got ${quote(arn)}`);
  }
  return arn;
}

/** Follows a run until it ends. It goes on by itself if the command is stopped. */
export async function follow(name: string, executions: Executions, terminal: Terminal, pause: () => Promise<void> = seconds): Promise<Execution> {
  let meter: Meter | undefined;
  try {
    for (;;) {
      const execution = await executions.describe(name);
      if (!isRunning(execution)) {
        return execution;
      }
      const batches = await executions.batches(name);
      meter ??= batches && new Meter('batches', batches.total, terminal);
      meter?.show(batches!.succeeded + batches!.failed);
      await pause();
    }
  } finally {
    meter?.end();
  }
}

function seconds(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, LOOK_EVERY));
}

export function isRunning({ status }: Execution): boolean {
  return ['RUNNING', 'PENDING_REDRIVE'].includes(status);
}

/** What a run that has succeeded has counted; `undefined` for any other one. */
export function summaryOf({ output }: Execution): RunSummary | undefined {
  const summary: unknown = output === undefined ? undefined : JSON.parse(output);
  return isMap(summary) && typeof summary.rows === 'number' ? summary as unknown as RunSummary : undefined;
}

/** Whether every row has its certificate. */
export function isComplete(execution: Execution): boolean {
  const summary = summaryOf(execution);
  return execution.status === 'SUCCEEDED' && summary !== undefined && summary.refused + summary.failedPieces === 0 && !summary.overtakenBy;
}

/** The counts of the summary alone. */
export function countsOf(summary: RunSummary): FleetCounts {
  const own = Object.keys(NO_DEVICES).map(name => [name, summary[name as keyof FleetCounts] ?? 0]);
  return addCounts(NO_DEVICES, Object.fromEntries(own) as FleetCounts);
}
