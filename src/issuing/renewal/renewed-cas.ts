import { isMap } from '../../contract/json-map';
import { RenewedCa } from '../../contract/renewal';

/**
 * The CAs whose certificates are renewed, from the environment of the function.
 *
 * @throws Error if the environment holds something else
 */
export function renewedCasIn(json: string | undefined): RenewedCa[] {
  const cas: unknown = JSON.parse(json ?? 'null');
  if (!Array.isArray(cas) || !cas.every(ca => isMap(ca) && typeof ca.caId === 'string' && typeof ca.ledgerTable === 'string' && Number.isInteger(ca.beforeDays))) {
    throw new Error('RENEWED_CAS must be a list of CAs, each with caId, ledgerTable and beforeDays');
  }
  return cas as RenewedCa[];
}
