import { CustomResource, Duration, Lazy, RemovalPolicy, TagManager } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CertificateSubject } from './certificate-subject';
import { noteCommonName } from './common-names';
import { EndEntityCertificateOptions } from './end-entity-certificate-options';
import { IssuedCertificateBase } from './iot-certificate';
import { validateCanIssue, validateIssuing } from './issuing-validation';
import { renderExtensions, renderNames } from './render-extensions';
import { knownSubject, validateCustomExtensions, validateDeliveryFormats, validateKeySource, validRequest } from './request-validation';
import { IssuedCertificateProperties, RequestableProperties } from '../../contract/properties';
import { BUNDLES_WITH_CERTIFICATE } from '../../contract/renewal';
import { ResourceType } from '../../contract/resource-types';
import { ProfileName } from '../../pki/profile';
import { IotPlatform } from '../../platforms/iot-platform';
import { hasSuccessor, validateNotRetired } from '../ca/ca-succession';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { issuerProperties } from '../ca/known-ca';
import { check } from '../checks/kinds';
import { GRANTEE } from '../checks/object-kinds';
import { renderSubject, validateInsideCa, validateSubject, validGeneration, validHashAlgorithm, validTerm } from '../checks/validation';
import { DeliveredSecret, DELIVERY_FORMAT, DeliveryFormat } from '../keys/delivery-format';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { KeyStorage } from '../keys/key-storage';
import { ParameterTags } from '../keys/parameter-tags';
import { BoundPrivateKey } from '../keys/private-key';
import { CertificateProvider, ledgerOf, NeededRight } from '../provider/certificate-provider';
import { validRemovalPolicy } from '../provider/removal-policy';
import { CertificateRenewals } from '../renewal/certificate-renewals';
import { validRenewal } from '../renewal/renewal-validation';
import { beforeIssuance } from '../revocation/issuance-order';

/** What a kind of certificate adds to its resource. @internal */
export interface EndEntityKind {
  readonly resourceType: ResourceType;
  readonly platforms: readonly IotPlatform[];
  /** Whether the certificate identifies a client. */
  readonly isClient: boolean;
  readonly profile: ProfileName;
  readonly properties?: object;
}

/**
 * A certificate of a device or a server. The classes that extend it expose its members as their own.
 *
 * @internal
 */
export abstract class EndEntityCertificateBase extends IssuedCertificateBase {
  /**
   * The tags of the parameter that holds the private key, if `keyStorage` is the Parameter Store.
   *
   * They have no effect on a key that is held elsewhere. `Tags.of()` sets them, also when it is applied to a scope above the
   * certificate. A change of tags does not change the certificate.
   *
   * Tags that apply only to certain resource types can name the parameter as `AWS::SSM::Parameter`, or by the type of the
   * certificate's resource.
   */
  public readonly cdkTagManager: TagManager;

  /** The CA that issues the certificate. @internal */
  public readonly _issuer: IPrivateIotCa;
  /** The subject; absent if it is taken from a request. @internal */
  public readonly _subject?: CertificateSubject;
  /** @internal */
  protected readonly _resource: CustomResource;
  /** @internal */
  protected readonly _hasRemovalPolicy = true;
  private readonly _key?: BoundPrivateKey;
  private readonly _delivered: ReadonlyMap<DeliveryFormat, DeliveredSecret>;
  private readonly _requested: boolean;
  /** The format in which the certificate is found after it was renewed; absent if it is not renewed. */
  private _living?: DeliveryFormat;

  /** @internal */
  constructor(scope: Construct, id: string, ca: IPrivateIotCa, options: EndEntityCertificateOptions, kind: EndEntityKind) {
    super(scope, id);
    const { subject, certificateSigningRequest: request, clipToIssuer = false, renewal } = options;
    const removalPolicy = validRemovalPolicy(this, options.removalPolicy, RemovalPolicy.DESTROY);
    const keyAlgorithm = options.keyAlgorithm ?? KeyAlgorithm.RSA_2048;
    const generation = validGeneration(this, options.generation);
    const term = validTerm(this, options, Duration.days(365));
    validateCanIssue(this, ca);
    validateNotRetired(this, ca);
    validateKeySource(this, options);
    if (subject) {
      validateSubject(this, { ...subject });
    }
    validateInsideCa(this, term.ValidityDays, ca.validity, clipToIssuer);
    validateCustomExtensions(this, options.customExtensions, ca.allowedCustomExtensions);

    const provider = CertificateProvider.of(this);
    const tags = new ParameterTags(this, kind.resourceType);
    this.cdkTagManager = tags;
    this._issuer = ca;
    this._subject = subject;
    this._requested = request !== undefined;
    this._key = request ? undefined : (options.keyStorage ?? KeyStorage.secretsManager())._bind(this, {
      description: `Private key of ${this.node.path}`, removalPolicy, keyAlgorithm: keyAlgorithm._render(), generation,
    });
    validateDeliveryFormats(this, options.deliveryFormats);
    const formats = this._formats(options);
    const bound = formats.map(format => [format, format._bind(this, removalPolicy)] as const);
    this._delivered = new Map(bound);

    const rights = provider.rightsToIssue(ca, this);
    const needed: NeededRight[] = [
      ...this._key ? [this._key.keep] : [],
      ...this._key?.tag ? [this._key.tag] : [],
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
      Renewal: renewal && validRenewal(this, ca, renewal, { days: term.ValidityDays, notBefore: options.notBefore }, renewal.keepKey ?? false),
      // A device that moves to the successor uses its certificate until it has the new one, which may have another resource.
      RevokeOnRemoval: options.revokeOnRemoval ?? Lazy.any({ produce: () => hasSuccessor(ca) ? false : undefined }) as unknown as boolean,
      ...kind.properties,
    };
    validateIssuing(this, ca, kind.profile, options, term.ValidityDays);
    noteCommonName(this, ca, kind.isClient ? knownSubject(options)?.commonName : undefined, subject === undefined);
    const tagged = this._key?.properties.Type === 'Parameter' ? { ...properties, Tags: tags.render() } : properties;
    this._resource = provider.resource(this, kind.resourceType, tagged, [rights, ...provider.rightsFor(this, needed)], {
      removalPolicy, secret: this._key?.secret,
    });
    this._resource.node.addDependency(beforeIssuance(ca));
    if (renewal) {
      CertificateRenewals._add(this, ca, renewal.before.toDays());
    }
  }

  /** The delivery formats, with one that holds the certificate beside its key if the certificate is renewed. */
  private _formats(options: EndEntityCertificateOptions): DeliveryFormat[] {
    const { deliveryFormats = [], renewal, certificateSigningRequest } = options;
    if (!renewal) {
      return deliveryFormats;
    }
    if (certificateSigningRequest) {
      throw new Error(`${this.node.path}: renewal must be left out for a certificate that is made from a certificateSigningRequest, because its key is elsewhere; `
        + 'declare a new request before it ends');
    }
    const living = deliveryFormats.find(({ name }) => BUNDLES_WITH_CERTIFICATE.includes(name)) ?? DeliveryFormat.combinedPem();
    this._living = living;
    return deliveryFormats.includes(living) ? deliveryFormats : [...deliveryFormats, living];
  }

  /**
   * What the certificate signing request asked for and did not get, separated by commas, or `none`. It is an error to read this
   * attribute of a certificate that is not made from a request.
   * @attribute
   */
  public get ignoredRequests(): string {
    if (!this._requested) {
      throw new Error(`${this.node.path}: ignoredRequests is available only for a certificate that is made from a certificateSigningRequest`);
    }
    return this._attribute('IgnoredRequests');
  }

  /**
   * The secret that holds the private key as PKCS#8 PEM. Its current version is the key of this certificate. It is an error to
   * read this property of a certificate whose key is in a parameter, or is not here at all.
   */
  public get privateKeySecret(): ISecret {
    if (!this._key?.secret) {
      throw new Error(`${this.node.path}: privateKeySecret is available only for a certificate whose key is in a secret, got a certificate whose key `
        + (this._key ? 'is in a parameter; use privateKeyParameterName' : 'belongs to a request and is not held here'));
    }
    return this._key.secret;
  }

  /**
   * The name of the parameter that holds the private key, if `keyStorage` is the Parameter Store. It is an error to read this
   * attribute of any other certificate.
   * @attribute
   */
  public get privateKeyParameterName(): string {
    if (this._key?.properties.Type !== 'Parameter') {
      throw new Error(`${this.node.path}: privateKeyParameterName is available only for a certificate whose keyStorage is KeyStorage.parameterStore()`);
    }
    return this._attribute('PrivateKeyParameter');
  }

  /**
   * How often the certificate had been renewed at the last deployment, in decimal digits. It is an error to read this attribute of a
   * certificate without a `renewal`.
   * @attribute
   */
  public get renewalNumber(): string {
    this._livingFormat('renewalNumber');
    return this._attribute('RenewalNumber');
  }

  /**
   * The secret whose current version holds the certificate in force with its chain and its key, also after a renewal of which the stack does not
   * know yet: a PEM text, or the PKCS#12 bundle if that is the first of the `deliveryFormats` that holds the certificate. All of it changes at
   * once. It is an error to read this property of a certificate without a `renewal`.
   */
  public get livingCertificateSecret(): ISecret {
    return this._delivered.get(this._livingFormat('livingCertificateSecret'))!.secret;
  }

  private _livingFormat(property: string): DeliveryFormat {
    if (!this._living) {
      throw new Error(`${this.node.path}: ${property} is available only for a certificate that declares a renewal`);
    }
    return this._living;
  }

  /** Whether the certificate is renewed without a deployment. @internal */
  public get _isRenewed(): boolean {
    return this._living !== undefined;
  }

  /** The values of outputs that say where the private key is, by the suffixes of the outputs' names. @internal */
  public _keyOutputs(): { [what: string]: string } {
    const living = this._living && { RenewalNumber: this.renewalNumber, LivingCertificateSecret: this.livingCertificateSecret.secretArn };
    switch (this._key?.properties.Type) {
      case undefined: return {};
      case 'Parameter': return { PrivateKeyParameter: this.privateKeyParameterName, ...living };
      default: return { PrivateKeySecret: this.privateKeySecret.secretArn, ...living };
    }
  }

  /**
   * The secret of one of the `deliveryFormats`. Any other form is an error.
   *
   * @param format the same object that was declared
   */
  public delivered(format: DeliveryFormat): DeliveredSecret {
    check(this, { format: DELIVERY_FORMAT }, { format });
    const delivered = this._delivered.get(format);
    if (!delivered) {
      throw new Error(`${this.node.path}: format must be one of the certificate's deliveryFormats, got a ${format.name} that is not among them`);
    }
    return delivered;
  }

  /**
   * Lets a principal read the private key, as the person or program that provisions the device must. It is an error to call this method for
   * a certificate that is made from a request, because its key is not here.
   */
  public grantReadPrivateKey(grantee: IGrantable): Grant {
    check(this, { grantee: GRANTEE }, { grantee });
    if (!this._key) {
      throw new Error(`${this.node.path}: grantReadPrivateKey is not available for a certificate that is made from a request, `
        + 'because its key is not held here');
    }
    return this._key.grantRead(grantee);
  }
}
