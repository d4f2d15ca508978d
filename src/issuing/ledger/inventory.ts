import { LedgerEntry } from './ledger';
import { Revocation } from './revocation';

/** A certificate in a ledger, with what else the ledger knows about it. */
export interface InventoryEntry {
  readonly entry: LedgerEntry;
  /** Whether the ledger has a later certificate of the same identity. */
  readonly superseded: boolean;
  /** What is recorded about its revocation; absent if it was never revoked. */
  readonly revocation?: Revocation;
}

/** What someone who only reads a ledger asks it. */
export interface Inventory {
  /** The certificate of a CA whose certificates are in this ledger, or that another CA of this ledger has signed; `undefined` for any other CA. */
  ca(caId: string): Promise<LedgerEntry | undefined>;
  /** All entries for certificates that a CA has signed, by ascending serial number, fetched page by page on demand. */
  certificates(caId: string): AsyncIterable<InventoryEntry>;
}

/**
 * Whether an entry stands for a certificate: one that exists, or one of a CA that is to be made elsewhere. A reservation does not, nor does
 * a signature that proves possession of a key.
 */
export function isCertificate({ profile, status, certificate }: Pick<LedgerEntry, 'profile' | 'status'> & { readonly certificate?: unknown }): boolean {
  return profile !== 'signature' && (certificate !== undefined || status === 'REQUESTED');
}
