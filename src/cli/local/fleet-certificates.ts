import { FleetLog } from './fleet-log';
import { StoredLedgerEntry } from './state';

/** A certificate of a fleet. */
export interface FoundInFleet {
  readonly entry: StoredLedgerEntry;
  /** Whether its device has a later certificate. */
  readonly superseded: boolean;
}

/** The certificates of fleets in the file of a ledger, in the form in which the state holds others. */
export class FleetCertificates {
  constructor(private readonly log: FleetLog) {}

  /** All certificates that a CA has signed, read on demand; those of all CAs if none is named. */
  public* all(issuer?: string): Generator<FoundInFleet> {
    for (const { line, superseded } of this.log.records()) {
      const entry = JSON.parse(line) as StoredLedgerEntry;
      if (issuer === undefined || entry.issuer === issuer) {
        yield { entry, superseded };
      }
    }
  }

  public certificate(serialNumber: string): StoredLedgerEntry | undefined {
    const line = this.log.findBySerialNumber(serialNumber);
    return line === undefined ? undefined : JSON.parse(line) as StoredLedgerEntry;
  }

  /** The serial number of the latest certificate of an identity. */
  public latestOf(identity: string): string | undefined {
    const line = this.log.find(identity);
    return line === undefined ? undefined : (JSON.parse(line) as StoredLedgerEntry).serialNumber;
  }
}
