import { HashAlgorithm } from './hash-algorithm';
import { FLAG, Kinds, NUMBER, optional } from '../checks/kinds';
import { HASH_ALGORITHM } from '../checks/object-kinds';

/**
 * What certificates that a CA issues have in common.
 */
export interface IssuedCertificateOptions {
  /**
   * The digest of the CA's signature.
   *
   * @default - HashAlgorithm.SHA_256, or the one that the CA's key in KMS signs over
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * End with the CA where the validity would pass the CA's end. Otherwise that is an error.
   *
   * @default false
   */
  readonly clipToIssuer?: boolean;

  /**
   * Raise it for a new certificate of an otherwise unchanged declaration, 1 to 1,000,000. A key that is made here is a new one too.
   *
   * @default 1
   */
  readonly generation?: number;
}

/** Not exported. */
export const ISSUED_CERTIFICATE_KINDS: Kinds<IssuedCertificateOptions> = {
  hashAlgorithm: optional(HASH_ALGORITHM), clipToIssuer: optional(FLAG), generation: optional(NUMBER),
};
