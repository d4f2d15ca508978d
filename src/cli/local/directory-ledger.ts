import { FleetCertificates, FoundInFleet } from './fleet-certificates';
import { LedgerState, OCTETS, StoredLedgerEntry } from './state';
import { StateStore } from './state-store';
import { comparableCommonName } from '../../contract/common-names';
import { dueAt, EndingCertificate, Holder, isAsRead, Ledger, LedgerEntry, LedgerFacts, LedgerStatus, present, ResourceRecord, takesBack } from '../../issuing/ledger/ledger';
import { isRevoked } from '../../issuing/ledger/revocation';
import { Requester } from '../../resource/lifecycle-event';
import { OvertakenError } from '../../resource/overtaken-error';
import { own } from '../json';

/**
 * A ledger in the state of a local deployment. Only one process at a time holds the state's lock, so the conditions of the port
 * have to be checked only against the state in memory. Nothing is ever removed from a ledger.
 */
export class DirectoryLedger implements Ledger {
  constructor(private readonly table: string, private readonly store: StateStore) {}

  public async find(identity: string): Promise<LedgerEntry | undefined> {
    const key = own(this.ledger.latest, identity);
    const entry = key === undefined ? undefined : own(this.ledger.entries, key);
    return entry && fromStored(entry);
  }

  public async resource(requester: Requester): Promise<ResourceRecord | undefined> {
    return own(this.ledger.resources, pathOf(requester));
  }

  public async record(requester: Requester, record: ResourceRecord, over: ResourceRecord | undefined): Promise<boolean> {
    if ((await this.resource(requester))?.revision !== over?.revision) {
      return false;
    }
    return this.write({ resources: { [pathOf(requester)]: record } });
  }

  public async reserve(entry: LedgerEntry, over: LedgerEntry | undefined, holder: Holder): Promise<boolean> {
    await this.assertHeld(holder, false);
    const standing = await this.find(entry.identity);
    const key = keyOf(entry);
    if (!isAsRead(standing, over) || Object.hasOwn(this.ledger.entries, key)) {
      return false;
    }
    return this.write({ entries: { [key]: toStored(entry) }, latest: { [entry.identity]: key } });
  }

  public async advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts, holder: Holder): Promise<boolean> {
    await this.assertHeld(holder, takesBack(to, facts));
    const key = keyOf(entry);
    const standing = own(this.ledger.entries, key);
    if (!standing || !isAsRead(fromStored(standing), entry) || this.isSuperseded(standing)) {
      return false;
    }
    return this.write({ entries: { [key]: { ...standing, ...toStored({ ...fromStored(standing), ...present(facts), status: to }) } } });
  }

  public async reserveRenewal(entry: LedgerEntry, over: LedgerEntry, holder: Holder): Promise<boolean> {
    await this.assertHeld(holder, false);
    const key = keyOf(entry);
    const standing = this.renewed(over, over.renewedBy);
    return standing !== undefined && !Object.hasOwn(this.ledger.entries, key)
      && this.write({ entries: { [key]: toStored(entry), [keyOf(over)]: { ...standing, renewedBy: entry.serialNumber } } });
  }

  public async renew(entry: LedgerEntry, over: LedgerEntry, facts: LedgerFacts, holder: Holder): Promise<boolean> {
    await this.assertHeld(holder, false);
    const key = keyOf(entry);
    const standing = own(this.ledger.entries, key);
    if (!this.renewed(over, entry.serialNumber) || standing?.status !== entry.status || isRevoked(own(this.ledger.revoked ?? {}, keyOf(over)))) {
      return false;
    }
    const issued = toStored({ ...fromStored(standing), ...present(facts), status: 'ISSUED' });
    return this.write({ entries: { [key]: issued }, latest: { [entry.identity]: key } });
  }

  public async *certificates(issuer: string, status?: LedgerStatus): AsyncIterable<LedgerEntry> {
    const isWanted = (entry: StoredLedgerEntry): boolean => entry.issuer === issuer && (status === undefined || entry.status === status);
    yield* Object.values(this.ledger.entries).filter(isWanted).map(fromStored);
    for (const { entry } of this.ofFleets(issuer)) {
      if (isWanted(entry)) {
        yield fromStored(entry);
      }
    }
  }

  public async *ending(issuer: string, after: Date, until: Date): AsyncIterable<EndingCertificate> {
    const { entries, latest } = this.ledger;
    const isWanted = ({ issuer: signedBy, profile, notAfter }: StoredLedgerEntry): boolean =>
      signedBy === issuer && profile !== 'signature' && notAfter !== '' && new Date(notAfter) >= after && new Date(notAfter) <= until;
    const found = [...Object.values(entries), ...this.endingOfFleets(issuer, isWanted)].filter(isWanted);
    yield* found.sort((one, other) => new Date(one.notAfter).getTime() - new Date(other.notAfter).getTime()).map(entry => {
      const next = own(latest, entry.identity);
      const supersededBy = next === undefined ? this.fleets!.latestOf(entry.identity) : entries[next].serialNumber;
      return { ...fromStored(entry), supersededBy: supersededBy === entry.serialNumber ? undefined : supersededBy, dueAt: dueAt(fromStored(entry)) };
    });
  }

  public async named(issuer: string, commonName: string, now: Date): Promise<LedgerEntry[]> {
    const name = comparableCommonName(commonName);
    const isWanted = (entry: StoredLedgerEntry): boolean => entry.issuer === issuer && entry.commonName !== undefined
      && comparableCommonName(entry.commonName) === name && new Date(entry.notAfter) > now;
    const found = Object.values(this.ledger.latest).map(key => this.ledger.entries[key]).filter(isWanted);
    for (const { entry, superseded } of this.ofFleets(issuer)) {
      if (!superseded && isWanted(entry)) {
        found.push(entry);
      }
    }
    return found.map(fromStored);
  }

  /** The certificate with this serial number, whether or not it is the latest of its identity. */
  public certificate(issuer: string, serialNumber: string): LedgerEntry | undefined {
    const entry = own(this.ledger.entries, keyOf({ issuer, serialNumber })) ?? this.fleets?.certificate(serialNumber);
    return entry?.issuer === issuer ? fromStored(entry) : undefined;
  }

  /** The certificates of fleets, which are not in the state. */
  private get fleets(): FleetCertificates | undefined {
    const log = this.store.fleets(this.table);
    return log && new FleetCertificates(log);
  }

  private ofFleets(issuer: string): Iterable<FoundInFleet> {
    return this.fleets?.all(issuer) ?? [];
  }

  /** Only those that are wanted are in memory at once. */
  private endingOfFleets(issuer: string, isWanted: (entry: StoredLedgerEntry) => boolean): StoredLedgerEntry[] {
    const found: StoredLedgerEntry[] = [];
    for (const { entry } of this.ofFleets(issuer)) {
      if (isWanted(entry)) {
        found.push({ ...entry, certificate: undefined });
      }
    }
    return found;
  }

  /** The stored entry of a certificate that is still the latest of its identity, and that this one is to renew. */
  private renewed(over: LedgerEntry, renewedBy: string | undefined): StoredLedgerEntry | undefined {
    const key = keyOf(over);
    const standing = own(this.ledger.entries, key);
    const isLatest = own(this.ledger.latest, over.identity) === key;
    return isLatest && standing && standing.renewedBy === renewedBy && isAsRead(fromStored(standing), over) ? standing : undefined;
  }

  /** A certificate is superseded once the latest of its identity is another one, unless that one is still to be renewed by it. */
  private isSuperseded({ identity, serialNumber }: StoredLedgerEntry): boolean {
    const latest = own(this.ledger.entries, own(this.ledger.latest, identity) ?? '');
    return latest?.serialNumber !== serialNumber && latest?.renewedBy !== serialNumber;
  }

  private async assertHeld(holder: Holder, mayHaveFailed: boolean): Promise<void> {
    const record = await this.resource(holder);
    if (record?.requestId !== holder.requestId || (record.outcome === 'FAILED' && !mayHaveFailed && !holder.evenIfFailed)) {
      throw new OvertakenError();
    }
  }

  /** Everything that the ledger holds. */
  public get ledger(): LedgerState {
    return own(this.store.state.ledgers, this.table) ?? { latest: {}, resources: {}, entries: {} };
  }

  /** Changes the ledger, which begins with its first entry or record, and saves it. Returns `true`, for the methods that have written. */
  public write(changes: Partial<LedgerState>): true {
    const ledger: { [part: string]: object | undefined } = this.store.state.ledgers[this.table] ??= this.ledger;
    Object.entries(changes).forEach(([part, members]) => {
      ledger[part] = Object.assign(ledger[part] ?? {}, members);
    });
    this.store.save();
    return true;
  }
}

function pathOf({ stackId, logicalResourceId }: Requester): string {
  return `${stackId}/${logicalResourceId}`;
}

/** A serial number is unique only for one issuer (RFC 5280, section 4.1.2.2). CAs from elsewhere can have any serial number. */
export function keyOf({ issuer, serialNumber }: Pick<LedgerEntry, 'issuer' | 'serialNumber'>): string {
  return `${issuer}/${serialNumber}`;
}

/** An entry in the form in which the state holds it. */
export function toStored(entry: LedgerEntry): StoredLedgerEntry {
  return mapOctets(entry, value => (value as Buffer).toString('base64')) as unknown as StoredLedgerEntry;
}

/** An entry as the state holds it, with its octets. */
export function fromStored(entry: StoredLedgerEntry): LedgerEntry {
  return mapOctets(entry, value => Buffer.from(value as string, 'base64')) as unknown as LedgerEntry;
}

function mapOctets(entry: object, convert: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(entry)
    .map(([name, value]) => [name, value !== undefined && (OCTETS as readonly string[]).includes(name) ? convert(value) : value]));
}
