import { LedgerEntry, TABLE_WAS_CHANGED } from './ledger';
import { Requester } from '../../resource/lifecycle-event';
import { Declaration } from '../declaration/declaration';
import { isOf } from '../declaration/identity';
import { isSamePlace } from '../keys/custody';
import { describeStorage } from '../keys/key-storage';

/** What of a request decides whether it can be carried out with what the ledger has. */
export interface WantedRequest extends Requester {
  readonly identity: string;
  readonly mustExist: boolean;
  readonly declaration: Pick<Declaration, 'issuerLedgerTable' | 'keyStorage'>;
}

/** What of a request decides whether the ledger's entry is its own. */
export type OwnRequest = Pick<WantedRequest, 'identity' | 'mustExist' | 'stackId' | 'logicalResourceId'>;

/**
 * Makes sure that a ledger has what a resource has, and has it for that resource.
 *
 * @param table the ledger's name, for errors
 * @param standing the states in which the certificate of a resource can be
 */
export function assertOwn(
  request: OwnRequest, entry: LedgerEntry | undefined, table: string, standing: readonly LedgerEntry['status'][] = ['ISSUED'],
): void {
  if (request.mustExist && !(entry && standing.includes(entry.status))) {
    throw new Error(`the ledger ${table} does not hold the certificate ${request.identity} that this resource has; `
      + 'restore the table from its point-in-time recovery, or raise `generation` for a new certificate');
  }
  if (entry?.status === 'ISSUED' && !isOf(entry, request)) {
    throw new Error(`the ledger ${table} must have ${request.identity} for this resource, got the resource ${entry.logicalResourceId}; `
      + 'if that is a PrivateIotCa.fromKeptCa, keep it, or remove it, deploy, and then declare this one; '
      + `otherwise ${TABLE_WAS_CHANGED}`);
  }
}

/**
 * Refuses what must not be issued, whatever the ledger still allows.
 *
 * @param standing the states in which the certificate of a resource can be
 */
export function assertWanted(request: WantedRequest, entry: LedgerEntry | undefined, standing?: readonly LedgerEntry['status'][]): void {
  assertOwn(request, entry, request.declaration.issuerLedgerTable, standing);
  const { keyStorage } = request.declaration;
  if (entry && entry.status !== 'WITHDRAWN' && !isSamePlace(entry.keyStorage, keyStorage)) {
    throw new Error(`keyStorage must stay ${describeStorage(entry.keyStorage)}, where the key of this certificate is held, got ${describeStorage(keyStorage)}; `
      + 'raise `generation` for a new certificate with a key in the new place');
  }
}
