import { Ledger, LedgerEntry, LedgerFacts, LedgerRecord, LedgerStatus } from '../../handlers/ports';
import { own } from '../json';
import { LedgerState, OCTETS, StoredLedgerEntry } from './state';
import { StateStore } from './state-store';

/**
 * A ledger in the state of a local deployment. One process at a time holds the state's lock, so that the conditions of
 * the port only have to be compared with what is in memory. Nothing is ever removed from a ledger.
 */
export class DirectoryLedger implements Ledger {
  constructor(private readonly table: string, private readonly store: StateStore) {}

  public async find(identity: string): Promise<LedgerRecord | undefined> {
    const key = own(this.ledger.latest, identity);
    const entry = key === undefined ? undefined : own(this.ledger.entries, key);
    if (entry) {
      return { entry: fromStored(entry) };
    }
    const cancelledAt = own(this.ledger.cancelled, identity);
    return cancelledAt === undefined ? undefined : { cancelledAt };
  }

  public async reserve(entry: LedgerEntry, over: LedgerRecord | undefined): Promise<boolean> {
    const standing = await this.find(entry.identity);
    const key = keyOf(entry);
    if (!isSame(standing, over) || Object.hasOwn(this.ledger.entries, key)) {
      return false;
    }
    const ledger = this.writable();
    ledger.entries[key] = toStored(entry);
    ledger.latest[entry.identity] = key;
    delete ledger.cancelled[entry.identity];
    this.store.save();
    return true;
  }

  public async advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts): Promise<boolean> {
    const key = keyOf(entry);
    const standing = own(this.ledger.entries, key);
    if (standing?.status !== entry.status) {
      return false;
    }
    this.writable().entries[key] = { ...standing, ...toStored({ ...fromStored(standing), ...facts, status: to }) };
    this.store.save();
    return true;
  }

  public async cancel(identity: string, at: string): Promise<boolean> {
    if (await this.find(identity)) {
      return false;
    }
    this.writable().cancelled[identity] = at;
    this.store.save();
    return true;
  }

  private get ledger(): LedgerState {
    return own(this.store.state.ledgers, this.table) ?? { latest: {}, cancelled: {}, entries: {} };
  }

  private writable(): LedgerState {
    const { ledgers } = this.store.state;
    return ledgers[this.table] ??= { latest: {}, cancelled: {}, entries: {} };
  }
}

/** A serial number is unique among those of one issuer (RFC 5280, section 4.1.2.2); CAs from elsewhere have any. */
function keyOf({ issuer, serialNumber }: LedgerEntry): string {
  return `${issuer}/${serialNumber}`;
}

function isSame(standing: LedgerRecord | undefined, expected: LedgerRecord | undefined): boolean {
  return standing?.entry?.serialNumber === expected?.entry?.serialNumber
    && standing?.entry?.status === expected?.entry?.status
    && standing?.cancelledAt === expected?.cancelledAt;
}

function toStored(entry: LedgerEntry): StoredLedgerEntry {
  return mapOctets(entry, value => (value as Buffer).toString('base64')) as unknown as StoredLedgerEntry;
}

function fromStored(entry: StoredLedgerEntry): LedgerEntry {
  return mapOctets(entry, value => Buffer.from(value as string, 'base64')) as unknown as LedgerEntry;
}

function mapOctets(entry: object, convert: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(entry)
    .map(([name, value]) => [name, value !== undefined && (OCTETS as readonly string[]).includes(name) ? convert(value) : value]));
}
