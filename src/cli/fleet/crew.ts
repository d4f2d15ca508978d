import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LedgerAnswer, LedgerCall, PieceFailure, PieceOrder, PieceResult, Task } from './messages';
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

/** Begins so many threads. */
export type MakeCrew = (workers: number, task: Task, records: FleetRecords) => Crew;

/** The code of a thread: a bundle beside that of the command line. */
const WORKER = join(__dirname, 'fleet-worker.js');

/** A thread signs for one piece while another one of its pieces is being recorded. */
const PIECES_AT_ONCE = 2;

/** Megabytes. A thread holds two pieces, and a larger nursery for short-lived objects would only take more of the memory. */
const LIMITS = { maxYoungGenerationSizeMb: 12 };

/** A crew of threads. */
export const threads: MakeCrew = (workers, task, records) => {
  const hands = Array.from({ length: workers }, () => new Hand(task, records));
  return {
    room: workers * PIECES_AT_ONCE,
    issue: order => hands.reduce((idlest, hand) => hand.load < idlest.load ? hand : idlest).issue(order),
    dismiss: async () => {
      await Promise.all(hands.map(hand => hand.dismiss()));
    },
  };
};

/** One thread. */
class Hand {
  private readonly worker: Worker;
  private readonly pending = new Map<number, { readonly resolve: (result: PieceResult) => void; readonly reject: (error: Error) => void }>();
  private end?: Error;

  constructor(task: Task, private readonly records: FleetRecords) {
    this.worker = new Worker(WORKER, { workerData: task, resourceLimits: LIMITS });
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
