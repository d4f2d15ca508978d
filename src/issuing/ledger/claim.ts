import { Holder, Ledger, ignoreGone, Outcome, ResourceRecord } from './ledger';
import { Aim, begun, ended } from './resource-record';
import { KEEPS_CHANGING, MAX_TURNS } from './turns';
import { AnsweredError } from '../../resource/answered-error';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { OvertakenError } from '../../resource/overtaken-error';
import { identityIn } from '../../resource/physical-id';
import { Ports } from '../ports';

/** The ledgers that a request involves, by the names of their tables. */
export interface LedgerTables {
  /** The ledger in which the certificate is recorded: the ledger of the CA that signs it. */
  readonly home: string;
  /** A CA's own ledger, if it is a different one. */
  readonly own?: string;
  /** The ledgers that the resource leaves, such as the ledger of a CA that no longer signs its certificate. */
  readonly left: readonly string[];
}

/**
 * A request that is being carried out. It is recorded in each ledger that it involves before anything else is done, and its outcome is
 * recorded before it is answered. So the later of two requests for a resource counts, whichever is delivered last, and all deliveries of
 * one request have the same outcome.
 */
export class Claim {
  /** The ledgers in which the request is recorded. The outcome in the first of them decides. */
  private readonly tables: string[] = [];
  private readonly startedAt: string;

  constructor(private readonly event: LifecycleEvent, private readonly aim: Aim, private readonly ports: Ports) {
    this.startedAt = ports.clock().toISOString();
  }

  /**
   * Begins the request, or continues it if an earlier delivery has begun it.
   *
   * @throws OvertakenError if a later request has begun, or if this request has already failed
   */
  public async open({ home, own, left }: LedgerTables): Promise<void> {
    // It must be possible to delete a stack whose ledger is gone.
    const mayBeGone = this.aim.wants === undefined;
    await this.begin(home, this.aim, mayBeGone);
    await this.begin(own, this.aim, mayBeGone);
    for (const table of left) {
      await this.begin(table, { removes: this.aim.removes, movesTo: home }, true);
    }
  }

  /** Identifies the writes of this request to the ledgers. */
  public get holder(): Holder {
    const { stackId, logicalResourceId, requestId } = this.event;
    return { stackId, logicalResourceId, requestId };
  }

  /** The tables of all ledgers that the request involves. The ledger of the certificate itself comes last. */
  public get allTables(): string[] {
    return [...this.tables].reverse();
  }

  /**
   * Records that the request has succeeded.
   *
   * @throws OvertakenError if another delivery of the request has already failed, or if a later request has begun
   */
  public async succeed(): Promise<void> {
    if (await this.close('SUCCESS') !== 'SUCCESS') {
      throw new OvertakenError();
    }
  }

  /**
   * Records that the request has failed.
   *
   * @throws AnsweredError if another delivery of the request has already succeeded
   */
  public async fail(): Promise<void> {
    if (await this.close('FAILED') === 'SUCCESS') {
      throw new AnsweredError();
    }
  }

  /**
   * The identities whose certificates no resource has once the request has succeeded: an earlier request made them and failed, or its
   * answer was lost, or they could not be removed. The identity that CloudFormation has for the resource is not among them, because
   * CloudFormation itself requests its removal.
   */
  public async leftBehind(): Promise<string[]> {
    const records = await Promise.all(this.allTables.map(table => this.recordIn(table)));
    const left = records.flatMap(record => record?.holds.filter(identity => identity !== record.declares) ?? []);
    return [...new Set(left)].filter(identity => identity !== identityIn(this.event.physicalResourceId));
  }

  /** Records in all ledgers that certificates were withdrawn. */
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
      this.tables.push(table); // first: if the ledger can't be read now, another delivery may have succeeded
      await begin();
    }
  }

  /** Records an outcome if there is none yet, and returns the recorded outcome. */
  private async close(outcome: Outcome): Promise<Outcome> {
    let decided = outcome;
    for (const table of this.tables) {
      decided = (await this.change(table, record => record.outcome ? undefined : ended(record, decided))).outcome!;
    }
    return decided;
  }

  /** Changes the record while it belongs to this request. If `change` returns `undefined`, the record stays as it is. */
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
