import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CertificateExtensionOptions, EXTENDED_KEY_USAGE, ExtendedKeyUsage, EXTENSION_KINDS, NAME_SUBTREES, NameSubtrees } from './certificate-extensions';
import { CertificateSubject, SUBJECT } from './certificate-subject';
import { ISSUED_CERTIFICATE_KINDS, IssuedCertificateOptions } from './issued-certificate-options';
import { PemSource } from './pem-source';
import { SubjectRule } from './subject-rule';
import { DATE, FLAG, Kinds, listOf, optional } from '../checks/kinds';
import { DURATION, KEY_ALGORITHM, KEY_STORAGE, PEM_SOURCE, REMOVAL_POLICY, SUBJECT_RULE } from '../checks/object-kinds';
import { DELIVERY_FORMAT, DeliveryFormat } from '../keys/delivery-format';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { KeyStorage } from '../keys/key-storage';
import { Renewal, RENEWAL } from '../renewal/renewal';

/**
 * Options that the certificates of devices and of servers have in common.
 */
export interface EndEntityCertificateOptions extends CertificateExtensionOptions, IssuedCertificateOptions {
  /**
   * The subject. The certificate holds its attributes in X.500 order, from the country to the common name.
   *
   * @default - the subject of the certificate signing request, as it is encoded there; required if there is no request
   */
  readonly subject?: CertificateSubject;

  /**
   * A certificate signing request, signed by the key that the certificate is for. The key is made elsewhere, for example in the
   * device, and is never sent here. The certificate takes from the request only the key, the subject if none is declared, and the
   * names that `allowedSubjectAlternativeNames` allows; `ignoredRequests` lists the rest.
   *
   * A request that is not known at synthesis needs a `subject` or an `allowedSubject`. Otherwise its author would choose the name.
   *
   * @default - a key is made here
   */
  readonly certificateSigningRequest?: PemSource;

  /**
   * The rule for the subject that may be taken from the request. Any other subject is refused.
   *
   * @default - the subject of a request that is known at synthesis, where everyone can read it
   */
  readonly allowedSubject?: SubjectRule;

  /**
   * The subject alternative names that are taken from the request.
   *
   * @default - none
   */
  readonly allowedSubjectAlternativeNames?: NameSubtrees;

  /**
   * The algorithm of the key.
   *
   * @default - KeyAlgorithm.RSA_2048, which every platform accepts
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * How long the certificate is valid, in whole days. A device that can't get a new certificate in the field needs one that is
   * valid for the device's whole life; see `clipToIssuer`.
   *
   * @default Duration.days(365)
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
   * no well-defined expiration date (RFC 5280, section 4.1.2.5), which requires a CA without one, or `clipToIssuer`.
   *
   * @default - determined by `validity`
   */
  readonly notAfter?: Date;

  /**
   * Where the key is held.
   *
   * @default KeyStorage.secretsManager()
   */
  readonly keyStorage?: KeyStorage;

  /**
   * Additional forms in which the key and the certificates are delivered. Each form may occur once.
   *
   * @default - none
   */
  readonly deliveryFormats?: DeliveryFormat[];

  /**
   * What the key may be used for, in addition to the usages of this kind of certificate.
   *
   * @default - nothing
   */
  readonly extendedKeyUsages?: ExtendedKeyUsage[];

  /**
   * What happens to the key, and to the secrets or the parameter with it, when the certificate leaves the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * When the certificate is renewed without a deployment, in AWS. Everything that is declared stays as it is; certificate, chain and key change
   * together in `livingCertificateSecret`. It is available only for a certificate with a `validity`, whose key is held here. A certificate that
   * is made from a request can't be renewed here, because its key is elsewhere.
   *
   * The secret of a certificate that declares a renewal costs $0.40 a month, unless `deliveryFormats` has one already.
   *
   * @default - the certificate ends; a higher `generation` makes a new one
   */
  readonly renewal?: Renewal;

  /**
   * Whether the certificate is revoked when it leaves the stack, with the reason `cessationOfOperation`. It then never comes back: the same
   * declaration gets a new certificate. A certificate that a changed declaration replaces is not revoked.
   *
   * @default - true if the CA publishes its revocation lists (`publishRevocation`), unless `removalPolicy` keeps the key, another resource
   * has a certificate of the CA for the same common name (the construct was renamed or moved), or the CA had a successor at the last deployment
   */
  readonly revokeOnRemoval?: boolean;
}

/** Not exported. */
export const END_ENTITY_KINDS: Kinds<EndEntityCertificateOptions> = {
  ...ISSUED_CERTIFICATE_KINDS,
  ...EXTENSION_KINDS,
  subject: optional(SUBJECT),
  certificateSigningRequest: optional(PEM_SOURCE),
  allowedSubject: optional(SUBJECT_RULE),
  allowedSubjectAlternativeNames: optional(NAME_SUBTREES),
  keyAlgorithm: optional(KEY_ALGORITHM),
  validity: optional(DURATION),
  notBefore: optional(DATE),
  notAfter: optional(DATE),
  keyStorage: optional(KEY_STORAGE),
  deliveryFormats: optional(listOf(DELIVERY_FORMAT)),
  extendedKeyUsages: optional(listOf(EXTENDED_KEY_USAGE)),
  removalPolicy: optional(REMOVAL_POLICY),
  renewal: optional(RENEWAL),
  revokeOnRemoval: optional(FLAG),
};
