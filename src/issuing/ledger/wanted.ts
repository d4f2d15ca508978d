import { LedgerEntry, TABLE_WAS_CHANGED } from './ledger';
import { Requester } from '../../resource/lifecycle-event';
import { Declaration } from '../declaration/declaration';
import { isOf } from '../declaration/identity';
import { isSamePlace } from '../keys/custody';
import { describeStorage } from '../keys/key-storage';

/** The part of a request that decides whether the request can be carried out with what the ledger has. */
export interface WantedRequest extends Requester {
  readonly identity: string;
  readonly mustExist: boolean;
  readonly declaration: Pick<Declaration, 'issuerLedgerTable' | 'keyStorage'>;
}

/** The part of a request that decides whether the ledger's entry belongs to it. */
export type OwnRequest = Pick<WantedRequest, 'identity' | 'mustExist' | 'stackId' | 'logicalResourceId'>;

/**
 * Makes sure that a ledger has the certificate that a resource has, and that the entry belongs to that resource.
 *
 * @param table the ledger's name, for errors
 * @param standing the statuses that the certificate of a resource can have
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
      + 'if PrivateIotCa.fromKeptCa declares that resource, keep it, or remove it, deploy, and then declare this one; '
      + `otherwise ${TABLE_WAS_CHANGED}`);
  }
}

/**
 * Refuses a certificate that must not be issued, whatever the ledger still allows.
 *
 * @param standing the statuses that the certificate of a resource can have
 */
export function assertWanted(request: WantedRequest, entry: LedgerEntry | undefined, standing?: readonly LedgerEntry['status'][]): void {
  assertOwn(request, entry, request.declaration.issuerLedgerTable, standing);
  const { keyStorage } = request.declaration;
  if (entry && entry.status !== 'WITHDRAWN' && !isSamePlace(entry.keyStorage, keyStorage)) {
    throw new Error(`keyStorage must stay ${describeStorage(entry.keyStorage)}, where the key of this certificate is held, `
      + `got ${describeStorage(keyStorage)}; raise \`generation\` for a new certificate with a key in the new place`);
  }
}
