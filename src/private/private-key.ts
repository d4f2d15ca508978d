import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey, ViaServicePrincipal } from 'aws-cdk-lib/aws-kms';
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
  ], key => via => key.grantEncryptDecrypt(via));
}

/**
 * Lets a principal sign with a private key that is held in a secret.
 */
export function grantUseKey(secret: ISecret, grantee: IGrantable): Grant {
  return grantOn(secret, grantee, ['secretsmanager:GetSecretValue'], key => via => key.grantDecrypt(via));
}

function grantOn(secret: ISecret, grantee: IGrantable, actions: string[], ofKey: (key: IKey) => (via: IGrantable) => Grant): Grant {
  const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [secret.secretArn] });
  const key = secret.encryptionKey;
  return key
    ? grant.combine(ofKey(key)(new ViaServicePrincipal(`secretsmanager.${secret.stack.region}.amazonaws.com`, grantee.grantPrincipal)))
    : grant;
}
