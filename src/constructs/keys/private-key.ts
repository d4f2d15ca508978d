import { RemovalPolicy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { viaService } from './via-service';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { KeyStorageProperties } from '../../contract/properties';
import { grantOrPermit } from '../ca/cross-account';
import { NeededRight } from '../provider/certificate-provider';

/** What a key storage is told when a certificate's key is put into it. */
export interface PrivateKeyOptions {
  readonly description: string;
  readonly removalPolicy: RemovalPolicy;
  readonly keyAlgorithm: KeyAlgorithmName;
  readonly generation: number;
}

/** A private key's place in a stack. */
export interface BoundPrivateKey {
  readonly properties: KeyStorageProperties;
  /** The secret that holds it, if it is one. */
  readonly secret?: ISecret;
  /** The KMS key that it is, if it is one. */
  readonly signingKey?: IKey;
  /** What it needs of rights to make the key and keep its versions. */
  readonly keep: NeededRight;
  /** What it needs besides to give a parameter its tags; shared policies hold it, since IAM has little room for those of one certificate. */
  readonly tag?: NeededRight;
  /** Lets a principal read the key, to put it onto a device. */
  grantRead(grantee: IGrantable): Grant;
}

/**
 * Lets a principal keep the versions of a secret: write one, read it back, make it the current one. Not the secret itself,
 * and no other secret.
 */
export function grantKeepSecret(secret: ISecret, grantee: IGrantable): Grant {
  return grantOnSecret(secret, grantee, [
    'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage',
  ], ['kms:Decrypt', 'kms:GenerateDataKey']);
}

/** Lets a principal read a secret: a private key to sign with, a passphrase, a certificate. */
export function grantUseSecret(secret: ISecret, grantee: IGrantable): Grant {
  return grantOnSecret(secret, grantee, ['secretsmanager:GetSecretValue'], ['kms:Decrypt']);
}

/** What rights on a secret are on: the secret, and the key that encrypts it. */
export function arnsOf(secret: ISecret): string[] {
  return [grantableArnOf(secret), ...secret.encryptionKey ? [secret.encryptionKey.keyArn] : []];
}

/**
 * What the function asks for a secret by: its ARN; or its name, where that is all that is known of it. Without its last six
 * characters an ARN is not certain: that of a secret `iot-ca-secret` Secrets Manager takes for a complete one of `iot-ca`. A name
 * is of the account and the Region of the stack, so that a secret from elsewhere is asked for by what there is of its ARN.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
 */
export function secretIdOf(scope: IConstruct, secret: ISecret): string {
  const [, name] = secret.secretArn.split(':secret:');
  return secret.secretFullArn === undefined && name && isHere(scope, secret) ? name : secret.secretArn;
}

function isHere(scope: IConstruct, { env }: ISecret): boolean {
  const { account, region } = Stack.of(scope);
  return [[account, env.account], [region, env.region]].every(([own, other]) =>
    [TokenComparison.SAME, TokenComparison.BOTH_UNRESOLVED].includes(Token.compareStrings(own, other)));
}

/** Of a secret that is known by its name, the ARN lacks the hyphen and the six characters that Secrets Manager has put at its end. */
function grantableArnOf(secret: ISecret): string {
  return secret.secretFullArn ?? `${secret.secretArn}-??????`;
}

/** Lets a principal sign with a key of KMS. */
export function grantUseSigningKey(key: IKey, grantee: IGrantable): Grant {
  return grantOrPermit({ grantee, actions: ['kms:Sign', 'kms:GetPublicKey'], resourceArns: [key.keyArn] }, key);
}

/** The key that encrypts the secret may be used through Secrets Manager only; the secret has added that to the key's policy. */
function grantOnSecret(secret: ISecret, grantee: IGrantable, actions: string[], keyActions: string[]): Grant {
  const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [grantableArnOf(secret)] });
  return secret.encryptionKey ? grant.combine(Grant.addToPrincipal({
    grantee,
    actions: keyActions,
    resourceArns: [secret.encryptionKey.keyArn],
    conditions: viaService('secretsmanager', secret.env.region),
  })) : grant;
}
