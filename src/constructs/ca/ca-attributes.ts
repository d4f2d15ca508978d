import { IKey } from 'aws-cdk-lib/aws-kms';
import { CA_OPTION_KINDS, CaOptions } from './ca-options';
import { Kinds, optional, TEXT } from '../checks/kinds';
import { KEY, KEY_ALGORITHM } from '../checks/object-kinds';
import { KeyAlgorithm } from '../keys/key-algorithm';

/**
 * The attributes of a CA whose key and ledger already exist.
 */
export interface CaAttributes extends CaOptions {
  /** The CA's `caId`: `ca-` followed by 32 lower-case hexadecimal digits. */
  readonly caId: string;

  /**
   * The ARN of the CA's ledger table. For `fromKeptCa` it must be in the account and Region of the stack; for
   * `fromPrivateIotCaAttributes` it may be elsewhere if the CA's key is in KMS.
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
   * The KMS key that encrypts the secret with the private key.
   *
   * @default - the account's `aws/secretsmanager` key
   */
  readonly encryptionKey?: IKey;

  /**
   * The complete ARN of the secret with the passphrase of the private key. Only a CA that was made elsewhere
   * (`fromExistingCa`) can have one.
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
   * The algorithm of the CA's key, so that synthesis can check the rules of platforms. It is required for a KMS key on P-384 or
   * P-521 if synthesis does not know the certificate, because such a key does not sign over SHA-256.
   *
   * @default - the algorithm of the certificate; if the certificate is not known at synthesis, the deployment checks the algorithm
   */
  readonly keyAlgorithm?: KeyAlgorithm;
}

/** Not exported. */
export const CA_ATTRIBUTE_KINDS: Kinds<CaAttributes> = {
  ...CA_OPTION_KINDS,
  caId: TEXT,
  ledgerTableArn: TEXT,
  privateKeySecretArn: optional(TEXT),
  signingKeyArn: optional(TEXT),
  encryptionKey: optional(KEY),
  passphraseSecretArn: optional(TEXT),
  passphraseEncryptionKey: optional(KEY),
  keyAlgorithm: optional(KEY_ALGORITHM),
};
