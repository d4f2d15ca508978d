import { FleetCounts } from '../../contract/fleet';
import { Fleet } from '../../issuing/fleet/issue-devices';
import { ManifestFormat } from '../../issuing/fleet/manifest/read-manifest';
import type { FleetRecords } from '../local/fleet-ledger';

/** What the main thread and the threads that issue say to each other. A private key is never among it: each thread reads that of the CA itself. */

/** A manifest in a file. */
export interface ManifestFile {
  readonly path: string;
  readonly format: ManifestFormat;
}

/** What a thread is begun with that checks a manifest and cuts it into pieces. */
export interface PlanTask {
  readonly manifest: ManifestFile;
  /** The file with the pieces, which it writes. */
  readonly plan: string;
  /** The most rows of a piece. */
  readonly batch: number;
  /** The file with the results of a run whose devices are passed over; all rows are meant if it is absent. */
  readonly issued?: string;
}

/** What a plan has. */
export interface Planned {
  /** The rows of the manifest that are in it, those that are refused because of their form among them. */
  readonly rows: number;
  readonly pieces: number;
  /** The length of the file with the pieces. */
  readonly planOctets: number;
  /** The rows of the manifest that the run passes over. */
  readonly passedOver: number;
  /** The SHA-256 of the manifest. */
  readonly manifestSha256: string;
}

/** From a thread that plans: how many rows it has read, or its end. */
export type PlanMessage = { readonly read: number } | { readonly planned: Planned } | { readonly failure: string };

/** What a thread is begun with that issues. */
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
  /** The most rows of a piece. */
  readonly batch: number;
  /** The folder for encrypted keys, in the directory of the local deployment. */
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
