import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { fleetPorts, issuePiece } from './issue-piece';
import { LedgerAnswer, LedgerCall, PieceOrder, Task } from './messages';
import { Piece } from '../../issuing/fleet/pieces';
import { messageOf } from '../cli-error';
import { octetsIn } from '../local/file-lines';
import { FleetRecords } from '../local/fleet-ledger';

/** A thread that issues for the pieces of a fleet that the main thread gives it. */

const task = workerData as Task;
const port = parentPort!;

/** The calls that wait for an answer. */
const waiting = new Map<number, (answer: LedgerAnswer) => void>();
let calls = 0;

function ask<T>(method: keyof FleetRecords, argument: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = ++calls;
    waiting.set(call, ({ value, failure }) => failure === undefined ? resolve(value as T) : reject(new Error(failure)));
    port.postMessage({ call, method, argument } satisfies LedgerCall);
  });
}

const records: FleetRecords = {
  seed: fleet => ask('seed', fleet),
  find: identities => ask('find', identities),
  append: added => ask('append', added),
};

const plan = openSync(task.plan, 'r');
const ports = attempt(() => fleetPorts(task, records));

async function carryOut({ piece, from, until }: PieceOrder): Promise<void> {
  try {
    const { value, error } = ports;
    if (!value) {
      throw error;
    }
    const result = await issuePiece(JSON.parse(octetsIn(plan, from, until).toString('utf8')) as Piece, task, value);
    port.postMessage(result, [result.results, result.certificates, result.refused].map(({ buffer }) => buffer as ArrayBuffer));
  } catch (error) {
    port.postMessage({ piece, failure: messageOf(error) });
  }
}

/** A failure to begin is that of each piece. */
function attempt<T>(work: () => T): { readonly value?: T; readonly error?: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

port.on('message', (message: PieceOrder | LedgerAnswer) => {
  if ('call' in message) {
    waiting.get(message.call)!(message);
    waiting.delete(message.call);
  } else {
    void carryOut(message);
  }
});
