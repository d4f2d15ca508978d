import { Validity } from './validity';
import { DeclaredExtensions } from '../contract/extensions';
import { HashAlgorithmName } from '../contract/key-algorithms';

/** The parts that certificates of the same CA have in common, whoever signs them. */
export interface CopiedParts {
  /** However it was made: certificates below the CA name its key by this identifier. */
  readonly keyIdentifier: Buffer;
  /** Whole extensions (RFC 5280, section 4.1), DER. */
  readonly extensions: readonly Buffer[];
}

/** The content that is specific to one certificate. */
export interface CertificateContent {
  /** 40 upper-case hexadecimal digits, as `newSerialNumber` makes them. */
  readonly serialNumber: string;
  readonly validity: Validity;
  /** A DER Name. */
  readonly subject: Buffer;
  /** SPKI, DER, as `subjectKeyOf` takes it; copied as bytes. */
  readonly publicKey: Buffer;
  /** The digest of the signature. */
  readonly hashAlgorithm: HashAlgorithmName;
  /** How many CAs may follow below this one; only for a CA. */
  readonly pathLength?: number;
  /** The extensions that are declared beyond the profile, checked by the contract's rules. */
  readonly extensions?: DeclaredExtensions;
  /** The parts of a cross-certificate that come from another certificate of the same key. */
  readonly copied?: CopiedParts;
}
