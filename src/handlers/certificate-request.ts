import { Declaration } from './declaration';
import { Holder, LedgerEntry } from './ledger';

/** A request to bring a resource to what it declares. */
export interface DeclaredRequestFacts extends Holder {
  readonly identity: string;
  /** Whether the resource has this certificate already, so that the ledger must hold it. */
  readonly mustExist: boolean;
}

/** A request for a certificate. */
export interface CertificateRequest extends DeclaredRequestFacts {
  readonly declaration: Declaration;
  /** Is told of an entry before the first version of its key is written. */
  readonly onKey: (entry: LedgerEntry) => void;
}

/** Concurrent deliveries of one request: each turn, one of them gets ahead. More turns than deliveries means a fault. */
export const MAX_TURNS = 8;

/** What is said where there were more turns. */
export const KEEPS_CHANGING = 'the ledger keeps changing under this request; deploy again';
