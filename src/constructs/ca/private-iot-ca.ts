import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CaCertificate, CaCertificateOptions } from './ca-certificate';
import { CaChainLinks, certificateIn, certificatesIn, chainOfDeclared, chainsOf } from './ca-chain';
import { caProperties } from './ca-properties';
import { addCaRenewal } from './ca-renewal';
import { knownSuccession, validateNotRetired, validateSuccessorName } from './ca-succession';
import { validateCaProps } from './ca-validation';
import { CrossCertificate, CrossCertificateOptions } from './cross-certificate';
import { ExistingCaProps, ExistingIotCa } from './existing-iot-ca';
import { grantIssue, grantReadPrivateKey } from './grant-issue';
import { IPrivateIotCa } from './i-private-iot-ca';
import { ImportedPrivateIotCa, PrivateIotCaAttributes } from './imported-private-iot-ca';
import { KeptCaProps, KeptIotCa } from './kept-iot-ca';
import { knownByDeclaration, knownCa, rememberCa } from './known-ca';
import { grantRecord, ledgerTable } from './ledger-table';
import { PRIVATE_IOT_CA_KINDS, PrivateIotCaProps } from './private-iot-ca-props';
import { CaEventType } from '../../contract/ca-events';
import { ResourceType } from '../../contract/resource-types';
import { IotPlatform } from '../../platforms/iot-platform';
import { defaultHashAlgorithm } from '../certificates/default-hash-algorithm';
import { DeviceCertificate, DeviceCertificateOptions } from '../certificates/device-certificate';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { IIotCertificate, IotCertificateBase } from '../certificates/iot-certificate';
import { sayTerm, validateCanIssue, validateIssuing } from '../certificates/issuing-validation';
import { ServerCertificate, ServerCertificateOptions } from '../certificates/server-certificate';
import { VerificationCertificate, VerificationCertificateOptions } from '../certificates/verification-certificate';
import { check } from '../checks/kinds';
import { sayNotices, validateInsideCa, validGeneration, validId, validTerm } from '../checks/validation';
import { caEventRule } from '../events/ca-event-rule';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { KeyStorage } from '../keys/key-storage';
import { CertificateProvider } from '../provider/certificate-provider';
import { validRemovalPolicy } from '../provider/removal-policy';
import { beforeIssuance } from '../revocation/issuance-order';
import { PublishRevocationOptions } from '../revocation/publish-revocation-options';
import { publishRevocation, RevocationPublication } from '../revocation/revocation-publication';
import { grantRevoke, revokeFunction } from '../revocation/revoke-function';

/**
 * A private CA for IoT devices: a key, a certificate that the CA itself or a CA above it signs, and a ledger of everything
 * that the CA issues.
 *
 * The deployment makes the key, and no template, output, event or log ever holds it. The certificate changes only when its
 * declaration does: `subject`, `keyAlgorithm`, `hashAlgorithm`, `validity`, `notBefore`, `notAfter`, `pathLength`, the
 * extensions, `issuer`, `signedElsewhere`, the kind of `keyStorage`, `generation`, or the path of the construct in its stack. Such
 * a change makes a new CA, which issues all its certificates anew. If the CA has living certificates, the deployment fails unless
 * `replaces` names the CA. Only a changed `signedCertificate` or a `renewal` gives the same CA another certificate.
 *
 * @resource Custom::PrivateIotCa
 */
export class PrivateIotCa extends IotCertificateBase implements IPrivateIotCa, IIotCertificate {
  /**
   * Uses a CA of another stack.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param attrs the attributes of the CA
   */
  public static fromPrivateIotCaAttributes(scope: Construct, id: string, attrs: PrivateIotCaAttributes): IPrivateIotCa {
    return new ImportedPrivateIotCa(scope, id, attrs);
  }

  /**
   * Adopts a CA that was made elsewhere, for example with OpenSSL: its certificate, and its key from a secret or in KMS. The CA
   * gets a ledger of its own, and issues the same kinds of certificates as a CA of this library.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param props the properties of the CA
   */
  public static fromExistingCa(scope: Construct, id: string, props: ExistingCaProps): IPrivateIotCa {
    return new ExistingIotCa(scope, id, props);
  }

  /**
   * Takes back a CA whose key and ledger have outlived its resource, because its stack was deleted or its construct has a new id.
   * The CA keeps its identity, and the certificates that it has issued stay as they are.
   *
   * @example
   *
   * const ca = PrivateIotCa.fromKeptCa(this, 'Ca', {
   *   caId: 'ca-0123456789abcdef0123456789abcdef',
   *   ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-CaLedger4F9A1234-1ABCDEFGHIJKL',
   *   privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaPrivateKey1234ABCD-AbCdEfGhIjKl-AbCdEf',
   * });
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param props the properties of the CA
   */
  public static fromKeptCa(scope: Construct, id: string, props: KeptCaProps): IPrivateIotCa {
    return new KeptIotCa(scope, id, props);
  }

  public readonly caId: string;
  public readonly ledger: ITable;
  public readonly privateKeySecret?: ISecret;
  public readonly signingKey?: IKey;
  public readonly keyAlgorithm?: KeyAlgorithm;
  public readonly defaultHashAlgorithm: HashAlgorithm;
  public readonly validity?: Duration;
  public readonly pathLength?: number;
  public readonly platforms: IotPlatform[];
  public readonly allowedCustomExtensions: string[];

  /** @internal */
  public readonly _chain: CaChainLinks;
  /** @internal */
  protected readonly _resource: CustomResource;
  /** @internal */
  protected readonly _hasRemovalPolicy = true;
  private readonly signedElsewhere: boolean;
  private readonly signed: boolean;

  constructor(scope: Construct, id: string, props: PrivateIotCaProps) {
    super(scope, id);
    check(this, PRIVATE_IOT_CA_KINDS, props);
    const { issuer, signedElsewhere = false, clipToIssuer = false } = props;
    const keyAlgorithm = props.keyAlgorithm ?? KeyAlgorithm.RSA_2048;
    const removalPolicy = validRemovalPolicy(this, props.removalPolicy, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    const generation = validGeneration(this, props.generation);
    this.keyAlgorithm = keyAlgorithm;
    this.pathLength = props.pathLength ?? 0;
    this.platforms = props.platforms ?? [];
    this.allowedCustomExtensions = props.allowedCustomExtensions ?? [];
    this.signedElsewhere = signedElsewhere;
    this.signed = props.signedCertificate !== undefined;
    validateCaProps(this, props);
    const defaultValidity = Duration.days(issuer ? 1825 : 3650);
    const term = signedElsewhere ? {} : validTerm(this, props, defaultValidity);
    this.validity = term.ValidityDays === undefined ? undefined : props.validity ?? defaultValidity;
    validateInsideCa(this, term.ValidityDays, issuer?.validity, clipToIssuer);
    sayNotices(this, this.platforms);
    if (issuer) {
      validateCanIssue(this, issuer);
      validateNotRetired(this, issuer);
    }

    const key = (props.keyStorage ?? KeyStorage.secretsManager())._bind(this, {
      description: `Private key of the CA ${this.node.path}`, removalPolicy, keyAlgorithm: keyAlgorithm._render(), generation,
    });
    this.privateKeySecret = key.secret;
    this.signingKey = key.signingKey;
    this.defaultHashAlgorithm = defaultHashAlgorithm(keyAlgorithm, this.signingKey);
    this.ledger = ledgerTable(this, removalPolicy);

    const provider = CertificateProvider.of(this);
    const rights = [provider.rightsOn(this, this), ...issuer ? [provider.rightsOn(issuer, this)] : []];
    key.keep.grant(rights[0]);
    grantRecord(this.ledger, rights[0]);
    issuer?.grantIssue(rights[1]);
    const properties = caProperties(this, props, {
      KeyAlgorithm: keyAlgorithm._render(), KeyStorage: key.properties, ...term, Generation: generation,
    });
    if (issuer) {
      validateIssuing(this, issuer, 'ca', props, term.ValidityDays);
    } else if (!signedElsewhere) {
      sayTerm(this, { days: term.ValidityDays, notBefore: props.notBefore, notAfter: props.notAfter });
    }
    this._resource = provider.resource(this, ResourceType.PRIVATE_IOT_CA, properties, rights, { removalPolicy, secret: key.secret });
    if (issuer) {
      this._resource.node.addDependency(beforeIssuance(issuer));
    }
    addCaRenewal(this, props);
    const keyIdentifier = signedElsewhere ? undefined : this._attribute('SubjectKeyIdentifier');
    rememberCa(this, { ...knownByDeclaration(props), ...knownSuccession(props), keyIdentifier });
    validateSuccessorName(this, props.predecessor);
    this.caId = this._resource.ref;
    this._chain = chainOfDeclared(this, props);
  }

  public get caCertificates(): string[] {
    return this.caCertificatesFor(this);
  }

  public get certificateChainPem(): string {
    return chainsOf(this.caCertificates, this._chain.endsInRoot).certificateChainPem;
  }

  public get certificateChainWithoutRootPem(): string {
    return chainsOf(this.caCertificates, this._chain.endsInRoot).certificateChainWithoutRootPem;
  }

  public certificatePemFor(scope: Construct): string {
    return certificateIn(scope, this);
  }

  public caCertificatesFor(scope: Construct): string[] {
    return certificatesIn(scope, this._chain.links);
  }

  /** Whether the CA's certificate is still to be made elsewhere. Until then, a note takes its place. @internal */
  public get _awaitsCertificate(): boolean {
    return this.signedElsewhere && !this.signed;
  }

  public get certificateDerBase64(): string {
    if (this._awaitsCertificate) {
      throw new Error(`${this.node.path}: certificateDerBase64 is available only for a CA that has its signedCertificate`);
    }
    return super.certificateDerBase64;
  }

  /**
   * The certificate signing request of the CA (RFC 2986) in PEM. It is available only for a CA that is `signedElsewhere`.
   * Once the CA is signed, the answer to CloudFormation may have no room for the request; the attribute then holds a note.
   * @attribute
   */
  public get certificateSigningRequestPem(): string {
    if (!this.signedElsewhere) {
      throw new Error(`${this.node.path}: certificateSigningRequestPem is available only for a CA that is signedElsewhere`);
    }
    return this._attribute('CertificateSigningRequestPem');
  }

  /**
   * How often the CA had been renewed at the last update of its resource, in decimal digits. It is an error to read this attribute of a CA without
   * a `renewal`.
   * @attribute
   */
  public get renewalNumber(): string {
    if (!knownCa(this).isRenewed) {
      throw new Error(`${this.node.path}: renewalNumber is available only for a CA that declares a renewal`);
    }
    return this._attribute('RenewalNumber');
  }

  public addVerificationCertificate(id: string, options: VerificationCertificateOptions): VerificationCertificate {
    return new VerificationCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addDeviceCertificate(id: string, options: DeviceCertificateOptions): DeviceCertificate {
    return new DeviceCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addServerCertificate(id: string, options: ServerCertificateOptions): ServerCertificate {
    return new ServerCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addCaCertificate(id: string, options: CaCertificateOptions): CaCertificate {
    return new CaCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public addCrossCertificate(id: string, options: CrossCertificateOptions): CrossCertificate {
    return new CrossCertificate(this, validId(this, id), { ca: this, ...options });
  }

  public publishRevocation(options?: PublishRevocationOptions): RevocationPublication {
    return publishRevocation(this, options);
  }

  public get revokeFunction(): IFunction {
    return revokeFunction(this);
  }

  public grantRevoke(grantee: IGrantable): Grant {
    return grantRevoke(this, grantee);
  }

  public onCertificateIssued(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_ISSUED, id, options);
  }

  public onCertificateRenewed(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_RENEWED, id, options);
  }

  public onCertificateExpiring(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_EXPIRING, id, options);
  }

  public onCertificateRefused(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.CERTIFICATE_REFUSED, id, options);
  }

  public onRevocationChanged(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.REVOCATION_CHANGED, id, options);
  }

  public onRevocationListsPublished(id: string, options?: OnEventOptions): Rule {
    return caEventRule(this, CaEventType.LISTS_PUBLISHED, id, options);
  }

  public grantIssue(grantee: IGrantable): Grant {
    return grantIssue(this, grantee);
  }

  public grantReadPrivateKey(grantee: IGrantable): Grant {
    return grantReadPrivateKey(this, grantee);
  }
}
