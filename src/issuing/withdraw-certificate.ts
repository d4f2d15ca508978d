import { isOf } from './declaration/identity';
import { releaseKeys } from './keys/held-keys';
import { Holder, Ledger, LedgerEntry } from './ledger/ledger';
import { Ports } from './ports';
import { identityIn } from '../resource/physical-id';
import { MAX_TURNS } from './ledger/turns';

/** Which keys outlive their certificates: those that are declared to, or none if the certificate was never delivered. */
export type Retention = 'as declared' | 'none';

/**
 * Withdraws a certificate. The ledger keeps the certificate, marked as withdrawn. Its key is released unless it is the key of a CA that is
 * to outlive its resource. A certificate that was never made, or that belongs to another resource, is left alone: CloudFormation can
 * delete anything at any time, twice, and by an ID that it invented. A CA that was taken over from a resource that still exists goes back
 * to that resource. If the certificate is already withdrawn, its key is released again, because an earlier attempt may have stopped before
 * that.
 *
 * @param tables the names of the ledgers' tables; the ledger of what a CA issues comes before the ledger of its own certificate: see
 *   `recordCa`
 * @returns whether its keys are gone, if they are not to be kept: see `SecretVersions`
 * @throws OvertakenError if a later request for the resource has begun
 */
export async function withdrawCertificate(
  identity: string, holder: Holder, tables: readonly string[], ports: Ports, retention: Retention = 'as declared',
): Promise<boolean> {
  let areGone = true;
  for (const table of tables) {
    areGone = await withdrawIn(ports.ledger(table), identity, holder, ports, retention) && areGone;
  }
  return areGone;
}

async function withdrawIn(ledger: Ledger, identity: string, holder: Holder, ports: Ports, retention: Retention): Promise<boolean> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const entry = await ledger.find(identity);
    if (!entry || !isOf(entry, holder)) {
      return true;
    }
    // The entry still has `takenFrom` after the CA has come back to that resource.
    const former = entry.takenFrom === holder.logicalResourceId ? undefined : entry.takenFrom;
    if (entry.status === 'ISSUED' && former !== undefined && await isStillThere(former, entry, ledger, ports)) {
      const facts = { logicalResourceId: former, handedBackBy: holder.requestId, retirement: entry.formerRetirement };
      if (await ledger.advance(entry, 'ISSUED', facts, holder)) {
        return true;
      }
      continue;
    }
    const facts = { withdrawnAt: ports.clock().toISOString(), withdrawnBy: holder.requestId };
    if (entry.status === 'WITHDRAWN' || await ledger.advance(entry, 'WITHDRAWN', facts, holder)) {
      return retention === 'as declared' && isRetained(entry) ? true : releaseKeys(entry, ports);
    }
  }
  return true;
}

/**
 * Whether the resource that a CA was taken from still has it, which means that the takeover is being rolled back: resources that a stack
 * no longer declares are removed only after an update has succeeded.
 */
export async function isStillThere(logicalResourceId: string, { stackId, identity }: LedgerEntry, ledger: Ledger, ports: Ports): Promise<boolean> {
  const { resources } = await ports.stack(stackId);
  return resources.some(each => each.logicalResourceId === logicalResourceId && identityIn(each.physicalResourceId) === identity)
    && (await ledger.resource({ stackId, logicalResourceId }))?.declares === identity; // and not a CA of the same declaration in another ledger
}

/** Whether the key of a withdrawn certificate is kept: only if the certificate, or the request for it, was delivered. */
export function isRetained({ retainKey, issuedAt, certificateSigningRequest }: LedgerEntry): boolean {
  return retainKey === true && (issuedAt !== undefined || certificateSigningRequest !== undefined);
}
