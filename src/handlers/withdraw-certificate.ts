import { MAX_TURNS } from './certificate-request';
import { releaseKeys } from './held-keys';
import { Requester } from './identity';
import { Holder, Ledger, LedgerEntry } from './ledger';
import { identityIn } from './physical-id';
import { Ports } from './ports';

/** Which keys outlive their certificates: those of which that is declared, or none, where nobody has ever had the certificate. */
export type Retention = 'as declared' | 'none';

/**
 * Withdraws a certificate: the ledger keeps it, as withdrawn, and its key is released, unless it is the key of a CA that
 * outlives its resource. Certificates that were never made, or belong to another resource, are left alone, since
 * CloudFormation may delete anything at any time, twice, and by an id it invented. A CA that was taken over from a resource that is
 * still there goes back to it. A key is released again where the
 * certificate is withdrawn already: an earlier attempt may have ended before that.
 *
 * @param tables the ledger of what a CA issues before that in which its own certificate is: see `recordCa`
 * @throws OvertakenError if a later request for the resource has begun
 */
export async function withdrawCertificate(
  identity: string, holder: Holder, tables: readonly string[], ports: Ports, retention: Retention = 'as declared',
): Promise<void> {
  for (const table of tables) {
    await withdrawIn(ports.ledger(table), identity, holder, ports, retention);
  }
}

async function withdrawIn(ledger: Ledger, identity: string, holder: Holder, ports: Ports, retention: Retention): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const entry = await ledger.find(identity);
    if (!entry || !isOf(entry, holder)) {
      return;
    }
    if (entry.status === 'ISSUED' && await isStillThere(entry.takenFrom, entry, ports)) {
      if (await ledger.advance(entry, 'ISSUED', { logicalResourceId: entry.takenFrom, handedBackBy: holder.requestId }, holder)) {
        return;
      }
      continue;
    }
    const facts = { withdrawnAt: ports.clock().toISOString(), withdrawnBy: holder.requestId };
    if (entry.status === 'WITHDRAWN' || await ledger.advance(entry, 'WITHDRAWN', facts, holder)) {
      if (retention === 'none' || !isRetained(entry)) {
        await releaseKeys(entry, ports);
      }
      return;
    }
  }
}

/**
 * Whether the resource that a CA was taken from still has it: the takeover is rolled back then. What a stack no longer declares is
 * removed only after an update has succeeded.
 */
async function isStillThere(formerId: string | undefined, { stackId, identity }: LedgerEntry, ports: Ports): Promise<boolean> {
  const { resources } = formerId === undefined ? { resources: [] } : await ports.stack(stackId);
  return resources.some(each => each.logicalResourceId === formerId && identityIn(each.physicalResourceId) === identity);
}

/** Whether the key of a withdrawn certificate stays: somebody has the certificate, or the request for it. */
export function isRetained({ retainKey, issuedAt, certificateSigningRequest }: LedgerEntry): boolean {
  return retainKey === true && (issuedAt !== undefined || certificateSigningRequest !== undefined);
}

export function isOf(entry: LedgerEntry, { stackId, logicalResourceId }: Requester): boolean {
  return entry.stackId === stackId && entry.logicalResourceId === logicalResourceId;
}
