import { Holder, Ledger, ignoreGone, Outcome, ResourceRecord } from './ledger';
import { Aim, begun, ended } from './resource-record';
import { KEEPS_CHANGING, MAX_TURNS } from './turns';
import { AnsweredError } from '../../resource/answered-error';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { OvertakenError } from '../../resource/overtaken-error';
import { identityIn } from '../../resource/physical-id';
import { Ports } from '../ports';

/** The ledgers that a request has to do with, by the names of their tables. */
export interface LedgerTables {
  /** The ledger in which the certificate is recorded: that of the CA which signs it. */
  readonly home: string;
  /** A CA's own ledger, where it is another one. */
  readonly own?: string;
  /** The ledgers that the resource leaves, such as that of a CA which no longer signs it. */
  readonly left: readonly string[];
}

/**
 * A request that is being carried out. It is recorded in each ledger that it has to do with, before anything else is done,
 * and its outcome before it is answered. So of two requests for a resource the later one counts, whichever is delivered
 * last, and all deliveries of one request come to one outcome.
 */
export class Claim {
  /** The ledgers in which it is recorded; the outcome in the first of them decides. */
  private readonly tables: string[] = [];
  private readonly startedAt: string;

  constructor(private readonly event: LifecycleEvent, private readonly aim: Aim, private readonly ports: Ports) {
    this.startedAt = ports.clock().toISOString();
  }

  /**
   * Begins the request, or goes on with it where an earlier delivery has begun it.
   *
   * @throws OvertakenError if a later request has begun, or if this one has failed already
   */
  public async open({ home, own, left }: LedgerTables): Promise<void> {
    // A stack must be deletable without a ledger that is gone.
    const mayBeGone = this.aim.wants === undefined;
    await this.begin(home, this.aim, mayBeGone);
    await this.begin(own, this.aim, mayBeGone);
    for (const table of left) {
      await this.begin(table, { removes: this.aim.removes, movesTo: home }, true);
    }
  }

  /** How the ledgers recognise a write of this request. */
  public get holder(): Holder {
    const { stackId, logicalResourceId, requestId } = this.event;
    return { stackId, logicalResourceId, requestId };
  }

  /** The tables of all ledgers that the request has to do with, that of the certificate itself last. */
  public get allTables(): string[] {
    return [...this.tables].reverse();
  }

  /**
   * Records that the request has succeeded.
   *
   * @throws OvertakenError if another delivery of it has failed before, or a later request has begun
   */
  public async succeed(): Promise<void> {
    if (await this.close('SUCCESS') !== 'SUCCESS') {
      throw new OvertakenError();
    }
  }

  /**
   * Records that the request has failed.
   *
   * @throws AnsweredError if another delivery of it has succeeded before
   */
  public async fail(): Promise<void> {
    if (await this.close('FAILED') === 'SUCCESS') {
      throw new AnsweredError();
    }
  }

  /**
   * The identities whose certificates nobody has, once the request has succeeded: an earlier request has made them and
   * failed, or its answer was lost, or they could not be removed. What CloudFormation takes the resource to be is not among
   * them, since it has that deleted itself.
   */
  public async leftBehind(): Promise<string[]> {
    const records = await Promise.all(this.allTables.map(table => this.recordIn(table)));
    const left = records.flatMap(record => (record?.holds ?? []).filter(identity => identity !== record?.declares));
    return [...new Set(left)].filter(identity => identity !== identityIn(this.event.physicalResourceId));
  }

  /** Notes that certificates were withdrawn, in all ledgers. */
  public async letGo(identities: readonly string[]): Promise<void> {
    for (const table of this.allTables) {
      await this.change(table, record => ({
        ...record,
        holds: record.holds.filter(each => !identities.includes(each)),
        had: record.had.filter(each => !identities.includes(each)),
      }));
    }
  }

  private async begin(table: string | undefined, aim: Aim, mayBeGone: boolean): Promise<void> {
    if (table === undefined) {
      return;
    }
    const begin = (): Promise<ResourceRecord> => this.write(this.ports.ledger(table), record => begun(record, this.event, aim, this.startedAt));
    if (mayBeGone) {
      await begin().then(() => this.tables.push(table), ignoreGone);
    } else {
      this.tables.push(table); // before: where the ledger can't be read now, another delivery may have succeeded
      await begin();
    }
  }

  /** Records an outcome where there is none yet, and answers the one that stands. */
  private async close(outcome: Outcome): Promise<Outcome> {
    let decided = outcome;
    for (const table of this.tables) {
      decided = (await this.change(table, record => record.outcome ? undefined : ended(record, decided))).outcome!;
    }
    return decided;
  }

  /** Changes the record while it is that of this request; `undefined` leaves it as it is. */
  private async change(table: string, change: (record: ResourceRecord) => ResourceRecord | undefined): Promise<ResourceRecord> {
    return this.write(this.ports.ledger(table), record => {
      if (record?.requestId !== this.event.requestId) {
        throw new OvertakenError();
      }
      const next = change(record);
      return next && { ...next, revision: record.revision + 1 };
    });
  }

  private async write(ledger: Ledger, change: (record: ResourceRecord | undefined) => ResourceRecord | undefined): Promise<ResourceRecord> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const record = await ledger.resource(this.event);
      const next = change(record);
      if (next === undefined) {
        return record!;
      }
      if (await ledger.record(this.event, next, record)) {
        return next;
      }
    }
    throw new Error(KEEPS_CHANGING);
  }

  private recordIn(table: string): Promise<ResourceRecord | undefined> {
    return this.ports.ledger(table).resource(this.event);
  }
}
