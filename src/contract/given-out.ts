/** The facts of a ledger that say whether a certificate was given out. */
export interface GivenOutFacts {
  readonly status?: string;
  readonly issuedAt?: string;
  /** The request that reserved the certificate, and the one that withdrew it. */
  readonly reservedBy?: string;
  readonly withdrawnBy?: string;
}

/**
 * Whether a device may have a certificate: a resource declares or has declared it. The request that has made a certificate withdraws it only if
 * it fails, and then nobody was given the certificate.
 */
export function wasGivenOut({ status, issuedAt, reservedBy, withdrawnBy }: GivenOutFacts): boolean {
  return status === 'ISSUED' || (status === 'WITHDRAWN' && issuedAt !== undefined && withdrawnBy !== reservedBy);
}
