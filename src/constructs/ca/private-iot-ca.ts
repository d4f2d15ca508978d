import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CaChainLinks, chainOfDeclared } from './ca-chain';
import { caProperties } from './ca-properties';
import { addCaRenewal } from './ca-renewal';
import { knownSuccession, validateNotRetired, validateSuccessorName } from './ca-succession';
import { validateCaProps } from './ca-validation';
import { ExistingCaProps, ExistingIotCa } from './existing-iot-ca';
import { IPrivateIotCa } from './i-private-iot-ca';
import { ImportedPrivateIotCa, PrivateIotCaAttributes } from './imported-private-iot-ca';
import { KeptCaProps, KeptIotCa } from './kept-iot-ca';
import { knownByDeclaration, knownCa, rememberCa } from './known-ca';
import { grantRecord, ledgerTable } from './ledger-table';
import { PrivateIotCaBase } from './private-iot-ca-base';
import { PRIVATE_IOT_CA_KINDS, PrivateIotCaProps } from './private-iot-ca-props';
import { CertificateAttributes } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { IotPlatform } from '../../platforms/iot-platform';
import { defaultHashAlgorithm } from '../certificates/default-hash-algorithm';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { derBase64Of, IIotCertificate } from '../certificates/iot-certificate';
import { sayTerm, validateCanIssue, validateIssuing } from '../certificates/issuing-validation';
import { check } from '../checks/kinds';
import { sayNotices, validateInsideCa, validGeneration, validTerm } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { KeyStorage } from '../keys/key-storage';
import { CertificateProvider } from '../provider/certificate-provider';
import { validRemovalPolicy } from '../provider/removal-policy';
import { beforeIssuance } from '../revocation/issuance-order';

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
export class PrivateIotCa extends PrivateIotCaBase implements IPrivateIotCa, IIotCertificate {
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
  protected readonly _hasRemovalPolicy = true;
  private readonly resource: CustomResource;
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
    const rights = [provider.rightsOn(this, this), ...issuer ? [provider.rightsToIssue(issuer, this)] : []];
    key.keep.grant(rights[0]);
    grantRecord(this.ledger, rights[0]);
    const properties = caProperties(this, props, {
      KeyAlgorithm: keyAlgorithm._render(), KeyStorage: key.properties, ...term, Generation: generation,
    });
    if (issuer) {
      validateIssuing(this, issuer, 'ca', props, term.ValidityDays);
    } else if (!signedElsewhere) {
      sayTerm(this, { days: term.ValidityDays, notBefore: props.notBefore, notAfter: props.notAfter });
    }
    this.resource = provider.resource(this, ResourceType.PRIVATE_IOT_CA, properties, rights, { removalPolicy, secret: key.secret });
    if (issuer) {
      this.resource.node.addDependency(beforeIssuance(issuer));
    }
    addCaRenewal(this, props);
    const keyIdentifier = signedElsewhere ? undefined : this.attribute('SubjectKeyIdentifier');
    rememberCa(this, { ...knownByDeclaration(props), ...knownSuccession(props), keyIdentifier });
    validateSuccessorName(this, props.predecessor);
    this.caId = this.resource.ref;
    this._chain = chainOfDeclared(this, props);
  }

  /** Whether the CA's certificate is still to be made elsewhere. Until then, a note takes its place. @internal */
  public get _awaitsCertificate(): boolean {
    return this.signedElsewhere && !this.signed;
  }

  public get certificatePem(): string {
    return this.attribute('CertificatePem');
  }

  public get certificateDerBase64(): string {
    if (this._awaitsCertificate) {
      throw new Error(`${this.node.path}: certificateDerBase64 is available only for a CA that has its signedCertificate`);
    }
    return derBase64Of(this.certificatePem);
  }

  public get serialNumber(): string {
    return this.attribute('SerialNumber');
  }

  public get notBefore(): string {
    return this.attribute('NotBefore');
  }

  public get notAfter(): string {
    return this.attribute('NotAfter');
  }

  public get sha256Fingerprint(): string {
    return this.attribute('Sha256Fingerprint');
  }

  public get sha1Fingerprint(): string {
    return this.attribute('Sha1Fingerprint');
  }

  public get subjectKeyIdentifier(): string {
    return this.attribute('SubjectKeyIdentifier');
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
    return this.attribute('CertificateSigningRequestPem');
  }

  /**
   * How often the CA had been renewed at the last update of its resource, in decimal digits. It is an error to read this attribute of a CA without
   * a `renewal`.
   * @attribute
   */
  public get renewalNumber(): string {
    if (knownCa(this).renewedBefore === undefined) {
      throw new Error(`${this.node.path}: renewalNumber is available only for a CA that declares a renewal`);
    }
    return this.attribute('RenewalNumber');
  }

  private attribute(name: keyof CertificateAttributes): string {
    return this.resource.getAttString(name);
  }
}
