import { CfnResource } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './private/nag';
import { BoundPrivateKey, PrivateKeyOptions } from './private/private-key';

/**
 * Options of a key in Secrets Manager.
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
 * Where a private key is held.
 */
export abstract class KeyStorage {
  /**
   * In Secrets Manager, in a secret of the stack. The deployment writes the key into it as an unencrypted PKCS#8 PEM; its
   * current version is the key of the certificate that is declared now.
   */
  public static secretsManager(options: SecretsManagerKeyStorageOptions = {}): KeyStorage {
    return new SecretsManagerKeyStorage(options);
  }

  /** @internal */
  public abstract _bind(scope: Construct, options: PrivateKeyOptions): BoundPrivateKey;
}

class SecretsManagerKeyStorage extends KeyStorage {
  constructor(private readonly options: SecretsManagerKeyStorageOptions) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, { description, removalPolicy }: PrivateKeyOptions): BoundPrivateKey {
    const secret = new Secret(scope, 'PrivateKey', { description, encryptionKey: this.options.encryptionKey });
    const resource = secret.node.defaultChild as CfnResource;
    // An empty secret: without this, the construct would have a random password generated, which nobody should take for the key.
    resource.addPropertyDeletionOverride('GenerateSecretString');
    resource.applyRemovalPolicy(removalPolicy);
    acknowledge(secret, 'AwsSolutions-SMG4', 'The key belongs to a certificate and changes with it, by a new generation, not on a schedule');
    return { secret, properties: { Type: 'SecretsManager', SecretArn: secret.secretArn } };
  }
}
