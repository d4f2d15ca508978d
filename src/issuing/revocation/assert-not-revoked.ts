import { ResourceRecord } from '../ledger/ledger';
import { Revocation } from '../ledger/revocation';

/** Longer than CloudFormation takes to roll back a stack. */
const ROLLBACK_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Refuses the declaration of a certificate that is revoked. A rollback is never refused, because that would leave the stack stuck: it gets
 * the certificate that the resource had, and the certificate stays revoked.
 *
 * @param mustExist whether the resource already has the certificate
 * @param record what the ledger knows about the resource
 */
export function assertNotRevoked(revocation: Revocation, mustExist: boolean, record: ResourceRecord | undefined, now: Date): void {
  if (mustExist && mayRollBack(revocation, record, now)) {
    return;
  }
  const { serialNumber, state, reason, revokedAt } = revocation;
  const wayOut = 'raise `generation` for a new certificate';
  throw new Error(state === 'HELD'
    ? `the certificate ${serialNumber} must not be on hold, as it has been since ${revokedAt}; release it (removeFromCRL), or ${wayOut}`
    : `the certificate ${serialNumber} must not be revoked, as it has been since ${revokedAt} (${reason}); ${wayOut}`);
}

/**
 * Whether a request for a certificate that the resource already has may be part of a rollback: the request before it has failed, or was
 * carried out when the certificate was still good, so that another resource may have failed after it.
 */
function mayRollBack({ revokedAt }: Revocation, record: ResourceRecord | undefined, now: Date): boolean {
  const { sinceBefore, outcomeBefore } = record ?? {};
  const began = new Date(sinceBefore ?? NaN);
  return outcomeBefore === 'FAILED' || (new Date(revokedAt) >= began && now.getTime() - began.getTime() < ROLLBACK_MILLISECONDS);
}
