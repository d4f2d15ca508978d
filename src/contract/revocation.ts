/**
 * Why a certificate is revoked: the names and the codes of CRLReason (RFC 5280, section 5.3.1). The code 7 is not used. `removeFromCRL`
 * takes back a hold, and `certificateHold` is the only reason that can be taken back.
 */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type RevocationReason = keyof typeof REVOCATION_REASONS;

export const REVOCATION_REASON_NAMES = Object.keys(REVOCATION_REASONS) as RevocationReason[];

export function isRevocationReason(value: unknown): value is RevocationReason {
  return REVOCATION_REASON_NAMES.some(name => name === value);
}

/**
 * - `HELD`: revoked for the time being (`certificateHold`).
 * - `RELEASED`: was held, and is good again.
 * - `REVOKED`: revoked for good.
 */
export type RevocationState = 'HELD' | 'RELEASED' | 'REVOKED';

export const REVOCATION_STATES: readonly RevocationState[] = ['HELD', 'RELEASED', 'REVOKED'];

/** Whether a value is a serial number as ledgers and lists write it: two upper-case hexadecimal digits for each of at most 20 octets. */
export function isSerialNumber(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9A-F]{2}){1,20}$/.test(value);
}
