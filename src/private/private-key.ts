import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { KeyStorageProperties } from '../contract/properties';

/** What a key storage is told when a certificate's key is put into it. */
export interface PrivateKeyOptions {
  readonly description: string;
  readonly removalPolicy: RemovalPolicy;
}

/** A private key's place in a stack. */
export interface BoundPrivateKey {
  readonly secret: ISecret;
  readonly properties: KeyStorageProperties;
}

/**
 * Lets a principal keep the versions of a private key: write one, read it back, make it the current one. Not the secret
 * itself, and no other secret.
 */
export function grantKeepKey(secret: ISecret, grantee: IGrantable): Grant {
  return grantOn(secret, grantee, [
    'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage',
  ], ['kms:Decrypt', 'kms:GenerateDataKey']);
}

/** Lets a principal sign with a private key that is held in a secret. */
export function grantUseKey(secret: ISecret, grantee: IGrantable): Grant {
  return grantOn(secret, grantee, ['secretsmanager:GetSecretValue'], ['kms:Decrypt']);
}

/** The key that encrypts the secret may be used through Secrets Manager only; the secret has added that to the key's policy. */
function grantOn(secret: ISecret, grantee: IGrantable, actions: string[], keyActions: string[]): Grant {
  const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [secret.secretArn] });
  return secret.encryptionKey ? grant.combine(Grant.addToPrincipal({
    grantee,
    actions: keyActions,
    resourceArns: [secret.encryptionKey.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${secret.stack.region}.amazonaws.com` } },
  })) : grant;
}
