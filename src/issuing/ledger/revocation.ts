import { LedgerEntry } from './ledger';
import { RevocationReason, RevocationState } from '../../contract/revocation';

/** What a ledger records about the revocation of a certificate. */
export interface Revocation {
  /** The identity of the CA that has signed the certificate. */
  readonly issuer: string;
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly state: RevocationState;
  readonly reason: RevocationReason;
  /** From when on the certificate is revoked, ISO 8601, in whole seconds. For a certificate that was held first, the beginning of the hold. */
  readonly revokedAt: string;
  /** When the key was, or may have been, compromised, ISO 8601, in whole seconds. */
  readonly invalidityDate?: string;
  /** Who ordered the latest change, for people who read the ledger. */
  readonly orderedBy: string;
  /** The end of the certificate's validity, ISO 8601. A list drops the certificate some time after that. */
  readonly notAfter: string;
  /** Counts the changes, so that each one is conditional on the one before it. */
  readonly revision: number;
}

/** What a ledger knows about the revocation lists of a CA. */
export interface CrlRecord {
  /** The number that was taken last. */
  readonly number: number;
  /** The number of the newest list that was published; absent before the first one. */
  readonly published?: number;
  /** The `thisUpdate` of the newest list that was published, ISO 8601; absent before the first one. */
  readonly publishedAt?: string;
}

/** A list that was published: its number, and its `thisUpdate`, ISO 8601. */
export type PublishedCrl = Required<Pick<CrlRecord, 'number' | 'publishedAt'>>;

/** A URL below which the lists of a CA are published, and the number of lists among which the certificates that name it are spread. */
export interface CrlSite {
  readonly url: string;
  readonly partitions: number;
}

/** The latest request of CloudFormation about a publication. */
export interface PublicationRequest {
  /** The resource: the ID of its stack, a slash, and its logical ID. */
  readonly owner: string;
  readonly requestId: string;
  /** When CloudFormation made the request, ISO 8601, if it is known. */
  readonly requestedAt?: string;
}

/** Where the lists of a CA are published. */
export interface CrlPublication extends PublicationRequest {
  /** All sites that certificates may name; new certificates name the first one. */
  readonly sites: readonly CrlSite[];
  /** Whether new certificates name a site at all. */
  readonly active: boolean;
  /** The URL of the OCSP responder that new certificates name, if there is one and `active` is true. */
  readonly ocspUrl?: string;
  /** Counts the changes, so that each one is conditional on the one before it. */
  readonly revision: number;
}

/** Whether a certificate with this record is revoked now. */
export function isRevoked(revocation: Revocation | undefined): revocation is Revocation {
  return revocation !== undefined && revocation.state !== 'RELEASED';
}

/**
 * The part of a ledger that says which certificates are revoked. It belongs to no resource and no request, so nothing fences its writes:
 * each one is conditional on what it changes. Every read is consistent.
 */
export interface Revocations {
  /** The certificate that a CA has given this serial number, or `undefined`. */
  certificate(issuer: string, serialNumber: string): Promise<LedgerEntry | undefined>;
  /** The record of a certificate, or `undefined` if it was never revoked. */
  find(issuer: string, serialNumber: string): Promise<Revocation | undefined>;
  /**
   * Records the revocation of a certificate, or the change of one.
   *
   * @param over the record that `find` returned before; if there is another one now, nothing is written
   * @returns whether it was written
   */
  record(revocation: Revocation, over: Revocation | undefined): Promise<boolean>;
  /** The records of a CA's certificates, by ascending serial number, fetched page by page on demand. */
  list(issuer: string): AsyncIterable<readonly Revocation[]>;
  /**
   * Takes a number for a revocation list of a CA. Each number is given once, and is greater than all before it; a number whose list is
   * never published is lost.
   */
  takeCrlNumber(issuer: string): Promise<CrlRecord>;
  /** Records that the list with this number was published, unless a later one was. */
  publishedCrl(issuer: string, crl: PublishedCrl): Promise<void>;
  /** Where the lists of a CA are published, or `undefined` if they never were. */
  publication(issuer: string): Promise<CrlPublication | undefined>;
}

/** The part of a ledger that says where lists are published, as the function that publishes them needs it. */
export interface Publications extends Revocations {
  /** What is known about the lists of a CA, or `undefined` if none was ever made. */
  crl(issuer: string): Promise<CrlRecord | undefined>;
  /** Makes sure that all numbers that are taken from now on are greater than this one, which a list has that the ledger does not know. */
  skipCrlNumbers(issuer: string, number: number): Promise<void>;
  /**
   * Records where lists are published.
   *
   * @param over the publication that was read before; if there is another one now, nothing is written
   * @returns whether it was written
   */
  publishAt(issuer: string, publication: CrlPublication, over: CrlPublication | undefined): Promise<boolean>;
}
