import { BundleProperties, KeyStorageProperties } from '../../contract/properties';
import { Tag } from '../../contract/tags';
import { DAY } from '../../contract/term';
import { Requester } from '../../resource/lifecycle-event';
import { DeclaredRenewal } from '../declaration/declaration';

/**
 * - `RESERVED`: the serial number and the validity are fixed; the certificate does not exist yet.
 * - `SIGNED`: the certificate is fixed too, and goes into bundles; it has not been delivered yet.
 * - `REQUESTED`: the key of a CA exists, and its certificate is to be made elsewhere.
 * - `ISSUED`: the certificate is recorded, and a resource declares it.
 * - `WITHDRAWN`: no resource declares the certificate any more.
 */
export type LedgerStatus = 'RESERVED' | 'SIGNED' | 'REQUESTED' | 'ISSUED' | 'WITHDRAWN';

/** One certificate in the ledger, or one signature that proves possession of a CA's key. */
export interface LedgerEntry extends Requester {
  /** The certificate's identity: the physical ID of its resource. */
  readonly identity: string;
  /** The identity of the CA that signs the certificate; its own identity for a CA that signs itself or that another CA signs elsewhere. */
  readonly issuer: string;
  /**
   * Upper-case hexadecimal digits: 40 if the certificate is issued here. It is also the version of the certificate's key, unless `keyVersion`
   * is. For a CA that is signed elsewhere, it is only that.
   */
  readonly serialNumber: string;
  /** For a renewed CA: the version of its key, which is the serial number of the certificate that the key was made for. See `keyVersionOf`. */
  readonly keyVersion?: string;
  readonly status: LedgerStatus;
  /** The name of the profile, such as `ca` or `device`. */
  readonly profile: string;
  /** The subject in the notation of RFC 4514, for people who read the ledger. */
  readonly subject: string;
  /** The common name of a device or a server, by which platforms know it. */
  readonly commonName?: string;
  readonly keyAlgorithm: string;
  /** Where the private key is held; absent if the key was thrown away. */
  readonly keyStorage?: KeyStorageProperties;
  /** Whether the key outlives its resource. */
  readonly retainKey?: boolean;
  /** The other forms in which the key is delivered. */
  readonly bundles?: readonly BundleProperties[];
  /** The declared tags of the key's parameter. */
  readonly tags?: readonly Tag[];
  /** The keys of tags that earlier declarations gave the parameter, and that this declaration does not give it. */
  readonly formerTagKeys?: readonly string[];
  /** ISO 8601, in whole seconds; empty if it is not known before the certificate exists. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly reservedAt: string;
  /** The ID of the request that reserved the entry. */
  readonly reservedBy: string;
  readonly issuedAt?: string;
  /** When the certificate last came back after it had been withdrawn, ISO 8601; absent if it never did. */
  readonly returnedAt?: string;
  /** The ID of the request that last issued the certificate or brought it back. */
  readonly issuedBy?: string;
  readonly withdrawnAt?: string;
  /** The ID of the request that last withdrew the certificate. */
  readonly withdrawnBy?: string;
  /** The logical ID of the resource in the stack that had the certificate before, if another resource has taken it over. */
  readonly takenFrom?: string;
  /** The ID of the request that gave the certificate back to that resource. */
  readonly handedBackBy?: string;
  /** The certificate, DER. */
  readonly certificate?: Buffer;
  /** For a CA: the certificates of the CAs above it, DER, one after the other, starting with the nearest. */
  readonly chain?: Buffer;
  /** For a CA that is signed elsewhere: its certificate signing request, DER. */
  readonly certificateSigningRequest?: Buffer;
  /** For a certificate that was made from a request: what the request asked for and did not get, in words. */
  readonly ignoredRequests?: string;
  /** What the certificate's renewal needs, or `false` once its renewal is no longer declared. */
  readonly renewal?: DeclaredRenewal | false;
  /** How often the certificate had been renewed when this one was made; absent for the first one of an identity that was requested. */
  readonly renewalNumber?: number;
  /** For a renewed certificate: the serial number of the one before it. */
  readonly renews?: string;
  /** For a device of a fleet: its ID in the manifest. */
  readonly deviceId?: string;
  /** For a device of a fleet: the digest of what was declared when the certificate was made. */
  readonly declared?: string;
  /** For a device of a fleet that has not made its key itself: the encrypted archive with the key. */
  readonly keyArchive?: string;
  /** For a device of a fleet whose declaration has changed: the serial number of the certificate that this one replaces. */
  readonly replaces?: string;
  /** For a device of a fleet whose declaration has changed back to that of this certificate: the serial numbers of those that were the latest before. */
  readonly restoredOver?: readonly string[];
  /** The serial number of the certificate that is being made, or was made, to renew this one. */
  readonly renewedBy?: string;
  /** For a renewed certificate: when its key and its bundles became the current ones, ISO 8601. */
  readonly deliveredAt?: string;
  /**
   * For a CA, in the ledger of the certificates that it issues: whether it still issues. `begun` means that a request is finding out whether the
   * CA may be retired. Absent for a CA that was never to be retired.
   */
  readonly retirement?: 'active' | 'begun' | 'retired';
  /** The `retirement` that the CA had with the resource in `takenFrom`, which gets it back with that. */
  readonly formerRetirement?: LedgerEntry['retirement'];
  /**
   * For a CA below another one, in the ledger of the certificates that it issues: the ledger of the CA above it, which says whether it is revoked.
   */
  readonly issuerLedgerTable?: string;
  /** For a CA below another one, in the ledger of that one: the ledger of the certificates that it issues, which is told of its revocation. */
  readonly ownLedgerTable?: string;
  /** For an entry that is not a certificate but a signature: the signature. */
  readonly signature?: Buffer;
}

/** The version of a certificate's key in the place that holds it. */
export function keyVersionOf({ serialNumber, keyVersion = serialNumber }: Pick<LedgerEntry, 'serialNumber' | 'keyVersion'>): string {
  return keyVersion;
}

/** A certificate as the index of its ledger by the ends of certificates has it. */
export interface EndingCertificate extends Pick<LedgerEntry,
  'identity' | 'issuer' | 'serialNumber' | 'status' | 'profile' | 'subject' | 'commonName' | 'notAfter' | 'stackId' | 'logicalResourceId'> {
  /** The serial number of the next certificate of its identity, if there is one. */
  readonly supersededBy?: string;
  /** When it is to be renewed, ISO 8601; absent or empty if it is not. */
  readonly dueAt?: string;
}

/**
 * When a certificate is to be renewed, ISO 8601; empty if it is not renewed any more, and `undefined` if it never was. A CA that another resource
 * has taken over keeps its renewal for the case that it goes back, but is not renewed.
 */
export function dueAt({ notAfter, renewal, takenFrom, logicalResourceId }: RenewalFacts): string | undefined {
  return renewal && !isTakenOver({ takenFrom, logicalResourceId }) ? new Date(new Date(notAfter).getTime() - renewal.beforeDays * DAY).toISOString() : renewal === undefined ? undefined : '';
}

/** Whether a CA is with a resource that has taken it over, and not with the one that it comes from. */
export function isTakenOver({ takenFrom, logicalResourceId }: Pick<LedgerEntry, 'takenFrom' | 'logicalResourceId'>): boolean {
  return takenFrom !== undefined && takenFrom !== logicalResourceId;
}

/** The facts that decide when a certificate is renewed. */
export type RenewalFacts = Pick<LedgerEntry, 'notAfter' | 'renewal' | 'takenFrom' | 'logicalResourceId'>;

/** The facts that a change of status adds to an entry. */
export type LedgerFacts = Partial<Omit<LedgerEntry, 'identity' | 'issuer' | 'serialNumber' | 'status' | 'profile' | 'subject'>>;

/** What a ledger knows about a resource of a stack: its latest request, and what it declares. */
export interface ResourceRecord {
  /** The latest request for the resource. */
  readonly requestId: string;
  /** When CloudFormation made the latest request, or the last one before it for which this time is known, ISO 8601. */
  readonly requestedAt?: string;
  /** When the signature of the latest request, or of the last one before it for which this time is known, expires, ISO 8601. */
  readonly expiresAt?: string;
  /** When the first delivery of the latest request began, ISO 8601 with milliseconds. */
  readonly since: string;
  /** The identity that the request is to establish; absent for a removal, and in a ledger that the resource leaves. */
  readonly wants?: string;
  /** The identity that the request removes. */
  readonly removes?: string;
  /** How the request ended; absent while it is being carried out. */
  readonly outcome?: Outcome;
  /** The ledger to which the request moves the resource, if the resource leaves this ledger. */
  readonly movesTo?: string;
  /** The identity that the resource has in this ledger after its latest successful request. */
  readonly declares?: string;
  /** The identities whose certificates requests for this resource have made and not withdrawn. */
  readonly holds: readonly string[];
  /** The identities in `holds` that the resource had through a successful request: a rollback may return to one of them. */
  readonly had: readonly string[];
  /** How the request before the latest one ended. */
  readonly outcomeBefore?: Outcome;
  /** The IDs of the requests before the latest one, newest first. */
  readonly earlier: readonly string[];
  /** Counts the changes of the record: a record that says the same as an earlier one still differs from it. */
  readonly revision: number;
}

export type Outcome = 'SUCCESS' | 'FAILED';

/** Whether a change takes back what a request has made. A request that has failed may still make such a change. */
export function takesBack(to: LedgerStatus, facts: LedgerFacts): boolean {
  return to === 'WITHDRAWN' || facts.handedBackBy !== undefined;
}

/** The facts that have a value: absent ones stay as they are in the entry. */
export function present(facts: LedgerFacts): LedgerFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** Whether an entry is still the one that was read before: with the same status, and of the same resource. */
export function isAsRead(standing: LedgerEntry | undefined, read: LedgerEntry | undefined): boolean {
  return (['serialNumber', 'status', 'stackId', 'logicalResourceId'] as const).every(fact => standing?.[fact] === read?.[fact]);
}

/** A request that is being carried out. It fences the writes to the ledger. */
export interface Holder extends Requester {
  readonly requestId: string;
  /** Whether what is written does not belong to the request, but must not be written once a later one has begun: the request may have failed. */
  readonly evenIfFailed?: boolean;
}

/** The remedy if a table holds something that this library has not written to it. */
export const TABLE_WAS_CHANGED = 'the table was changed from outside this library; restore it from its point-in-time recovery';

/**
 * The ledger itself is gone: its table does not exist. For a table from `Ports.anyTable`, the error can also mean that the function may not
 * read the table, or that the table has other keys.
 */
export class LedgerGoneError extends Error {}

/** Ignores a ledger that is gone, and throws every other error. */
export function ignoreGone(error: unknown): undefined {
  if (!(error instanceof LedgerGoneError)) {
    throw error;
  }
  return undefined;
}

/**
 * Everything that was issued, by identity and by serial number, and what each resource declares. Every change is conditional and every
 * read is consistent. A write for a request is refused with an `OvertakenError` once a later request for its resource has begun and,
 * unless the write takes something back, once the request itself has failed.
 */
export interface Ledger {
  /** The latest certificate of an identity, or `undefined`. */
  find(identity: string): Promise<LedgerEntry | undefined>;
  /** What the ledger knows about a resource, or `undefined`. */
  resource(requester: Requester): Promise<ResourceRecord | undefined>;
  /**
   * Writes the record of a resource, if it has not changed in the meantime.
   *
   * @param over the record that `resource` returned before
   * @returns whether it was written
   */
  record(requester: Requester, record: ResourceRecord, over: ResourceRecord | undefined): Promise<boolean>;
  /**
   * Adds an entry, such as a reserved one, and makes it the latest of its identity, in one step.
   *
   * @param over the entry that `find` returned before; if the ledger has another entry now, nothing is written
   * @returns whether it was written
   * @throws OvertakenError
   */
  reserve(entry: LedgerEntry, over: LedgerEntry | undefined, holder: Holder): Promise<boolean>;
  /**
   * Moves an entry to another status and adds facts to it, if its status and its resource are still those of `entry`.
   *
   * @returns whether it was written
   * @throws OvertakenError
   */
  advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts, holder: Holder): Promise<boolean>;
  /**
   * Adds a reserved entry that is to renew the latest certificate of its identity, which stays the latest one until `renew`.
   *
   * @param over the certificate to be renewed; if it is another one by now, or if another entry than `over.renewedBy` is to renew it, nothing
   *   is written
   * @returns whether it was written
   * @throws OvertakenError
   */
  reserveRenewal(entry: LedgerEntry, over: LedgerEntry, holder: Holder): Promise<boolean>;
  /**
   * Moves a signed entry to `ISSUED` and makes it the latest certificate of its identity in place of the one that it renews, in one step, unless
   * that one is revoked or on hold.
   *
   * @returns whether it was written
   * @throws OvertakenError
   */
  renew(entry: LedgerEntry, over: LedgerEntry, facts: LedgerFacts, holder: Holder): Promise<boolean>;
  /**
   * The certificates of a CA, also those that were superseded or withdrawn, fetched page by page on demand.
   *
   * @param status only those with this status
   */
  certificates(issuer: string, status?: LedgerStatus): AsyncIterable<LedgerEntry>;
  /**
   * The certificates of a CA whose validity ends in a period, including those that were superseded or withdrawn, in the order of their ends,
   * fetched page by page on demand. The index may lag behind the ledger by moments, so a certificate must be read again before anything is
   * done about it.
   *
   * @param after excluding certificates that end earlier
   * @param until including this second
   */
  ending(issuer: string, after: Date, until: Date): AsyncIterable<EndingCertificate>;
  /**
   * The certificates that a CA has made for a common name, regardless of case, and that have not expired: of each identity, the latest one.
   */
  named(issuer: string, commonName: string, now: Date): Promise<LedgerEntry[]>;
}
