import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CertificateExtensionOptions, EXTENDED_KEY_USAGE, ExtendedKeyUsage, EXTENSION_KINDS, NAME_SUBTREES, NameSubtrees } from './certificate-extensions';
import { CertificateSubject, SUBJECT } from './certificate-subject';
import { ISSUED_CERTIFICATE_KINDS, IssuedCertificateOptions } from './issued-certificate-options';
import { PemSource } from './pem-source';
import { SubjectRule } from './subject-rule';
import { DATE, Kinds, listOf, optional } from '../checks/kinds';
import { DURATION, KEY_ALGORITHM, KEY_STORAGE, PEM_SOURCE, REMOVAL_POLICY, SUBJECT_RULE } from '../checks/object-kinds';
import { DELIVERY_FORMAT, DeliveryFormat } from '../keys/delivery-format';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { KeyStorage } from '../keys/key-storage';

/**
 * What certificates of devices and of servers have in common.
 */
export interface EndEntityCertificateOptions extends CertificateExtensionOptions, IssuedCertificateOptions {
  /**
   * The subject. Its attributes stand in the certificate in the order of X.500, from the country to the common name.
   *
   * @default - that of the certificate signing request, as it is encoded there; it has to be given where there is none
   */
  readonly subject?: CertificateSubject;

  /**
   * A request for the certificate, signed by the key that it is for: the key is made elsewhere, in the device say, and never
   * comes here. Of what the request asks for only the key is taken, the subject if none is declared, and the names that
   * `allowedSubjectAlternativeNames` allow; `ignoredRequests` says what is not.
   *
   * One that is not known at synthesis needs a `subject` or an `allowedSubject`: otherwise the author of that text would choose the name.
   *
   * @default - a key is made here
   */
  readonly certificateSigningRequest?: PemSource;

  /**
   * Which subject may be taken from the request. Another one is refused.
   *
   * @default - the subject of a request that is known at synthesis, which everybody can read there
   */
  readonly allowedSubject?: SubjectRule;

  /**
   * The names beside the subject that are taken from the request.
   *
   * @default - none
   */
  readonly allowedSubjectAlternativeNames?: NameSubtrees;

  /**
   * The algorithm of the key.
   *
   * @default KeyAlgorithm.RSA_2048, which every platform takes
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * How long the certificate is valid, in whole days. A device that can't be given a new certificate in the field needs as
   * many days as it will live; see `clipToIssuer`.
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
   * The last second of the validity, in place of `validity`. `new Date('9999-12-31T23:59:59Z')` stands for no well-defined
   * end (RFC 5280, section 4.1.2.5), which needs a CA without one, or `clipToIssuer`.
   *
   * @default - by `validity`
   */
  readonly notAfter?: Date;

  /**
   * Where the key is held.
   *
   * @default KeyStorage.secretsManager()
   */
  readonly keyStorage?: KeyStorage;

  /**
   * Other forms in which the key and the certificates are delivered, each once.
   *
   * @default - none
   */
  readonly deliveryFormats?: DeliveryFormat[];

  /**
   * What the key may be used for, beyond what the kind of certificate says.
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
};
