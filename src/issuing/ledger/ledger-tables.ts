import { LedgerTables } from './claim';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { RawProperties } from '../../resource/property-values';

/** The ledgers that a request involves, as its properties name them. */
export function ledgerTables({ properties, oldProperties }: LifecycleEvent): LedgerTables {
  const [home, own] = tablesIn(properties);
  const left = oldProperties ? tablesIn(oldProperties).filter(table => table !== home && table !== own) : [];
  return { home, own, left };
}

/** The ledger of a resource's own certificate and, if it is a different one, the ledger of the certificates that it issues. */
function tablesIn({ LedgerTable: own, IssuerLedgerTable: issuer }: RawProperties): string[] {
  return [...new Set([issuer, own])].filter((table): table is string => typeof table === 'string' && table !== '');
}
