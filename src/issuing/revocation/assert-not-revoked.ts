import { DeclaredRequestFacts } from '../declaration/certificate-request';
import { ResourceRecord } from '../ledger/ledger';
import { Revocation } from '../ledger/revocation';

/**
 * Refuses the declaration of a certificate that is revoked. The undoing of an update is not refused, because that would leave the stack stuck: it
 * gets the certificate that the resource had, which stays revoked. An update that has failed is undone, and one that has replaced the certificate:
 * the resource still has the former certificate until CloudFormation removes that, which it does only once nothing is rolled back any more.
 *
 * @param record what the ledger knows about the resource
 */
export function assertNotRevoked(
  { identity, mustExist, replacesAnother }: DeclaredRequestFacts, revocation: Revocation, record: ResourceRecord | undefined,
): void {
  if ((mustExist && record?.outcomeBefore === 'FAILED') || (replacesAnother && record?.had.includes(identity))) {
    return;
  }
  const { serialNumber, state, reason, revokedAt } = revocation;
  const wayOut = 'raise `generation` for a new certificate';
  throw new Error(state === 'HELD'
    ? `the certificate ${serialNumber} has been on hold since ${revokedAt}; release it (removeFromCRL), or ${wayOut}`
    : `the certificate ${serialNumber} has been revoked since ${revokedAt} (${reason}); ${wayOut}`);
}
