import { CustomResource } from 'aws-cdk-lib';
import { ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CertificateAttributes, KeptIotCaProperties } from './contract/properties';
import { ResourceType } from './contract/resource-types';
import { checkCaId } from './contract/rules';
import { HashAlgorithm } from './hash-algorithm';
import { IPrivateIotCa } from './i-private-iot-ca';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';
import { CaChainLinks, chainBelow, chainWithRest } from './private/ca-chain';
import { CertificateProvider, ledgerOf } from './private/certificate-provider';
import { defaultHashAlgorithm } from './private/default-hash-algorithm';
import { PrivateIotCaBase } from './private/private-iot-ca-base';
import { validateSigningKey } from './private/signing-key';
import { sayNotices, validate } from './private/validation';

/**
 * What a CA is whose key and ledger have outlived its resource.
 */
export interface KeptCaProps {
  /** The CA's identity: the `caId` that it had, `ca-` and 32 hexadecimal digits. Its ledger has it too. */
  readonly caId: string;

  /** The ARN of the CA's ledger table, which was kept when its resource went. It must be in the account and Region of the stack. */
  readonly ledgerTableArn: string;

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
   * The complete ARN of the secret with the passphrase of that key, of a CA that was made elsewhere.
   *
   * @default - the key is not encrypted
   */
  readonly passphraseSecretArn?: string;

  /**
   * The CA above it, if it is one of this library.
   *
   * @default - none: the CA is a root, or the CA above it is not in AWS
   */
  readonly issuer?: IPrivateIotCa;

  /**
   * The algorithm of the CA's key, to check the rules of a platform at synthesis. It must be given for a key in KMS on another
   * curve than P-256, which signs over another digest than SHA-256.
   *
   * @default - checked at deployment
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * How many CAs may stand below this one in a chain.
   *
   * @default - checked at deployment
   */
  readonly pathLength?: number;

  /**
   * The platforms the CA is meant for.
   *
   * @default - none
   */
  readonly platforms?: IotPlatform[];

  /**
   * The object identifiers of the extensions of your own that certificates of the CA may carry (`customExtensions`).
   *
   * @default - none
   */
  readonly allowedCustomExtensions?: string[];

  /**
   * The `caId` of the CA that this one takes the place of, where that has living certificates; see `PrivateIotCaProps.replaces`.
   *
   * @default - none
   */
  readonly replaces?: string;
}

/** A CA that is taken back in. Not exported. */
export class KeptIotCa extends PrivateIotCaBase {
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

  constructor(scope: Construct, id: string, props: KeptCaProps) {
    super(scope, id);
    const { issuer, privateKeySecretArn, signingKeyArn, replaces } = props;
    validate(this, [props.caId], () => checkCaId(props.caId));
    validate(this, [replaces], () => replaces === undefined ? undefined : checkCaId(replaces, 'replaces'));
    if ((privateKeySecretArn === undefined) === (signingKeyArn === undefined)) {
      throw new Error(`${this.node.path}: either privateKeySecretArn or signingKeyArn must be given, for the key of the CA is in one place, `
        + `got ${signingKeyArn === undefined ? 'neither' : 'both'}`);
    }
    this.ledger = TableV2.fromTableArn(this, 'Ledger', props.ledgerTableArn);
    this.privateKeySecret = privateKeySecretArn === undefined ? undefined : Secret.fromSecretAttributes(this, 'PrivateKey', {
      secretCompleteArn: privateKeySecretArn,
      encryptionKey: props.encryptionKey,
    });
    this._passphrase = props.passphraseSecretArn === undefined ? undefined
      : Secret.fromSecretCompleteArn(this, 'Passphrase', props.passphraseSecretArn);
    this.signingKey = signingKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'SigningKey', signingKeyArn);
    validateSigningKey(this, 'signingKeyArn', this.signingKey);
    this.keyAlgorithm = props.keyAlgorithm;
    this.defaultHashAlgorithm = defaultHashAlgorithm(this.keyAlgorithm, this.signingKey);
    this.platforms = props.platforms ?? [];
    this.pathLength = props.pathLength;
    this.allowedCustomExtensions = props.allowedCustomExtensions ?? [];
    sayNotices(this, this.platforms);

    const provider = CertificateProvider.of(this);
    const rights = [provider.rightsOn(this), ...issuer ? [provider.rightsOn(issuer)] : []];
    this.grantIssue(rights[0]);
    issuer?.grantIssue(rights[1]);
    const properties: KeptIotCaProperties = {
      LedgerTable: this.ledger.tableName,
      IssuerLedgerTable: issuer && ledgerOf(this, issuer),
      CaId: props.caId,
      Platforms: this.platforms.map(platform => platform._render()),
      Replaces: replaces,
    };
    const resource = provider.resource(this, ResourceType.KEPT_IOT_CA, properties, rights);
    this.caId = resource.ref;
    this.certificatePem = attribute(resource, 'CertificatePem');
    const sha256Fingerprint = attribute(resource, 'Sha256Fingerprint');
    this._chain = issuer ? chainBelow(this, sha256Fingerprint, issuer, false)
      : chainWithRest(this, sha256Fingerprint, attribute(resource, 'IssuerChainPem'));
  }
}

function attribute(resource: CustomResource, name: keyof CertificateAttributes): string {
  return resource.getAttString(name);
}
