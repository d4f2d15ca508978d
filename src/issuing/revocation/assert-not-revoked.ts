import { ResourceRecord } from '../ledger/ledger';
import { Revocation } from '../ledger/revocation';

/**
 * Refuses the declaration of a certificate that is revoked. The undoing of a failed update is not refused, because that would leave the
 * stack stuck: it gets the certificate that the resource had, which stays revoked.
 *
 * @param mustExist whether the resource already has the certificate
 * @param record what the ledger knows about the resource
 */
export function assertNotRevoked(revocation: Revocation, mustExist: boolean, record: ResourceRecord | undefined): void {
  if (mustExist && record?.outcomeBefore === 'FAILED') {
    return;
  }
  const { serialNumber, state, reason, revokedAt } = revocation;
  const wayOut = 'raise `generation` for a new certificate';
  throw new Error(state === 'HELD'
    ? `the certificate ${serialNumber} has been on hold since ${revokedAt}; release it (removeFromCRL), or ${wayOut}`
    : `the certificate ${serialNumber} has been revoked since ${revokedAt} (${reason}); ${wayOut}`);
}
