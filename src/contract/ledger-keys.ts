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
export const FLEET_PREFIX = 'fleet#';
export const REFUSED = 'refused';

/** The partition key of the pointer to the latest certificate of an identity. Its sort key is `current`. */
export function pointerPartition(identity: string): string {
  return `${IDENTITY_PREFIX}${identity}`;
}

/**
 * The shards of the certificates that a CA has signed: one hexadecimal digit each, in the order of the serial numbers. A partition key takes 1,000
 * writes a second at most, which a fleet exceeds.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export const SHARDS: readonly string[] = Array.from('0123456789ABCDEF');

/**
 * The shard of a serial number. Those made here begin with an octet from 40 to 7F (`newSerialNumber`), so they spread evenly. All others, such as
 * that of a CA that was signed elsewhere, are in the first shard or the last one.
 */
function shardOf(serialNumber: string): string {
  const first = parseInt(serialNumber.slice(0, 2), 16);
  return SHARDS[Math.min(Math.max(Math.floor((first - 0x40) / 4), 0), SHARDS.length - 1)];
}

/** The partition key of a certificate that a CA has signed. */
export function certificatePartition(issuer: string, serialNumber: string): string {
  return `${CERTIFICATE_PREFIX}${shardedIssuer(issuer, serialNumber)}`;
}

/** The partition keys of all certificates that a CA has signed, in the order of their serial numbers. */
export function certificatePartitions(issuer: string): string[] {
  return shardedIssuers(issuer).map(sharded => `${CERTIFICATE_PREFIX}${sharded}`);
}

/** The value of `ENDS_INDEX.partitionKey` for a certificate. */
export function shardedIssuer(issuer: string, serialNumber: string): string {
  return `${issuer}#${shardOf(serialNumber)}`;
}

/** All values of `ENDS_INDEX.partitionKey` for the certificates of a CA. */
export function shardedIssuers(issuer: string): string[] {
  return SHARDS.map(shard => `${issuer}#${shard}`);
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
  /** The identity of the CA that has signed the certificate, and the shard of the serial number: see `shardedIssuer`. */
  partitionKey: 'endingOf',
  /** The last second of the validity, ISO 8601 in UTC. */
  sortKey: 'endsAt',
  attributes: ['identity', 'issuer', 'serialNumber', 'status', 'supersededBy', 'profile', 'subject', 'commonName', 'stackId', 'logicalResourceId', 'dueAt'],
} as const;

/** The partition key of what only the ledger knows about a fleet: a resource of a stack. */
export function fleetPartition(fleet: string): string {
  return `${FLEET_PREFIX}${fleet}`;
}

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
