import { RevocationReason } from '../../contract/revocation';
import { quote } from '../../contract/rules';
import { formatTime } from '../../contract/term';
import { LedgerEntry } from '../ledger/ledger';
import { isRevoked, Revocation, Revocations } from '../ledger/revocation';
import { KEEPS_CHANGING, MAX_TURNS } from '../ledger/turns';

/** An order to revoke a certificate, or to take back a hold (`removeFromCRL`). */
export interface RevocationOrder {
  /** The identity of the CA that has signed the certificate. */
  readonly issuer: string;
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly reason: RevocationReason;
  /** When the key was, or may have been, compromised. */
  readonly invalidityDate?: Date;
  /** Who gives the order, for people who read the ledger. */
  readonly orderedBy: string;
}

/** How an order ended. */
export interface RevocationResult {
  readonly revocation: Revocation;
  /** Whether the order has changed anything: the certificate may have been revoked already. */
  readonly changed: boolean;
}

/**
 * Revokes a certificate in the ledger, or changes its revocation, exactly once. Only a hold is ever undone.
 *
 * @throws Error if the certificate is unknown or was not issued, or if its revocation can't be changed in this way
 */
export async function revokeCertificate(
  order: RevocationOrder, ledger: Pick<Revocations, 'certificate' | 'find' | 'record'>, now: Date,
): Promise<RevocationResult> {
  const { issuer, serialNumber } = order;
  const notAfter = validityEnd(await ledger.certificate(issuer, serialNumber), order);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const standing = await ledger.find(issuer, serialNumber);
    const revocation = next(order, standing, notAfter, now);
    if (revocation === standing) {
      return { revocation: standing!, changed: false };
    }
    if (await ledger.record(revocation!, standing)) {
      return { revocation: revocation!, changed: true };
    }
  }
  throw new Error(KEEPS_CHANGING);
}

function validityEnd(entry: LedgerEntry | undefined, { issuer, serialNumber }: RevocationOrder): string {
  if (!entry) {
    throw new Error(`serialNumber must be that of a certificate of the CA ${issuer}, got ${quote(serialNumber)}, which its ledger does not hold`);
  }
  if (!entry.certificate) {
    throw new Error(`serialNumber must be that of a certificate that was issued, got ${quote(serialNumber)}, which is ${entry.status.toLowerCase()} `
      + 'and has no certificate yet');
  }
  if (entry.issuer === entry.identity) {
    throw new Error(`serialNumber must be that of a certificate that another CA has signed, got ${quote(serialNumber)}, the CA itself: `
      + 'nobody would believe its own list about it; remove it where it is trusted');
  }
  return entry.notAfter;
}

/** The record after an order; the standing record if the order changes nothing. */
function next(order: RevocationOrder, standing: Revocation | undefined, notAfter: string, now: Date): Revocation | undefined {
  const { issuer, serialNumber, reason, invalidityDate, orderedBy } = order;
  const changed = { issuer, serialNumber, reason, notAfter, orderedBy, revision: (standing?.revision ?? 0) + 1 };
  if (reason === 'removeFromCRL') {
    if (standing?.state !== 'HELD') {
      throw new Error(`reason must be removeFromCRL only for a certificate that is on hold, got the certificate ${serialNumber}, ${describe(standing)}`);
    }
    return { ...standing, ...changed, state: 'RELEASED' };
  }
  const isHold = reason === 'certificateHold';
  if (standing?.state === 'REVOKED' || (standing?.state === 'HELD' && isHold)) {
    if (isHold && standing.state === 'REVOKED') {
      throw new Error(`reason must not be certificateHold for a certificate that is revoked for good, got the certificate ${serialNumber}, ${describe(standing)}`);
    }
    return standing;
  }
  return {
    ...changed,
    state: isHold ? 'HELD' : 'REVOKED',
    // A certificate that was on hold before is revoked from the beginning of the hold.
    revokedAt: isRevoked(standing) ? standing.revokedAt : formatTime(now),
    invalidityDate: invalidityDate ? formatTime(invalidityDate) : isRevoked(standing) ? standing.invalidityDate : undefined,
  };
}

function describe(standing: Revocation | undefined): string {
  return standing?.state === 'REVOKED' ? `which has been revoked (${standing.reason}) since ${standing.revokedAt}` : 'which is not revoked';
}
