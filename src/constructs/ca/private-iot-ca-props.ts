import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CA_OPTION_KINDS, CaOptions } from './ca-options';
import { CA_SUCCESSION_KINDS, CaSuccessionOptions } from './ca-succession';
import { IPrivateIotCa } from './i-private-iot-ca';
import { CertificateExtensionOptions, EXTENSION_KINDS, NAME_CONSTRAINTS, NameConstraints } from '../certificates/certificate-extensions';
import { CertificateSubject, SUBJECT } from '../certificates/certificate-subject';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { PemSource } from '../certificates/pem-source';
import { FLAG, DATE, Kinds, NUMBER, optional } from '../checks/kinds';
import { CA, DURATION, HASH_ALGORITHM, KEY_ALGORITHM, KEY_STORAGE, PEM_SOURCE, REMOVAL_POLICY } from '../checks/object-kinds';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { KeyStorage } from '../keys/key-storage';
import { Renewal, RENEWAL } from '../renewal/renewal';

/**
 * Properties of a private CA.
 */
export interface PrivateIotCaProps extends CertificateExtensionOptions, CaOptions, CaSuccessionOptions {
  /** The CA's name. Give a CA that succeeds another CA a different name, because AWS IoT tells CAs apart by their names. */
  readonly subject: CertificateSubject;

  /**
   * The algorithm of the CA's key.
   *
   * @default - KeyAlgorithm.RSA_2048, which every platform accepts
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * The digest of the signature on the CA's certificate, or on its certificate signing request.
   *
   * @default - HashAlgorithm.SHA_256, or the digest that the signing key in KMS signs over
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * How long the CA is valid, in whole days up to 36,500. No certificate that it issues outlives it.
   *
   * @default - Duration.days(3650), or Duration.days(1825) for a CA with an issuer
   */
  readonly validity?: Duration;

  /**
   * The first second of the validity.
   *
   * @default - an hour before the certificate is made
   */
  readonly notBefore?: Date;

  /**
   * The last second of the validity, instead of `validity`. `new Date('9999-12-31T23:59:59Z')` means that the certificate has
   * no well-defined expiration date (RFC 5280, section 4.1.2.5).
   *
   * @default - determined by `validity`
   */
  readonly notAfter?: Date;

  /**
   * The CA that signs this one. An issuer makes this CA a subordinate, which lies within the issuer's validity, path length
   * and name constraints.
   *
   * @default - the CA is self-signed, or is signed elsewhere
   */
  readonly issuer?: IPrivateIotCa;

  /**
   * Whether the CA ends with the issuer if its validity would pass the issuer's end. If `false`, such a validity is an error.
   *
   * @default false
   */
  readonly clipToIssuer?: boolean;

  /**
   * Whether the CA's certificate is made elsewhere: by an offline root, or by a CA in another account or Region
   * (`addCaCertificate`). The first deployment makes the key and `certificateSigningRequestPem`. The CA can issue once
   * `signedCertificate` is declared.
   *
   * @default false
   */
  readonly signedElsewhere?: boolean;

  /**
   * The certificate that was made elsewhere, followed by the certificates of the CAs above it, in PEM. It is checked against
   * the CA's key. A renewed certificate of the same key can replace it at any time.
   *
   * @default - none yet, and no certificates of the CA can be declared
   */
  readonly signedCertificate?: PemSource;

  /**
   * The names that the CA, and every CA below it, may certify.
   *
   * @default - everything
   */
  readonly nameConstraints?: NameConstraints;

  /**
   * The maximum number of CAs below this one in a chain, 0 to 10. With 0, it signs no CA certificates.
   *
   * @default 0
   */
  readonly pathLength?: number;

  /**
   * When the CA's certificate is renewed without a deployment, under the same name and with the same key. Only a CA with an `issuer` is renewed, and
   * with a `validity` rather than `notAfter`; a root has a successor (`predecessor`). The CA then issues with the renewed certificate. Begin at least
   * as long before the end as the longest validity of what the CA issues. A retired CA is not renewed.
   *
   * @example
   * declare const root: PrivateIotCa; // with a pathLength of at least 1
   * new PrivateIotCa(this, 'FactoryCa', {
   *   subject: { commonName: 'Acme Factory CA' },
   *   issuer: root,
   *   renewal: Renewal.beforeExpiry(Duration.days(365)),
   * });
   *
   * @default - it is not renewed: declare its successor in time
   */
  readonly renewal?: Renewal;

  /**
   * Where the CA's key is held.
   *
   * @default KeyStorage.secretsManager()
   */
  readonly keyStorage?: KeyStorage;

  /**
   * Raise this number, from 1 to 1,000,000, to make a new CA with a new key from an unchanged declaration. Every certificate
   * below the CA is then issued again, so a CA with living certificates must be named in `replaces`. If another stack uses the CA
   * by a strong reference, CloudFormation refuses the change, because it does not change an export that is imported; a weak
   * reference, the default of `cdk init` today, allows it.
   *
   * The former CA is then without revocation: its lists are not renewed any more, its OCSP responder is that of the new CA, and no function can
   * revoke what it has issued. Where devices use its certificates, declare a second CA with this one as its `predecessor` instead, move the
   * devices, and then retire this one.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * What happens to the CA's key and ledger when the CA leaves the stack. Devices in the field depend on both, so use any
   * policy but the default only for tests.
   *
   * @default - RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: both are kept, unless the deployment that made them is rolled back
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Not exported. */
export const PRIVATE_IOT_CA_KINDS: Kinds<PrivateIotCaProps> = {
  ...CA_OPTION_KINDS,
  ...CA_SUCCESSION_KINDS,
  ...EXTENSION_KINDS,
  subject: SUBJECT,
  keyAlgorithm: optional(KEY_ALGORITHM),
  hashAlgorithm: optional(HASH_ALGORITHM),
  validity: optional(DURATION),
  notBefore: optional(DATE),
  notAfter: optional(DATE),
  issuer: optional(CA),
  clipToIssuer: optional(FLAG),
  signedElsewhere: optional(FLAG),
  signedCertificate: optional(PEM_SOURCE),
  nameConstraints: optional(NAME_CONSTRAINTS),
  pathLength: optional(NUMBER),
  renewal: optional(RENEWAL),
  keyStorage: optional(KEY_STORAGE),
  generation: optional(NUMBER),
  removalPolicy: optional(REMOVAL_POLICY),
};
