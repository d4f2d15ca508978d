import { fromStored, toStored } from './directory-ledger';
import { FleetLog, NewRecord } from './fleet-log';
import { entryLine } from './fleet-log-lines';
import { StoredLedgerEntry } from './state';
import { FleetEntry, FleetLedger, MadeEntry, RevokedCertificates } from '../../issuing/fleet/fleet-ledger';
import { isRevoked, Revocations } from '../../issuing/ledger/revocation';

/** The access to the file of a fleet ledger, in the thread that has it open or from another one. */
export interface FleetRecords {
  /** The lines of the latest certificates of identities; `undefined` for those that have none. */
  latest(identities: readonly string[]): Promise<(string | undefined)[]>;
  /** The lines of certificates with serial numbers; `undefined` for those that the file does not have. */
  certificates(serialNumbers: readonly string[]): Promise<(string | undefined)[]>;
  /** Adds certificates: see `FleetLog.append`. */
  append(records: readonly NewRecord[]): Promise<boolean[]>;
}

/** The records of a file that is open in this thread. */
export function recordsOf(log: FleetLog): FleetRecords {
  return {
    latest: async identities => identities.map(identity => log.find(identity)),
    certificates: async serialNumbers => serialNumbers.map(serialNumber => log.findBySerialNumber(serialNumber)),
    append: async records => log.append(records),
  };
}

/** What a local deployment knows about its fleets. The lock of the deployment is held while a fleet is issued. */
export class DirectoryFleetLedger implements FleetLedger {
  constructor(private readonly records: FleetRecords, private readonly revocations: Pick<Revocations, 'find'>) {}

  public async latest(issuer: string, identities: readonly string[]): Promise<Map<string, FleetEntry>> {
    const entries = entriesOf(issuer, await this.records.latest(identities));
    return new Map(entries.map(entry => [entry.identity, entry]));
  }

  public async certificates(issuer: string, serialNumbers: readonly string[]): Promise<Map<string, FleetEntry>> {
    const entries = entriesOf(issuer, serialNumbers.length === 0 ? [] : await this.records.certificates(serialNumbers));
    return new Map(entries.map(entry => [entry.serialNumber, entry]));
  }

  public async revoked(issuer: string, serialNumbers: readonly string[]): Promise<RevokedCertificates> {
    const revocations = await Promise.all(serialNumbers.map(serialNumber => this.revocations.find(issuer, serialNumber)));
    return new Map(revocations.filter(isRevoked).map(({ serialNumber, reason }) => [serialNumber, reason]));
  }

  public async record(made: readonly MadeEntry[]): Promise<ReadonlySet<string>> {
    const recorded = await this.records.append(made.map(({ entry, over, isBack }) =>
      ({ identity: entry.identity, line: entryLine(toStored(entry)), over: over?.serialNumber, isBack })));
    return new Set(made.filter((_, index) => recorded[index]).map(({ entry }) => entry.identity));
  }
}

/** The entry in a line of the file. */
export function entryIn(line: string): FleetEntry {
  return fromStored(JSON.parse(line) as StoredLedgerEntry) as FleetEntry;
}

function entriesOf(issuer: string, lines: readonly (string | undefined)[]): FleetEntry[] {
  return lines.flatMap(line => line === undefined ? [] : [entryIn(line)]).filter(entry => entry.issuer === issuer);
}
