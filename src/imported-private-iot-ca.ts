import { Token } from 'aws-cdk-lib';
import { ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkCaId, checkCertificatePem } from './contract/rules';
import { HashAlgorithm } from './hash-algorithm';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';
import { Certificate, parseCertificate } from './pki/certificate';
import { readCertificates } from './pki/certificate-pem';
import { CaChainLinks, isRoot } from './private/ca-chain';
import { CaFacts, caFacts } from './private/ca-facts';
import { defaultHashAlgorithm } from './private/default-hash-algorithm';
import { knownByCertificates, rememberCa } from './private/known-ca';
import { PrivateIotCaBase } from './private/private-iot-ca-base';
import { validateSigningKey } from './private/signing-key';
import { validate } from './private/validation';

/**
 * What has to be known of a CA to use it from another stack.
 */
export interface PrivateIotCaAttributes {
  /** The CA's identity, `caId` of the CA. */
  readonly caId: string;

  /** The CA's certificate, PEM. */
  readonly certificatePem: string;

  /** The ARN of the CA's ledger table. For a CA whose key is in a secret it must be of the account and Region of the stack. */
  readonly ledgerTableArn: string;

  /**
   * The certificates of the CAs above it, PEM, one by one: the next one first, the root last. The root may be left out.
   *
   * @default - none: the CA is a root
   */
  readonly issuerCertificates?: string[];

  /**
   * The complete ARN of the secret that holds the CA's private key.
   *
   * @default - the key is in KMS
   */
  readonly privateKeySecretArn?: string;

  /**
   * The ARN of the KMS key that is the CA's private key.
   *
   * @default - the key is in a secret
   */
  readonly signingKeyArn?: string;

  /**
   * The KMS key that encrypts the secret.
   *
   * @default - the account's `aws/secretsmanager` key
   */
  readonly encryptionKey?: IKey;

  /**
   * The complete ARN of the secret that holds the passphrase of the CA's private key: of one that was made elsewhere
   * (`fromExistingCa`) and has a passphrase.
   *
   * @default - the key is not encrypted by a passphrase
   */
  readonly passphraseSecretArn?: string;

  /**
   * The KMS key that encrypts the secret with the passphrase.
   *
   * @default - the account's `aws/secretsmanager` key
   */
  readonly passphraseEncryptionKey?: IKey;

  /**
   * The algorithm of the CA's key, to check the rules of a platform at synthesis. Where the certificate is a token, it must be
   * given for a key in KMS on another curve than P-256, which signs over another digest than SHA-256.
   *
   * @default - that of the certificate; of one that is a token it is checked at deployment
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * The platforms the CA is meant for.
   *
   * @default - none
   */
  readonly platforms?: IotPlatform[];

  /**
   * The object identifiers of the extensions of your own that certificates of the CA may carry.
   *
   * @default - none
   */
  readonly allowedCustomExtensions?: string[];
}

/** A CA that is a resource of another stack. Not exported. */
export class ImportedPrivateIotCa extends PrivateIotCaBase {
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

  constructor(scope: Construct, id: string, attrs: PrivateIotCaAttributes) {
    super(scope, id, { environmentFromArn: attrs.ledgerTableArn });
    const { certificatePem, issuerCertificates = [], privateKeySecretArn, signingKeyArn } = attrs;
    validate(this, [attrs.caId], () => checkCaId(attrs.caId));
    const certificates = [certificatePem, ...issuerCertificates];
    const parsed = certificates.map(pem => this.parsed(pem));
    if ((privateKeySecretArn === undefined) === (signingKeyArn === undefined)) {
      throw new Error(`${this.node.path}: either privateKeySecretArn or signingKeyArn must be given, for the key of the CA is in one place`);
    }
    if (attrs.passphraseSecretArn !== undefined && signingKeyArn !== undefined) {
      throw new Error(`${this.node.path}: passphraseSecretArn must be left out where the key is in KMS`);
    }
    if (attrs.passphraseEncryptionKey && attrs.passphraseSecretArn === undefined) {
      throw new Error(`${this.node.path}: passphraseEncryptionKey must be left out without passphraseSecretArn, whose secret it encrypts`);
    }
    this.caId = attrs.caId;
    this.certificatePem = certificatePem;
    rememberCa(this, knownByCertificates(parsed));
    const last = parsed[parsed.length - 1];
    this._chain = {
      links: certificates.map((pem, depth) => ({ pem, home: this, lookUp: { ca: this, depth, attributes: ['CertificatePem'] } })),
      endsInRoot: last === undefined || isRoot(last),
    };
    const known: CaFacts = parsed[0] ? caFacts(parsed[0]) : {};
    this.keyAlgorithm = known.keyAlgorithm ?? attrs.keyAlgorithm;
    this.pathLength = known.pathLength;
    validate(this, [], () => attrs.keyAlgorithm && this.keyAlgorithm !== attrs.keyAlgorithm
      ? `keyAlgorithm must be that of the CA's certificate, ${this.keyAlgorithm}, got ${attrs.keyAlgorithm}` : undefined);
    this.platforms = attrs.platforms ?? [];
    this.allowedCustomExtensions = attrs.allowedCustomExtensions ?? [];
    this.ledger = TableV2.fromTableArn(this, 'Ledger', attrs.ledgerTableArn);
    this.privateKeySecret = privateKeySecretArn === undefined ? undefined : Secret.fromSecretAttributes(this, 'PrivateKey', {
      secretCompleteArn: privateKeySecretArn,
      encryptionKey: attrs.encryptionKey,
    });
    this._passphrase = attrs.passphraseSecretArn === undefined ? undefined : Secret.fromSecretAttributes(this, 'Passphrase', {
      secretCompleteArn: attrs.passphraseSecretArn,
      encryptionKey: attrs.passphraseEncryptionKey,
    });
    this.signingKey = signingKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'SigningKey', signingKeyArn);
    validateSigningKey(this, 'signingKeyArn', this.signingKey);
    this.defaultHashAlgorithm = defaultHashAlgorithm(this.keyAlgorithm, this.signingKey);
  }

  /** A certificate that is known at synthesis. */
  private parsed(pem: string): Certificate | undefined {
    validate(this, [pem], () => checkCertificatePem(pem));
    if (Token.isUnresolved(pem)) {
      return undefined;
    }
    const certificates = readCertificates('certificatePem', pem);
    if (certificates.length > 1) {
      throw new Error(`${this.node.path}: certificatePem must hold one certificate, got ${certificates.length}; those of the CAs above it are issuerCertificates`);
    }
    return parseCertificate(certificates[0]);
  }
}
