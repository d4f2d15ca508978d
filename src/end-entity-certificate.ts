import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CertificateExtensionOptions, ExtendedKeyUsage, NameSubtrees } from './certificate-extensions';
import { CertificateSubject } from './certificate-subject';
import { IssuedCertificateProperties, RequestableProperties } from './contract/properties';
import { ResourceType } from './contract/resource-types';
import { DeliveredSecret, DeliveryFormat } from './delivery-format';
import { HashAlgorithm } from './hash-algorithm';
import { IPrivateIotCa } from './i-private-iot-ca';
import { IssuedCertificateBase } from './iot-certificate';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';
import { KeyStorage } from './key-storage';
import { PemSource } from './pem-source';
import { ProfileName } from './pki/profile';
import { CertificateProvider, ledgerOf, NeededRight } from './private/certificate-provider';
import { noteCommonName } from './private/common-names';
import { validateCanIssue, validateIssuing } from './private/issuing-validation';
import { issuerProperties } from './private/known-ca';
import { BoundPrivateKey } from './private/private-key';
import { validRemovalPolicy } from './private/removal-policy';
import { renderExtensions, renderNames } from './private/render-extensions';
import { knownSubject, validateCustomExtensions, validateDeliveryFormats, validateKeySource, validRequest } from './private/request-validation';
import { renderSubject, validateInsideCa, validateSubject, validGeneration, validHashAlgorithm, validTerm } from './private/validation';
import { SubjectRule } from './subject-rule';

/**
 * What certificates of devices and of servers have in common.
 */
export interface EndEntityCertificateOptions extends CertificateExtensionOptions {
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
   * One that is not known at synthesis needs a `subject` or an `allowedSubject`: otherwise whoever writes it would choose the name.
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
   * The digest of the CA's signature.
   *
   * @default - HashAlgorithm.SHA_256, or the one that the CA's key in KMS signs over
   */
  readonly hashAlgorithm?: HashAlgorithm;

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
   * End with the CA where the validity would pass the CA's end. Otherwise that is an error.
   *
   * @default false
   */
  readonly clipToIssuer?: boolean;

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
   * Raise it for a new certificate, with a new key, of an otherwise unchanged declaration, 1 to 1,000,000.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * What happens to the key, and to the secrets or the parameter with it, when the certificate leaves the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** What a kind of certificate adds to its resource. @internal */
export interface EndEntityKind {
  readonly resourceType: ResourceType;
  readonly platforms: readonly IotPlatform[];
  /** Whether it is one by which clients are known. */
  readonly isClient: boolean;
  readonly profile: ProfileName;
  readonly properties?: object;
}

/**
 * A certificate of a device or a server. The classes that extend it show its members as their own.
 *
 * @internal
 */
export abstract class EndEntityCertificateBase extends IssuedCertificateBase {
  /** The CA that issues it. @internal */
  public readonly _issuer: IPrivateIotCa;
  /** The subject; absent where that of a request is taken. @internal */
  public readonly _subject?: CertificateSubject;
  /** @internal */
  protected readonly _resource: CustomResource;
  private readonly _key?: BoundPrivateKey;
  private readonly _delivered: ReadonlyMap<DeliveryFormat, DeliveredSecret>;
  private readonly _requested: boolean;

  /** @internal */
  constructor(scope: Construct, id: string, ca: IPrivateIotCa, options: EndEntityCertificateOptions, kind: EndEntityKind) {
    super(scope, id);
    const { subject, certificateSigningRequest: request, clipToIssuer = false } = options;
    const removalPolicy = validRemovalPolicy(this, options.removalPolicy, RemovalPolicy.DESTROY);
    const keyAlgorithm = options.keyAlgorithm ?? KeyAlgorithm.RSA_2048;
    const generation = validGeneration(this, options.generation);
    const term = validTerm(this, options, Duration.days(365));
    validateCanIssue(this, ca);
    validateKeySource(this, options);
    if (subject) {
      validateSubject(this, { ...subject });
    }
    validateInsideCa(this, term.ValidityDays, ca.validity, clipToIssuer);
    validateCustomExtensions(this, options.customExtensions, ca.allowedCustomExtensions);

    const provider = CertificateProvider.of(this);
    this._issuer = ca;
    this._subject = subject;
    this._requested = request !== undefined;
    this._key = request ? undefined : (options.keyStorage ?? KeyStorage.secretsManager())._bind(this, {
      description: `Private key of ${this.node.path}`, removalPolicy, keyAlgorithm: keyAlgorithm._render(), generation,
    });
    validateDeliveryFormats(this, options.deliveryFormats);
    const bound = (options.deliveryFormats ?? []).map(format => [format, format._bind(this, removalPolicy)] as const);
    this._delivered = new Map(bound);

    const rights = provider.rightsOn(ca);
    ca.grantIssue(rights);
    const needed: NeededRight[] = [
      ...this._key ? [this._key.keep] : [],
      ...request?._rights() ?? [],
      ...bound.flatMap(([, delivery]) => delivery.rights),
    ];
    const properties: IssuedCertificateProperties & RequestableProperties = {
      LedgerTable: ledgerOf(this, ca),
      ...issuerProperties(ca),
      Subject: subject && renderSubject({ ...subject }),
      KeyStorage: this._key?.properties,
      KeyAlgorithm: request ? undefined : keyAlgorithm._render(),
      CertificateSigningRequest: request?._text,
      CertificateSigningRequestSecretArn: request?._secretId(this),
      AllowedNames: options.allowedSubjectAlternativeNames && renderNames(options.allowedSubjectAlternativeNames),
      AllowedSubject: validRequest(this, options),
      Bundles: bound.length > 0 ? bound.map(([, delivery]) => delivery.properties) : undefined,
      HashAlgorithm: validHashAlgorithm(this, ca, options.hashAlgorithm),
      ...term,
      ClipToIssuer: clipToIssuer,
      Generation: generation,
      Platforms: kind.platforms.map(platform => platform._render()),
      Extensions: renderExtensions(this, options),
      ...kind.properties,
    };
    validateIssuing(this, ca, kind.profile, options, term.ValidityDays);
    noteCommonName(this, ca, kind.isClient ? knownSubject(options)?.commonName : undefined, subject === undefined);
    this._resource = provider.resource(this, kind.resourceType, properties, [rights, ...provider.rightsFor(this, needed)], {
      removalPolicy, secret: this._key?.secret,
    });
  }

  /**
   * What the certificate signing request asked for and did not get, separated by commas, or `none`. Asking a certificate that
   * is not made from a request is an error.
   * @attribute
   */
  public get ignoredRequests(): string {
    if (!this._requested) {
      throw new Error(`${this.node.path}: ignoredRequests is available only for a certificate that is made from a certificateSigningRequest`);
    }
    return this._attribute('IgnoredRequests');
  }

  /**
   * The secret that holds the private key: a PKCS#8 PEM, the current version that of this certificate. Asking a certificate
   * whose key is in a parameter, or is not here at all, is an error.
   */
  public get privateKeySecret(): ISecret {
    if (!this._key?.secret) {
      throw new Error(`${this.node.path}: privateKeySecret is available only for a certificate whose key is in a secret, got one whose key `
        + (this._key ? 'is in a parameter; see privateKeyParameterName' : 'came by a request and is not here'));
    }
    return this._key.secret;
  }

  /**
   * The name of the parameter that holds the private key, where `keyStorage` is the Parameter Store; asking any other
   * certificate is an error.
   * @attribute
   */
  public get privateKeyParameterName(): string {
    if (this._key?.properties.Type !== 'Parameter') {
      throw new Error(`${this.node.path}: privateKeyParameterName is available only for a certificate whose keyStorage is KeyStorage.parameterStore()`);
    }
    return this._attribute('PrivateKeyParameter');
  }

  /** What outputs say of where the private key is, by what they are called. @internal */
  public _keyOutputs(): { [what: string]: string } {
    switch (this._key?.properties.Type) {
      case undefined: return {};
      case 'Parameter': return { PrivateKeyParameter: this.privateKeyParameterName };
      default: return { PrivateKeySecret: this.privateKeySecret.secretArn };
    }
  }

  /**
   * The secret of one of the `deliveryFormats`; asking for a form that is not among them is an error.
   *
   * @param format the very object that was declared
   */
  public delivered(format: DeliveryFormat): DeliveredSecret {
    const delivered = this._delivered.get(format);
    if (!delivered) {
      throw new Error(`${this.node.path}: format must be one of the certificate's deliveryFormats, got another ${format.name}`);
    }
    return delivered;
  }

  /**
   * Lets a principal read the private key, as whoever puts it onto the device has to. A key that came by a request is not here,
   * and asking for it is an error.
   */
  public grantReadPrivateKey(grantee: IGrantable): Grant {
    if (!this._key) {
      throw new Error(`${this.node.path}: grantReadPrivateKey is not available for a certificate that is made from a request: its key is not here`);
    }
    return this._key.grantRead(grantee);
  }
}
