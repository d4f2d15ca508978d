import { openSync } from 'node:fs';
import { MessagePort } from 'node:worker_threads';
import { fleetPorts, issuePiece } from './issue-piece';
import { LedgerAnswer, LedgerCall, PieceOrder, Task } from './messages';
import { FleetPorts } from '../../issuing/fleet/issue-devices';
import { Piece } from '../../issuing/fleet/pieces';
import { messageOf } from '../cli-error';
import { octetsIn } from '../local/file-lines';
import { FleetRecords } from '../local/fleet-ledger';

/** A thread that issues for the pieces that the main thread gives it. */
export class IssueThread {
  /** The calls that wait for an answer. */
  private readonly waiting = new Map<number, (answer: LedgerAnswer) => void>();
  private readonly plan: number;
  private readonly ports: () => FleetPorts;
  private calls = 0;

  constructor(private readonly task: Task, private readonly port: MessagePort) {
    this.plan = openSync(task.plan, 'r');
    this.ports = once(() => fleetPorts(task, this.records));
    port.on('message', (message: PieceOrder | LedgerAnswer) => 'call' in message ? this.take(message) : void this.carryOut(message));
  }

  private async carryOut({ piece, from, until }: PieceOrder): Promise<void> {
    try {
      const content = JSON.parse(octetsIn(this.plan, from, until).toString('utf8')) as Piece;
      const result = await issuePiece(content, this.task, this.ports());
      this.port.postMessage(result, [result.results, result.certificates, result.refused].map(({ buffer }) => buffer as ArrayBuffer));
    } catch (error) {
      this.port.postMessage({ piece, failure: messageOf(error) });
    }
  }

  /** The file of the ledger, which the main thread has open. */
  private get records(): FleetRecords {
    const ask = <T>(method: keyof FleetRecords, argument: unknown): Promise<T> => new Promise((resolve, reject) => {
      const call = ++this.calls;
      this.waiting.set(call, ({ value, failure }) => failure === undefined ? resolve(value as T) : reject(new Error(failure)));
      this.port.postMessage({ call, method, argument } satisfies LedgerCall);
    });
    return {
      latest: identities => ask('latest', identities),
      certificates: serialNumbers => ask('certificates', serialNumbers),
      append: records => ask('append', records),
    };
  }

  private take(answer: LedgerAnswer): void {
    this.waiting.get(answer.call)!(answer);
    this.waiting.delete(answer.call);
  }
}

/** Makes a value when it is first needed. A failure to make it is one each time. */
function once<T extends object>(make: () => T): () => T {
  let value: T | undefined;
  return () => value ??= make();
}
