import { isSamePlace } from './custody';
import { Declaration } from './declaration';
import { Requester } from './identity';
import { describeStorage } from './key-storage';
import { LedgerEntry } from './ledger';
import { isOf } from './withdraw-certificate';

/** What of a request decides whether it can be carried out with what the ledger has. */
export interface WantedRequest extends Requester {
  readonly identity: string;
  readonly mustExist: boolean;
  readonly declaration: Pick<Declaration, 'issuerLedgerTable' | 'keyStorage'>;
}

/**
 * Refuses what must not be issued, whatever the ledger still allows.
 *
 * @param standing the states in which the certificate of a resource can be
 */
export function assertWanted(request: WantedRequest, entry: LedgerEntry | undefined, standing: readonly LedgerEntry['status'][] = ['ISSUED']): void {
  if (request.mustExist && !(entry && standing.includes(entry.status))) {
    throw new Error(`the ledger ${request.declaration.issuerLedgerTable} does not hold the certificate ${request.identity} that this resource has; `
      + 'restore the table from its point-in-time recovery, or raise `generation` for a new certificate');
  }
  if (entry?.status === 'ISSUED' && !isOf(entry, request)) {
    throw new Error(`the ledger ${request.declaration.issuerLedgerTable} must have ${request.identity} for this resource, got the resource `
      + `${entry.logicalResourceId}; where that is by PrivateIotCa.fromKeptCa, keep it, or remove it, deploy, and then declare this one; `
      + 'else somebody has changed the table: restore it from its point-in-time recovery');
  }
  const { keyStorage } = request.declaration;
  if (entry && entry.status !== 'WITHDRAWN' && !isSamePlace(entry.keyStorage, keyStorage)) {
    throw new Error(`keyStorage must stay ${describeStorage(entry.keyStorage)}, where the key of this certificate is held, got ${describeStorage(keyStorage)}; `
      + 'raise `generation` for a new certificate with a key in the new place');
  }
}
