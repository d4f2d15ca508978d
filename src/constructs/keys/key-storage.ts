import { Duration, Names, Stack } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { emptySecret } from './empty-secret';
import { ParameterRights } from './parameter-rights';
import { arnsOf, BoundPrivateKey, grantKeepSecret, grantUseSigningKey, PrivateKeyOptions } from './private-key';
import { validateSigningKey } from './signing-key';
import { checkKeyAlgorithmForKms, KMS_KEY_SPECS } from '../../contract/kms';
import { checkParameterPath } from '../../contract/parameter-path';
import { Complaint } from '../../contract/rules';
import { description } from '../checks/description';
import { check, Kinds, optional, TEXT } from '../checks/kinds';
import { DURATION, KEY } from '../checks/object-kinds';
import { validate } from '../checks/validation';

/**
 * Options for a private key in Secrets Manager.
 */
export interface SecretsManagerKeyStorageOptions {
  /**
   * The KMS key that encrypts the secret.
   *
   * @default - the account's `aws/secretsmanager` key
   */
  readonly encryptionKey?: IKey;
}

/**
 * Options for a private key in KMS.
 */
export interface KmsKeyStorageOptions {
  /**
   * An existing asymmetric key for signing (`SIGN_VERIFY`) with the CA's `keyAlgorithm`. A key that the app declares is checked at
   * synthesis, any other key during deployment.
   *
   * @default - a new key in the stack, which is kept when the CA leaves the stack
   */
  readonly key?: IKey;

  /**
   * The waiting period between a request to delete a key of the stack and its deletion: 7 to 30 days.
   *
   * @default Duration.days(30)
   */
  readonly pendingWindow?: Duration;
}

/**
 * Options for a private key in the Parameter Store.
 */
export interface ParameterKeyStorageOptions {
  /**
   * The path below which the key is kept, as in `/iot/devices/sensor-001`. No other certificate may have the same path. The function's
   * rights on this path take about 200 of the 10,240 characters that IAM gives a stack for such rights and for the rights on its CAs. This
   * limits how many certificates of a stack can have a path of their own. The default has no such limit.
   *
   * @default - `/private-iot-ca/`, the stack's name, and a name made from the path of the construct
   */
  readonly path?: string;

  /**
   * The KMS key that encrypts the parameter.
   *
   * @default - the account's `aws/ssm` key
   */
  readonly encryptionKey?: IKey;
}

const SECRETS_MANAGER_KINDS: Kinds<SecretsManagerKeyStorageOptions> = { encryptionKey: optional(KEY) };
const KMS_KINDS: Kinds<KmsKeyStorageOptions> = { key: optional(KEY), pendingWindow: optional(DURATION) };
const PARAMETER_KINDS: Kinds<ParameterKeyStorageOptions> = { path: optional(TEXT), encryptionKey: optional(KEY) };

/**
 * Where a private key is kept.
 */
export abstract class KeyStorage {
  /**
   * Keeps the key in Secrets Manager, in a secret of the stack. The deployment writes the key into the secret as an unencrypted PKCS#8 PEM.
   * The current secret version is the key of the currently declared certificate. The secret costs $0.40 a month.
   */
  public static secretsManager(options: SecretsManagerKeyStorageOptions = {}): KeyStorage {
    check('KeyStorage.secretsManager()', SECRETS_MANAGER_KINDS, options);
    return new SecretsManagerKeyStorage(options);
  }

  /**
   * Keeps the key of a CA in KMS: the key is made in a hardware security module and never leaves it. RSA and the NIST curves are supported.
   * A key on one of these curves signs over its own digest only: SHA-256 with P-256, SHA-384 with P-384, SHA-512 with P-521. The key costs
   * $1 a month, and $0.15 for 10,000 signatures (RSA above 2048 bits and curves).
   *
   * A changed declaration of the CA makes a new certificate with the same key. Raise `generation` for a new key.
   */
  public static kms(options: KmsKeyStorageOptions = {}): KeyStorage {
    check('KeyStorage.kms()', KMS_KINDS, options);
    return new KmsKeyStorage(options);
  }

  /**
   * Keeps the key of a device in the Parameter Store of Systems Manager: a SecureString parameter for each certificate, named by the
   * certificate's serial number below a path. A standard parameter costs nothing. The parameter has the tags that `Tags.of()` gives to the
   * certificate.
   */
  public static parameterStore(options: ParameterKeyStorageOptions = {}): KeyStorage {
    check('KeyStorage.parameterStore()', PARAMETER_KINDS, options);
    return new ParameterKeyStorage(options);
  }

  /** Where the key is: `SecretsManager`, `Kms` or `Parameter`. @internal */
  public abstract readonly _type: BoundPrivateKey['properties']['Type'];

  /** @internal */
  public abstract _bind(scope: Construct, options: PrivateKeyOptions): BoundPrivateKey;
}

class SecretsManagerKeyStorage extends KeyStorage {
  /** @internal */
  public readonly _type = 'SecretsManager';

  constructor(private readonly options: SecretsManagerKeyStorageOptions) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, { description: text, removalPolicy }: PrivateKeyOptions): BoundPrivateKey {
    const secret = emptySecret(scope, 'PrivateKey', { description: text, encryptionKey: this.options.encryptionKey, removalPolicy });
    return {
      secret,
      properties: { Type: 'SecretsManager', SecretArn: secret.secretArn },
      keep: { arns: arnsOf(secret), grant: grantee => grantKeepSecret(secret, grantee) },
      grantRead: grantee => secret.grantRead(grantee),
    };
  }
}

class KmsKeyStorage extends KeyStorage {
  /** @internal */
  public readonly _type = 'Kms';

  constructor(private readonly options: KmsKeyStorageOptions) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, options: PrivateKeyOptions): BoundPrivateKey {
    validate(scope, [], () => checkKeyAlgorithmForKms(options.keyAlgorithm));
    validate(scope, [], () => this.checkOptions());
    validateSigningKey(scope, 'key', this.options.key, options.keyAlgorithm);
    const key = this.options.key ?? this.newKey(scope, options);
    return {
      signingKey: key,
      properties: { Type: 'Kms', KeyArn: key.keyArn },
      keep: { arns: [key.keyArn], grant: grantee => grantUseSigningKey(key, grantee) },
      grantRead: refuseToRead,
    };
  }

  private checkOptions(): Complaint {
    return this.options.key && this.options.pendingWindow
      ? 'pendingWindow must be left out if key is given, because the declaration of that key decides it' : undefined;
  }

  /**
   * CloudFormation refuses to change a key's spec, so the construct id contains it. The id also contains the generation, because another
   * generation is another key. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
   */
  private newKey(scope: Construct, { description: text, removalPolicy, keyAlgorithm, generation }: PrivateKeyOptions): IKey {
    return new Key(scope, `SigningKey-${keyAlgorithm.replace('_', '-')}-${generation}`, {
      description: description('key', text),
      keySpec: KMS_KEY_SPECS[keyAlgorithm]!.keySpec as KeySpec,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy,
      pendingWindow: this.options.pendingWindow ?? Duration.days(30),
    });
  }
}

function refuseToRead(): Grant {
  throw new Error('a private key in KMS can\'t be read');
}

class ParameterKeyStorage extends KeyStorage {
  /** @internal */
  public readonly _type = 'Parameter';

  constructor(private readonly options: ParameterKeyStorageOptions) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct): BoundPrivateKey {
    const { path: own, encryptionKey } = this.options;
    const common = `/private-iot-ca/${Stack.of(scope).stackName}`;
    const path = own ?? `${common}/${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' })}`;
    validate(scope, [path], () => checkParameterPath(path));
    const below = (top: string): ParameterRights => new ParameterRights(scope, top, encryptionKey);
    return {
      properties: { Type: 'Parameter', Path: path, ...encryptionKey ? { EncryptionKeyArn: encryptionKey.keyArn } : {} },
      // The parameter is not a resource of the stack. The function deletes it, and must still have the right to do so.
      keep: own === undefined ? below(common).keepAndTag('Parameters') : below(path).keep(`RightsOn${Names.nodeUniqueId(scope.node)}`),
      tag: own === undefined ? undefined : below(path).tag(),
      grantRead: grantee => below(path).grantRead(grantee),
    };
  }
}
