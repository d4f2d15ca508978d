import { HashAlgorithm } from './hash-algorithm';
import { FLAG, Kinds, NUMBER, optional } from '../checks/kinds';
import { HASH_ALGORITHM } from '../checks/object-kinds';

/**
 * Options that all certificates that a CA issues have in common.
 */
export interface IssuedCertificateOptions {
  /**
   * The digest of the CA's signature.
   *
   * @default - HashAlgorithm.SHA_256, or the digest that the CA's key in KMS signs over
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * Whether the certificate ends with the CA if its validity would pass the CA's end. If `false`, such a validity is an error.
   *
   * @default false
   */
  readonly clipToIssuer?: boolean;

  /**
   * Raise this number, from 1 to 1,000,000, for a new certificate from an otherwise unchanged declaration. If the key is made here,
   * it is new too.
   *
   * @default 1
   */
  readonly generation?: number;
}

/** Not exported. */
export const ISSUED_CERTIFICATE_KINDS: Kinds<IssuedCertificateOptions> = {
  hashAlgorithm: optional(HASH_ALGORITHM), clipToIssuer: optional(FLAG), generation: optional(NUMBER),
};
