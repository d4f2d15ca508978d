import { Declaration } from './declaration';
import { Holder, LedgerEntry } from '../ledger/ledger';

/** A request to bring a resource to its declared state. */
export interface DeclaredRequestFacts extends Holder {
  readonly identity: string;
  /** Whether the resource already has this certificate, so the ledger must hold it. */
  readonly mustExist: boolean;
  /** Whether the resource has another certificate now, which this one replaces, as in a rollback; absent if it has none. */
  readonly replacesAnother?: boolean;
}

/** A request for a certificate. */
export interface CertificateRequest extends DeclaredRequestFacts {
  readonly declaration: Declaration;
  /** Called with an entry before the first version of its key is written. */
  readonly onKey: (entry: LedgerEntry) => void;
}
