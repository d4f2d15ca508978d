/** The keys of those items of a ledger that several functions read; see decisions/0004-ledger.md and decisions/0019-revocation.md. */

/** The partition key of the pointer to the latest certificate of an identity. Its sort key is `current`. */
export function pointerPartition(identity: string): string {
  return `identity#${identity}`;
}

/** The partition key of the certificates that a CA has signed. */
export function certificatePartition(issuer: string): string {
  return `issuer#${issuer}`;
}

/** The partition key of the revocations of a CA's certificates. */
export function revocationPartition(issuer: string): string {
  return `revoked#${issuer}`;
}

/** The sort key of a certificate and of its revocation. */
export function serialKey(serialNumber: string): string {
  return `serial#${serialNumber}`;
}
