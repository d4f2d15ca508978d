import { Ledger, LedgerEntry } from './ledger';
import { isUnderWay } from './reservation';
import { Revocations } from './revocation';

/** The profiles that no connection depends on: proofs of possession for a platform. */
export const PROOFS: readonly string[] = ['verification', 'signature'];

/** The number of certificates up to which they are counted exactly. */
export const MAX_COUNTED = 100;

/**
 * The statuses of certificates that are being made, in the order in which they come before `ISSUED`: a certificate that advances while it is
 * looked for is met at least once. What was withdrawn is the most in an old ledger, and is not fetched.
 */
const UNDER_WAY = ['RESERVED', 'SIGNED'] as const;

/** Which of a CA's certificates count, besides those that are issued, have not expired and are no proofs. */
export interface Living {
  readonly now: Date;
  /** Profiles that don't count. */
  readonly without?: readonly string[];
  /** What is known about revocation, if certificates that are revoked for good don't count. One that is on hold can come back. */
  readonly revocations?: Pick<Revocations, 'find'>;
  /** Whether certificates count that are being made. */
  readonly underWay?: boolean;
}

/** The living certificates that a CA has issued: up to one more than `MAX_COUNTED`. The CA's own certificate is not among them. */
export async function livingCertificates(
  ledger: Ledger, caId: string, { now, without = [], revocations, underWay = false }: Living,
): Promise<LedgerEntry[]> {
  const counts = (entry: LedgerEntry): boolean => entry.identity !== caId && ![...PROOFS, ...without].includes(entry.profile)
    && (entry.status === 'ISSUED' ? new Date(entry.notAfter) > now : isUnderWay(entry, now));
  const living: LedgerEntry[] = [];
  for (const status of underWay ? [...UNDER_WAY, 'ISSUED' as const] : ['ISSUED' as const]) {
    for await (const entry of ledger.certificates(caId, status)) {
      if (counts(entry) && !await isWithdrawnSince(entry, ledger) && (await revocations?.find(caId, entry.serialNumber))?.state !== 'REVOKED' && living.push(entry) > MAX_COUNTED) {
        return living;
      }
    }
  }
  return living;
}

/** Whether the certificate that has renewed this one was withdrawn: what a resource had before is withdrawn with what it had last. */
async function isWithdrawnSince({ identity, renewedBy }: LedgerEntry, ledger: Ledger): Promise<boolean> {
  return renewedBy !== undefined && (await ledger.find(identity))?.status === 'WITHDRAWN';
}

/** A certificate, in words. */
export function describeCertificate({ profile, subject, notAfter }: LedgerEntry): string {
  return `${profile} ${subject} (until ${notAfter})`;
}
