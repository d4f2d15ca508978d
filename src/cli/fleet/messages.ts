import { FleetCounts } from '../../contract/fleet';
import { Fleet } from '../../issuing/fleet/issue-devices';
import type { FleetRecords } from '../local/fleet-ledger';

/** What the main thread and the threads that issue say to each other. A private key is never among it: each thread reads that of the CA itself. */

/** What a thread is begun with. */
export interface Task {
  /** The directory of the local deployment. */
  readonly directory: string;
  /** The secrets that the command line gives: `NAME=FILE`. */
  readonly secrets: readonly string[];
  readonly fleet: Fleet;
  /** The run, which the ledger names for what it has issued. */
  readonly run: string;
  /** The file with the pieces of the manifest. */
  readonly plan: string;
  /** The folder for encrypted keys. */
  readonly keys: string;
}

/** To a thread: a piece of the plan, by its place in the file. */
export interface PieceOrder {
  readonly piece: number;
  readonly from: number;
  readonly until: number;
}

/** To a thread: the answer to a `LedgerCall`. */
export interface LedgerAnswer {
  readonly call: number;
  readonly value?: unknown;
  readonly failure?: string;
}

/** From a thread: what it needs from the ledger, which the main thread has open. */
export interface LedgerCall {
  readonly call: number;
  readonly method: keyof FleetRecords;
  readonly argument: unknown;
}

/** From a thread: the results of a piece, as they go into the files. */
export interface PieceResult {
  readonly piece: number;
  /** JSON Lines. */
  readonly results: Uint8Array;
  /** PEM. */
  readonly certificates: Uint8Array;
  /** JSON Lines. */
  readonly refused: Uint8Array;
  readonly counts: FleetCounts;
}

/** From a thread: nothing of a piece, and of any other, can be issued. */
export interface PieceFailure {
  readonly piece: number;
  readonly failure: string;
}
