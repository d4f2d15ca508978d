import { IKey } from 'aws-cdk-lib/aws-kms';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';

/**
 * What has to be known of a CA whose key and ledger are there already.
 */
export interface CaAttributes {
  /** The CA's identity: the `caId` that it has, `ca-` and 32 hexadecimal digits. */
  readonly caId: string;

  /**
   * The ARN of the CA's ledger table. It must be in the account and Region of the stack, unless the CA is one of another stack and its key
   * is in KMS.
   */
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
   * The algorithm of the CA's key, to check the rules of a platform at synthesis. Where the certificate is not known there, it must be
   * given for a key in KMS on another curve than P-256, which signs over another digest than SHA-256.
   *
   * @default - that of the certificate; where that is not known at synthesis, it is checked at deployment
   */
  readonly keyAlgorithm?: KeyAlgorithm;

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
}
