import { comparableCommonName } from './common-names';
import { sha256 } from './sha256';

/** The keys of those items of a ledger that several functions read; see decisions/0004-ledger.md and decisions/0019-revocation.md. */

/**
 * The beginnings of the partition keys of a ledger, by which rights are limited and changes are selected. The sort key of what was refused for a
 * resource is `refused`.
 */
export const IDENTITY_PREFIX = 'identity#';
export const CERTIFICATE_PREFIX = 'issuer#';
export const NAME_PREFIX = 'name#';
export const REVOCATION_PREFIX = 'revoked#';
export const LIST_PREFIX = 'crl#';
export const EXPIRY_PREFIX = 'expiry#';
export const DISABLED_PREFIX = 'disabled#';
export const RESOURCE_PREFIX = 'resource#';
export const REGISTRATION_PREFIX = 'registration#';
export const REFUSED = 'refused';

/** The partition key of the pointer to the latest certificate of an identity. Its sort key is `current`. */
export function pointerPartition(identity: string): string {
  return `${IDENTITY_PREFIX}${identity}`;
}

/** The partition key of the certificates that a CA has signed. */
export function certificatePartition(issuer: string): string {
  return `${CERTIFICATE_PREFIX}${issuer}`;
}

/** The partition key of the revocations of a CA's certificates. */
export function revocationPartition(issuer: string): string {
  return `${REVOCATION_PREFIX}${issuer}`;
}

/** The partition key of what is known about the revocation lists of a CA. */
export function listPartition(issuer: string): string {
  return `${LIST_PREFIX}${issuer}`;
}

/** The partition key of what is known about a resource of a stack. */
export function resourcePartition(stackId: string, logicalResourceId: string): string {
  return `${RESOURCE_PREFIX}${stackId}/${logicalResourceId}`;
}

/** The resource of a partition key, or `undefined` if the key is not of a resource. A logical ID has no slash. */
export function resourceIn(partition: string): { readonly stackId: string; readonly logicalResourceId: string } | undefined {
  const [, stackId, logicalResourceId] = /^resource#(.+)\/([^/]+)$/s.exec(partition) ?? [];
  return stackId === undefined ? undefined : { stackId, logicalResourceId };
}

/** The partition key of what was announced about the ends of a CA's certificates. */
export function expiryPartition(issuer: string): string {
  return `${EXPIRY_PREFIX}${issuer}`;
}

/**
 * The partition key of the certificates that a CA has made for a common name. Names that a validator considers the same share a partition. The
 * key has a digest, because a name can be longer than a key.
 */
export function namePartition(issuer: string, commonName: string): string {
  return `${NAME_PREFIX}${issuer}#${sha256(comparableCommonName(commonName))}`;
}

/**
 * The index of a ledger by the ends of certificates, so that finding what ends soon does not read everything that was ever issued. Only the
 * items of certificates have its keys. `attributes` are the attributes of an item that are read from the index.
 */
export const ENDS_INDEX = {
  name: 'Ends',
  /** The identity of the CA that has signed the certificate. */
  partitionKey: 'endingOf',
  /** The last second of the validity, ISO 8601 in UTC. */
  sortKey: 'endsAt',
  attributes: ['identity', 'serialNumber', 'status', 'supersededBy', 'profile', 'subject', 'commonName', 'stackId', 'logicalResourceId', 'dueAt'],
} as const;

/** The partition key of what was disabled at platforms because of a CA's certificates. */
export function disabledPartition(issuer: string): string {
  return `${DISABLED_PREFIX}${issuer}`;
}

/** The sort key of a certificate, also under its common name, and of its revocation. */
export function serialKey(serialNumber: string): string {
  return `serial#${serialNumber}`;
}

/** The serial number in the sort key of a certificate or of its revocation, or `undefined` if it holds none. */
export function serialNumberIn(sortKey: unknown): string | undefined {
  const serialNumber = typeof sortKey === 'string' ? /[0-9A-F]{40}$/.exec(sortKey)?.[0] : undefined;
  return serialNumber !== undefined && serialKey(serialNumber) === sortKey ? serialNumber : undefined;
}
