import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CaChainLinks, chainOfText, chainWithRest } from './ca-chain';
import { CaFacts, caFacts } from './ca-facts';
import { CA_OPTION_KINDS, CaOptions } from './ca-options';
import { CA_SUCCESSION_KINDS, CaSuccessionOptions, knownSuccession, successionProperties, validateSuccession, validateSuccessorName } from './ca-succession';
import { assertNumberOfCas, sayIfEnded, sayLimits, validateChain, validateHeldCa } from './ca-validation';
import { knownByCertificates, knownCa, rememberCa } from './known-ca';
import { ledgerTable } from './ledger-table';
import { PrivateIotCaBase } from './private-iot-ca-base';
import { CertificateAttributes, ExistingIotCaProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { assertCanIssue, CaChain } from '../../pki/ca-chain';
import { describeFinding, lintErrors } from '../../pki/lint/lint-errors';
import { IotPlatform } from '../../platforms/iot-platform';
import { defaultHashAlgorithm } from '../certificates/default-hash-algorithm';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { PemSource } from '../certificates/pem-source';
import { check, FLAG, Kinds, NUMBER, optional } from '../checks/kinds';
import { warn } from '../checks/notices';
import { KEY, PEM_SOURCE, REMOVAL_POLICY, SECRET } from '../checks/object-kinds';
import { sayNotices, validGeneration } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { secretIdOf } from '../keys/private-key';
import { validateSigningKey } from '../keys/signing-key';
import { CertificateProvider } from '../provider/certificate-provider';
import { validRemovalPolicy } from '../provider/removal-policy';

/**
 * Properties of a CA that was made elsewhere.
 */
export interface ExistingCaProps extends CaOptions, CaSuccessionOptions {
  /**
   * The CA's certificate in PEM, followed by the certificates of the CAs above it, if there are any.
   */
  readonly certificate: PemSource;

  /**
   * The secret whose current value is the CA's private key in PEM: PKCS#8, encrypted PKCS#8 (as
   * `openssl req -new -x509` writes it), PKCS#1, SEC 1, or OpenSSL's traditional encrypted PEM.
   *
   * @default - the key is in KMS
   */
  readonly privateKey?: ISecret;

  /**
   * The secret whose current value is the passphrase of the private key.
   *
   * @default - the key is not encrypted
   */
  readonly passphrase?: ISecret;

  /**
   * The KMS key that is the CA's private key.
   *
   * @default - the key is in a secret
   */
  readonly signingKey?: IKey;

  /**
   * Whether to accept signatures over SHA-1 or MD5 on the CA's certificate and on the certificates above it, and RSA keys of less
   * than 2048 bits above the CA. Both are common in old chains. The CA's own RSA key must have at least 2048 bits in any case, and
   * the CA signs nothing over SHA-1 or MD5.
   *
   * @default false
   */
  readonly allowLegacyChain?: boolean;

  /**
   * Raise this number, from 1 to 1,000,000, to have a certificate that is in a secret read again.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * What happens to the ledger when the CA leaves the stack.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

const KINDS: Kinds<ExistingCaProps> = {
  ...CA_OPTION_KINDS,
  ...CA_SUCCESSION_KINDS,
  certificate: PEM_SOURCE,
  privateKey: optional(SECRET),
  passphrase: optional(SECRET),
  signingKey: optional(KEY),
  allowLegacyChain: optional(FLAG),
  generation: optional(NUMBER),
  removalPolicy: optional(REMOVAL_POLICY),
};

/** A CA that was made elsewhere and now issues here. Not exported. */
export class ExistingIotCa extends PrivateIotCaBase {
  public readonly caId: string;
  public readonly certificatePem: string;
  public readonly ledger: ITable;
  public readonly privateKeySecret?: ISecret;
  public readonly signingKey?: IKey;
  public readonly keyAlgorithm?: KeyAlgorithm;
  public readonly defaultHashAlgorithm: HashAlgorithm;
  public readonly platforms: IotPlatform[];
  public readonly pathLength?: number;
  public readonly allowedCustomExtensions: string[];
  /** @internal */
  public readonly _chain: CaChainLinks;
  /** @internal */
  public readonly _passphrase?: ISecret;
  /** @internal */
  protected readonly _hasRemovalPolicy = true;

  constructor(scope: Construct, id: string, props: ExistingCaProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { certificate, privateKey, passphrase, signingKey, allowLegacyChain = false } = props;
    if ((privateKey === undefined) === (signingKey === undefined)) {
      throw new Error(`${this.node.path}: either privateKey or signingKey must be given, because the key of the CA is in only one place, `
        + `got ${signingKey ? 'both' : 'neither'}`);
    }
    if (passphrase && signingKey) {
      throw new Error(`${this.node.path}: passphrase must be left out if the key is in KMS`);
    }
    this.privateKeySecret = privateKey;
    this._passphrase = passphrase;
    this.signingKey = signingKey;
    this.platforms = props.platforms ?? [];
    this.allowedCustomExtensions = props.allowedCustomExtensions ?? [];
    const { keyAlgorithm, pathLength } = this.factsOf(certificate, allowLegacyChain);
    this.keyAlgorithm = keyAlgorithm;
    this.pathLength = pathLength;
    validateHeldCa(this);
    validateSigningKey(this, 'signingKey', signingKey, keyAlgorithm?._render());
    this.defaultHashAlgorithm = defaultHashAlgorithm(keyAlgorithm, signingKey);
    validateSuccession(this, props);
    validateSuccessorName(this, props.predecessor);
    assertNumberOfCas(this);
    sayNotices(this, this.platforms);

    this.ledger = ledgerTable(this, validRemovalPolicy(this, props.removalPolicy, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE));
    const provider = CertificateProvider.of(this);
    const rights = provider.rightsToIssue(this, this);
    certificate._rights().forEach(({ grant }) => grant(rights));
    const properties: ExistingIotCaProperties = {
      LedgerTable: this.ledger.tableName,
      CertificatePem: certificate._text,
      CertificateSecretArn: certificate._secretId(this),
      KeyStorage: signingKey ? { Type: 'Kms', KeyArn: signingKey.keyArn } : {
        Type: 'ExistingSecret',
        SecretArn: secretIdOf(this, privateKey!),
        ...passphrase ? { PassphraseSecretArn: secretIdOf(this, passphrase) } : {},
      },
      AllowLegacyChain: allowLegacyChain,
      Generation: validGeneration(this, props.generation),
      Platforms: this.platforms.map(platform => platform._render()),
      ...successionProperties(props),
    };
    const resource = provider.resource(this, ResourceType.EXISTING_IOT_CA, properties, [rights]);
    this.caId = resource.ref;
    rememberCa(this, { ...knownCa(this), keyIdentifier: attribute(resource, 'SubjectKeyIdentifier'), ...knownSuccession(props) });
    this.certificatePem = attribute(resource, 'CertificatePem');
    const sha256Fingerprint = attribute(resource, 'Sha256Fingerprint');
    this._chain = certificate._text === undefined
      ? chainWithRest(this, sha256Fingerprint, attribute(resource, 'IssuerChainPem'))
      : chainOfText(this, certificate._text, sha256Fingerprint);
  }

  /** Checks a certificate that is known at synthesis, as the function will, and returns what it says about the CA. */
  private factsOf({ _text: text }: PemSource, allowLegacyChain: boolean): CaFacts {
    let facts: CaFacts = {};
    if (text !== undefined) {
      validateChain(this, 'certificate', text, chain => {
        assertCanIssue('certificate', chain);
        this.sayFindings(chain);
        facts = caFacts(chain.certificate);
        rememberCa(this, knownByCertificates([chain.certificate, ...chain.chain]));
        sayIfEnded(this, 'certificate', chain);
        sayLimits(this, 'certificate', chain);
      }, allowLegacyChain);
    }
    return facts;
  }

  /** Faults in the certificates are only warnings, because a CA in use keeps working despite them. */
  private sayFindings({ certificate, chain }: CaChain): void {
    const path = [certificate, ...chain];
    path.forEach(({ der }, index) => {
      const [place, platforms] = index === 0 ? ['the certificate', this.platforms] : [`certificate ${index + 1} of the chain`, []];
      lintErrors(der, platforms.map(platform => platform._render()), path[index + 1]?.der).forEach(finding =>
        warn(this, `lint.${finding.rule}`, `${place} breaks ${describeFinding(finding)}`));
    });
  }
}

function attribute(resource: CustomResource, name: keyof CertificateAttributes): string {
  return resource.getAttString(name);
}
