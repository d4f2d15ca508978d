import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LedgerAnswer, LedgerCall, PieceFailure, PieceOrder, PieceResult, Planned, PlanMessage, PlanTask, Task } from './messages';
import { CliError, messageOf } from '../cli-error';
import { FleetRecords } from '../local/fleet-ledger';

/** Those who issue for the pieces of a fleet. */
export interface Crew {
  /** How many pieces it takes at once. */
  readonly room: number;
  /** @throws CliError if nothing can be issued any more */
  issue(order: PieceOrder): Promise<PieceResult>;
  /** Ends it. What it is at work on may be recorded or not. */
  dismiss(): Promise<void>;
}

/** The threads beside that which records and writes. */
export interface Threads {
  /** Checks a manifest, and cuts it into pieces: the memory that this takes goes with its thread. */
  plan(task: PlanTask, onRows: (rows: number) => void): Promise<Planned>;
  /** Begins so many threads that issue. */
  crew(workers: number, task: Task, records: FleetRecords): Crew;
}

/** The code of a thread: a bundle beside that of the command line. */
const WORKER = join(__dirname, 'fleet-worker.js');

/** A thread signs for one piece while another one of its pieces is being recorded. */
const PIECES_AT_ONCE = 2;

/** The most megabytes of a thread: it holds two pieces, and a larger heap would only be cleared later. */
const limits = (batch: number) => ({ maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 24 + Math.ceil(batch / 25) });

/** The threads of this process. */
export const threads: Threads = {
  plan: (task, onRows) => new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: { plan: task }, resourceLimits: limits(task.batch) });
    worker.on('message', (message: PlanMessage) => 'read' in message ? onRows(message.read)
      : 'planned' in message ? resolve(message.planned) : reject(new CliError(message.failure)));
    worker.on('error', error => reject(new CliError(`the thread that reads the manifest has failed: ${messageOf(error)}`)));
    worker.on('exit', () => reject(new CliError('the thread that reads the manifest has ended')));
  }),
  crew: (workers, task, records) => {
    const hands = Array.from({ length: workers }, () => new Hand(task, records));
    return {
      room: workers * PIECES_AT_ONCE,
      issue: order => hands.reduce((idlest, hand) => hand.load < idlest.load ? hand : idlest).issue(order),
      dismiss: async () => {
        await Promise.all(hands.map(hand => hand.dismiss()));
      },
    };
  },
};

/** One thread. */
class Hand {
  private readonly worker: Worker;
  private readonly pending = new Map<number, { readonly resolve: (result: PieceResult) => void; readonly reject: (error: Error) => void }>();
  private end?: Error;

  constructor(task: Task, private readonly records: FleetRecords) {
    this.worker = new Worker(WORKER, { workerData: { issue: task }, resourceLimits: limits(task.batch) });
    this.worker.on('message', (message: PieceResult | PieceFailure | LedgerCall) => 'call' in message ? void this.answer(message) : this.settle(message));
    this.worker.on('error', error => this.fail(`a thread that issues has failed: ${messageOf(error)}`));
    this.worker.on('exit', () => this.fail('a thread that issues has ended'));
  }

  /** How many pieces it has. */
  public get load(): number {
    return this.pending.size;
  }

  public issue(order: PieceOrder): Promise<PieceResult> {
    return new Promise((resolve, reject) => {
      if (this.end) {
        reject(this.end);
        return;
      }
      this.pending.set(order.piece, { resolve, reject });
      this.worker.postMessage(order);
    });
  }

  public async dismiss(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(message: PieceResult | PieceFailure): void {
    const { resolve, reject } = this.pending.get(message.piece)!;
    this.pending.delete(message.piece);
    if ('failure' in message) {
      reject(new CliError(message.failure));
    } else {
      resolve(message);
    }
  }

  private async answer({ call, method, argument }: LedgerCall): Promise<void> {
    let answer: LedgerAnswer;
    try {
      answer = { call, value: await (this.records[method] as (argument: unknown) => Promise<unknown>)(argument) };
    } catch (error) {
      answer = { call, failure: messageOf(error) };
    }
    this.worker.postMessage(answer);
  }

  private fail(reason: string): void {
    this.end ??= new CliError(reason);
    this.pending.forEach(({ reject }) => reject(this.end!));
    this.pending.clear();
  }
}
