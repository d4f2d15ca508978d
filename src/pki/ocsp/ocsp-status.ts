import { RevocationReason } from '../../contract/revocation';

/** The names and the codes of OCSPResponseStatus (RFC 6960, section 4.2.1). The code 4 is not used. */
export const OCSP_STATUSES = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;

export type OcspStatusName = keyof typeof OCSP_STATUSES;

/** How a request fails. */
export type OcspErrorName = Exclude<OcspStatusName, 'successful'>;

/**
 * What a responder says about a certificate (RFC 6960, section 2.2):
 *
 * - `good`: the CA has issued it, and it is not revoked
 * - `revoked`: for good, or for the time being (`certificateHold`)
 * - `unknown`: the responder does not know it
 */
export type CertStatus = { readonly state: 'good' | 'unknown' } | RevokedStatus;

/** The status of a revoked certificate. */
export interface RevokedStatus {
  readonly state: 'revoked';
  readonly revokedAt: Date;
  /** Absent if it is not specified. */
  readonly reason?: RevocationReason;
}
