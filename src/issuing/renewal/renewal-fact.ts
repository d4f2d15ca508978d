import { Declaration } from '../declaration/declaration';
import { LedgerEntry, LedgerFacts } from '../ledger/ledger';

/** What the ledger is to know about the renewal of a certificate: `false` if an earlier declaration had it renewed, and this one does not. */
export function renewalFact({ renewal: before }: Pick<LedgerEntry, 'renewal'>, { renewal }: Declaration): Pick<LedgerFacts, 'renewal'> {
  return { renewal: renewal ?? (before === undefined ? undefined : false) };
}
