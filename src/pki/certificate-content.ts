import { Validity } from './validity';
import { DeclaredExtensions } from '../contract/extensions';
import { HashAlgorithmName } from '../contract/key-algorithms';

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
}
