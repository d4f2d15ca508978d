import { RevocationReason } from '../../contract/revocation';
import { LedgerEntry } from '../ledger/ledger';

/** The entry of a device of a fleet. */
export interface FleetEntry extends LedgerEntry {
  readonly certificate: Buffer;
  readonly deviceId: string;
  /** The digest of what was declared. */
  readonly declared: string;
}

/** A certificate to be recorded. */
export interface MadeEntry {
  readonly entry: FleetEntry;
  /** The latest certificate of the device, which `entry` replaces. */
  readonly over: FleetEntry | undefined;
  /** `true` if the ledger has `entry`, and it becomes the latest of its device again; only `returnedAt` and `restoredOver` are new. */
  readonly isBack?: true;
}

/** The reasons for which certificates are revoked or on hold, by their serial numbers. */
export type RevokedCertificates = ReadonlyMap<string, RevocationReason>;

/**
 * The part of a ledger that knows fleets. It deals with many devices at once. A certificate becomes the latest of its device in one step, on the condition
 * that the device has the certificate that was read before.
 */
export interface FleetLedger {
  /** The latest certificates of identities, those of them that have one. */
  latest(issuer: string, identities: readonly string[]): Promise<Map<string, FleetEntry>>;
  /** Certificates of a CA by their serial numbers, those of them that it has. */
  certificates(issuer: string, serialNumbers: readonly string[]): Promise<Map<string, FleetEntry>>;
  /** Which of these certificates of a CA are revoked or on hold. */
  revoked(issuer: string, serialNumbers: readonly string[]): Promise<RevokedCertificates>;
  /**
   * Records certificates as issued.
   *
   * @returns the identities of those that were recorded, now or by an earlier call with the same certificate; every other device has got another one meanwhile
   */
  record(made: readonly MadeEntry[]): Promise<ReadonlySet<string>>;
}
