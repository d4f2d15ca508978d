import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { validateNotRetired } from './ca-succession';
import { IPrivateIotCa } from './i-private-iot-ca';
import { issuerProperties } from './known-ca';
import { CaCertificateProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { CertificateExtensionOptions, EXTENSION_KINDS, NAME_CONSTRAINTS, NameConstraints } from '../certificates/certificate-extensions';
import { CertificateSubject, SUBJECT } from '../certificates/certificate-subject';
import { IIotCertificate, IssuedCertificateBase } from '../certificates/iot-certificate';
import { ISSUED_CERTIFICATE_KINDS, IssuedCertificateOptions } from '../certificates/issued-certificate-options';
import { validateCanIssue, validateIssuing } from '../certificates/issuing-validation';
import { PemSource } from '../certificates/pem-source';
import { renderExtensions } from '../certificates/render-extensions';
import { validateCustomExtensions, validRequest } from '../certificates/request-validation';
import { SubjectRule } from '../certificates/subject-rule';
import { check, DATE, Kinds, NUMBER, optional } from '../checks/kinds';
import { CA, DURATION, PEM_SOURCE, SUBJECT_RULE } from '../checks/object-kinds';
import {
  renderSubject, validateInsideCa, validatePathLength, validateSubject, validGeneration, validHashAlgorithm, validTerm,
} from '../checks/validation';
import { CertificateProvider, ledgerOf } from '../provider/certificate-provider';
import { beforeIssuance } from '../revocation/issuance-order';

/**
 * Options of the certificate of a CA whose key is elsewhere.
 */
export interface CaCertificateOptions extends CertificateExtensionOptions, IssuedCertificateOptions {
  /** The certificate signing request of that CA, such as the `certificateSigningRequestPem` of a `PrivateIotCa` in another account or Region. */
  readonly certificateSigningRequest: PemSource;

  /**
   * The subject of the certificate.
   *
   * @default - the subject of the request; if the request is not known at synthesis, `subject` or `allowedSubject` is required
   */
  readonly subject?: CertificateSubject;

  /**
   * The rule for the subject that may be taken from the request. Any other subject is refused.
   *
   * @default - the subject of a request that is known at synthesis, where everyone can read it
   */
  readonly allowedSubject?: SubjectRule;

  /**
   * The maximum number of CAs below that CA in a chain.
   *
   * @default 0
   */
  readonly pathLength?: number;

  /**
   * The names that the CA of the request may certify.
   *
   * @default - everything that the issuer may certify
   */
  readonly nameConstraints?: NameConstraints;

  /**
   * How long the certificate is valid, in whole days.
   *
   * @default Duration.days(1825)
   */
  readonly validity?: Duration;

  /**
   * The first second of the validity.
   *
   * @default - an hour before the certificate is made
   */
  readonly notBefore?: Date;

  /**
   * The last second of the validity, instead of `validity`.
   *
   * @default - determined by `validity`
   */
  readonly notAfter?: Date;
}

/**
 * Properties of the certificate of a CA whose key is elsewhere.
 */
export interface CaCertificateProps extends CaCertificateOptions {
  /** The CA that issues the certificate. */
  readonly ca: IPrivateIotCa;
}

const KINDS: Kinds<CaCertificateProps> = {
  ...ISSUED_CERTIFICATE_KINDS,
  ...EXTENSION_KINDS,
  ca: CA,
  certificateSigningRequest: PEM_SOURCE,
  subject: optional(SUBJECT),
  allowedSubject: optional(SUBJECT_RULE),
  pathLength: optional(NUMBER),
  nameConstraints: optional(NAME_CONSTRAINTS),
  validity: optional(DURATION),
  notBefore: optional(DATE),
  notAfter: optional(DATE),
};

/**
 * The certificate of a CA whose key is elsewhere, made from that CA's certificate signing request. It is one half of a hierarchy
 * across accounts and Regions; the other half is a `PrivateIotCa` that is `signedElsewhere`.
 *
 * @resource Custom::IotCaCertificate
 */
export class CaCertificate extends IssuedCertificateBase implements IIotCertificate {
  /** @internal */
  public readonly _issuer: IPrivateIotCa;
  /** @internal */
  protected readonly _resource: CustomResource;

  constructor(scope: Construct, id: string, props: CaCertificateProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, certificateSigningRequest: request, subject, clipToIssuer = false, pathLength = 0 } = props;
    const term = validTerm(this, props, Duration.days(1825));
    validateCanIssue(this, ca);
    validateNotRetired(this, ca);
    validateInsideCa(this, term.ValidityDays, ca.validity, clipToIssuer);
    validatePathLength(this, pathLength, ca);
    validateCustomExtensions(this, props.customExtensions, ca.allowedCustomExtensions);
    const allowedSubject = validRequest(this, props);
    if (subject) {
      validateSubject(this, { ...subject });
    }
    this._issuer = ca;
    const provider = CertificateProvider.of(this);
    const rights = provider.rightsToIssue(ca, this);
    const properties: CaCertificateProperties = {
      LedgerTable: ledgerOf(this, ca),
      ...issuerProperties(ca),
      Subject: subject && renderSubject({ ...subject }),
      CertificateSigningRequest: request._text,
      CertificateSigningRequestSecretArn: request._secretId(this),
      AllowedSubject: allowedSubject,
      PathLength: pathLength,
      HashAlgorithm: validHashAlgorithm(this, ca, props.hashAlgorithm),
      ...term,
      ClipToIssuer: clipToIssuer,
      Generation: validGeneration(this, props.generation),
      Extensions: renderExtensions(this, props),
    };
    validateIssuing(this, ca, 'ca', props, term.ValidityDays);
    this._resource = provider.resource(this, ResourceType.CA_CERTIFICATE, properties, [rights, ...provider.rightsFor(this, request._rights())]);
    this._resource.node.addDependency(beforeIssuance(ca));
  }

  /**
   * What the certificate signing request asked for and did not get, separated by commas, or `none`.
   * @attribute
   */
  public get ignoredRequests(): string {
    return this._attribute('IgnoredRequests');
  }
}
