import { ReadLedger } from '../../issuing/aws/read-ledger';
import { ignoreGone, LedgerEntry, LedgerStatus, ResourceRecord } from '../../issuing/ledger/ledger';
import { CrlPublication, Revocation } from '../../issuing/ledger/revocation';
import { Requester } from '../../resource/lifecycle-event';
import { DirectoryLedger, keyOf, toStored } from '../local/directory-ledger';
import { DirectoryRevocations } from '../local/directory-revocations';
import { StateStore } from '../local/state-store';

/**
 * A copy of a ledger in AWS, in which requests are foreseen. What is read comes from the ledger, once; what is written stays in memory. The
 * ledger of a CA that the deployment will make does not exist yet, and is empty.
 */
export class ForeseenLedger extends DirectoryLedger {
  private readonly found = new Map<string, Promise<void>>();

  constructor(table: string, memory: StateStore, private readonly source: ReadLedger['ledger']) {
    super(table, memory);
  }

  public override async find(identity: string): Promise<LedgerEntry | undefined> {
    await this.once(`identity ${identity}`, async () => {
      const entry = await this.source.find(identity).catch(ignoreGone);
      if (entry && !Object.hasOwn(this.ledger.latest, identity)) {
        this.copy(entry);
      }
    });
    return super.find(identity);
  }

  public override async resource(requester: Requester): Promise<ResourceRecord | undefined> {
    const { stackId, logicalResourceId } = requester;
    const path = `${stackId}/${logicalResourceId}`;
    await this.once(`resource ${path}`, async () => {
      const record = await this.source.resource(requester).catch(ignoreGone);
      if (record) {
        this.write({ resources: { [path]: record } });
      }
    });
    return super.resource(requester);
  }

  public override async named(issuer: string, commonName: string, now: Date): Promise<LedgerEntry[]> {
    await this.once(`name ${issuer} ${commonName}`, async () => {
      (await this.source.named(issuer, commonName, now).catch(ignoreGone) ?? [])
        .filter(({ identity }) => !Object.hasOwn(this.ledger.latest, identity)).forEach(entry => this.copy(entry));
    });
    return super.named(issuer, commonName, now);
  }

  public override async *certificates(issuer: string, status?: LedgerStatus): AsyncIterable<LedgerEntry> {
    yield* super.certificates(issuer, status);
    try {
      for await (const entry of this.source.certificates(issuer, status)) {
        if (!Object.hasOwn(this.ledger.entries, keyOf(entry))) {
          yield entry;
        }
      }
    } catch (error) {
      ignoreGone(error);
    }
  }

  /** Copies what one question finds, once, also if several requests ask it at the same time. */
  private once(question: string, copy: () => Promise<void>): Promise<void> {
    const copied = this.found.get(question) ?? copy();
    this.found.set(question, copied);
    return copied;
  }

  private copy(entry: LedgerEntry): void {
    this.write({ entries: { [keyOf(entry)]: toStored(entry) }, latest: { [entry.identity]: keyOf(entry) } });
  }
}

/** A copy of what a ledger in AWS knows about revoked certificates. */
export class ForeseenRevocations extends DirectoryRevocations {
  constructor(private readonly copy: ForeseenLedger, private readonly source: ReadLedger['revocations']) {
    super(copy);
  }

  public override async certificate(issuer: string, serialNumber: string): Promise<LedgerEntry | undefined> {
    return this.copy.certificate(issuer, serialNumber) ?? this.source.certificate(issuer, serialNumber).catch(ignoreGone);
  }

  public override async find(issuer: string, serialNumber: string): Promise<Revocation | undefined> {
    return await super.find(issuer, serialNumber) ?? this.source.find(issuer, serialNumber).catch(ignoreGone);
  }

  public override async publication(issuer: string): Promise<CrlPublication | undefined> {
    return this.source.publication(issuer).catch(ignoreGone);
  }
}
