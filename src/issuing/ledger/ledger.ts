import { BundleProperties, KeyStorageProperties } from '../../contract/properties';
import { Tag } from '../../contract/tags';
import { Requester } from '../../resource/lifecycle-event';

/**
 * - `RESERVED`: serial number and validity are fixed, the certificate is not there yet.
 * - `SIGNED`: the certificate is fixed too, and is put into bundles; nobody has got it yet.
 * - `REQUESTED`: the key of a CA is there, and its certificate is to be made elsewhere.
 * - `ISSUED`: the certificate is recorded and declared by a resource.
 * - `WITHDRAWN`: no resource declares it any more.
 */
export type LedgerStatus = 'RESERVED' | 'SIGNED' | 'REQUESTED' | 'ISSUED' | 'WITHDRAWN';

/** One certificate in the ledger, or one signature that proves the possession of a CA's key. */
export interface LedgerEntry extends Requester {
  /** The certificate's identity: the physical id of its resource. */
  readonly identity: string;
  /** The identity of the CA that signs it; its own for a CA that signs itself or that another one signs elsewhere. */
  readonly issuer: string;
  /**
   * Upper-case hexadecimal digits: 40 where it is issued here. Also the version of its key; of a CA that is signed elsewhere
   * it is that alone.
   */
  readonly serialNumber: string;
  readonly status: LedgerStatus;
  /** The name of the profile, such as `ca` or `device`. */
  readonly profile: string;
  /** The subject as RFC 4514 writes it, for people who read the ledger. */
  readonly subject: string;
  /** The common name of a device or a server, by which platforms know it. */
  readonly commonName?: string;
  readonly keyAlgorithm: string;
  /** Where its private key is held; absent where the key was thrown away. */
  readonly keyStorage?: KeyStorageProperties;
  /** Whether the key outlives its resource. */
  readonly retainKey?: boolean;
  /** What else the key is delivered as. */
  readonly bundles?: readonly BundleProperties[];
  /** The tags that the parameter of its key is declared to have. */
  readonly tags?: readonly Tag[];
  /** The keys of tags that earlier declarations gave that parameter, and this one does not. */
  readonly formerTagKeys?: readonly string[];
  /** ISO 8601, whole seconds; empty where it is not known before the certificate. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly reservedAt: string;
  /** The id of the request that reserved it. */
  readonly reservedBy: string;
  readonly issuedAt?: string;
  /** The id of the request that issued it, or brought it back, last. */
  readonly issuedBy?: string;
  readonly withdrawnAt?: string;
  /** The id of the request that withdrew it last. */
  readonly withdrawnBy?: string;
  /** The logical id of the resource of the stack that had it before, where another one has taken it over. */
  readonly takenFrom?: string;
  /** The id of the request that gave it back to that resource. */
  readonly handedBackBy?: string;
  /** The certificate, DER. */
  readonly certificate?: Buffer;
  /** Of a CA: the certificates of the CAs above it, DER, one after the other, the next one first. */
  readonly chain?: Buffer;
  /** Of a CA that is signed elsewhere: its request, DER. */
  readonly certificateSigningRequest?: Buffer;
  /** Of a certificate that was made from a request: what that asked for and did not get, in words. */
  readonly ignoredRequests?: string;
  /** Of a signature that is no certificate's: the signature. */
  readonly signature?: Buffer;
}

/** The facts that a change of status adds to an entry. */
export type LedgerFacts = Partial<Omit<LedgerEntry, 'identity' | 'issuer' | 'serialNumber' | 'status' | 'profile' | 'subject'>>;

/** What a ledger knows of a resource of a stack: which request came last, and what the resource declares. */
export interface ResourceRecord {
  /** The latest request for the resource. */
  readonly requestId: string;
  /** When CloudFormation made it, or the last one before of which that is known, ISO 8601. */
  readonly requestedAt?: string;
  /** When the signature of it, or of the last one before of which that is known, ends to count, ISO 8601. */
  readonly expiresAt?: string;
  /** When its first delivery began, ISO 8601 with milliseconds. */
  readonly since: string;
  /** The identity that the request is to bring about; absent for a removal, and in a ledger that the resource leaves. */
  readonly wants?: string;
  /** The identity that the request takes away. */
  readonly removes?: string;
  /** How the request ended; absent while it is carried out. */
  readonly outcome?: Outcome;
  /** The ledger in which the request has the resource recorded, where it leaves this one. */
  readonly movesTo?: string;
  /** The identity that the latest successful request has left the resource with, in this ledger. */
  readonly declares?: string;
  /** The identities whose certificates requests of this resource have made and not withdrawn. */
  readonly holds: readonly string[];
  /** Those of them that the resource had by a request that succeeded: a rollback may go back to one. */
  readonly had: readonly string[];
  /** The requests before the latest one, the latest first. */
  readonly earlier: readonly string[];
  /** Counts the changes of the record: one that says what an earlier one said is another one. */
  readonly revision: number;
}

export type Outcome = 'SUCCESS' | 'FAILED';

/** Whether a change takes back what a request has made, which one that has failed may do too. */
export function takesBack(to: LedgerStatus, facts: LedgerFacts): boolean {
  return to === 'WITHDRAWN' || facts.handedBackBy !== undefined;
}

/** A request that is being carried out, by which the ledger's writes are fenced. */
export interface Holder extends Requester {
  readonly requestId: string;
}

/** The way out where a table has something else than this library has written to it. */
export const TABLE_WAS_CHANGED = 'somebody has changed the table: restore it from its point-in-time recovery';

/** The ledger itself is gone: somebody has deleted its table. */
export class LedgerGoneError extends Error {}

/** Passes over a ledger that is gone, and throws every other error. */
export function ignoreGone(error: unknown): undefined {
  if (!(error instanceof LedgerGoneError)) {
    throw error;
  }
  return undefined;
}

/**
 * What was issued, by identity and by serial number, and what each resource declares. Every change is conditional and
 * every read consistent. A write on behalf of a request is refused with an `OvertakenError` once a later request for its
 * resource has begun, and, unless it takes something back, once the request itself has failed.
 */
export interface Ledger {
  /** The latest certificate of an identity, or `undefined`. */
  find(identity: string): Promise<LedgerEntry | undefined>;
  /** What is known of a resource, or `undefined`. */
  resource(requester: Requester): Promise<ResourceRecord | undefined>;
  /**
   * Writes what is known of a resource, if nothing has changed since.
   *
   * @param over what `resource` answered before
   * @returns whether it was written
   */
  record(requester: Requester, record: ResourceRecord, over: ResourceRecord | undefined): Promise<boolean>;
  /**
   * Adds a reserved entry and makes it the latest of its identity, in one step.
   *
   * @param over what `find` answered before; if anything else stands by now, nothing is written
   * @returns whether it was written
   * @throws OvertakenError
   */
  reserve(entry: LedgerEntry, over: LedgerEntry | undefined, holder: Holder): Promise<boolean>;
  /**
   * Moves an entry to another status and adds facts to it, if its status and its resource are still the ones that `entry` says.
   *
   * @returns whether it was written
   * @throws OvertakenError
   */
  advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts, holder: Holder): Promise<boolean>;
  /** The issued certificates of a CA, page by page as they are asked for. */
  issued(issuer: string): AsyncIterable<LedgerEntry>;
  /** The latest certificates, one a resource, that a CA has made for a common name, in whatever case it is written. */
  named(issuer: string, commonName: string): Promise<LedgerEntry[]>;
}
