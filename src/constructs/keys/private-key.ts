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

/** What a key storage needs to know about the certificate's key that it is to hold. */
export interface PrivateKeyOptions {
  readonly description: string;
  readonly removalPolicy: RemovalPolicy;
  readonly keyAlgorithm: KeyAlgorithmName;
  readonly generation: number;
}

/** A private key's place in a stack. */
export interface BoundPrivateKey {
  readonly properties: KeyStorageProperties;
  /** The secret that holds the key, if the key is in a secret. */
  readonly secret?: ISecret;
  /** The KMS key, if the key is in KMS. */
  readonly signingKey?: IKey;
  /** The rights that the function needs to make the key and to keep its versions. */
  readonly keep: NeededRight;
  /** The additional right to tag a parameter. Shared policies hold it, because IAM has little room for policies of single certificates. */
  readonly tag?: NeededRight;
  /** Lets a principal read the key, to put it onto a device. */
  grantRead(grantee: IGrantable): Grant;
}

/**
 * Lets a principal keep the versions of a secret: write a version, read it back, make it the current one. The right covers neither the
 * secret itself nor any other secret.
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

/** The ARNs that rights on a secret cover: the secret, and the key that encrypts it. */
export function arnsOf(secret: ISecret): string[] {
  return [grantableArnOf(secret), ...secret.encryptionKey ? [secret.encryptionKey.keyArn] : []];
}

/**
 * The id by which the function requests a secret: its ARN, or its name if only the name is known. An ARN without its last six characters is
 * ambiguous: Secrets Manager takes such an ARN of a secret `iot-ca-secret` for a complete ARN of `iot-ca`. A name refers to the account and
 * the Region of the stack, so the function requests a secret from elsewhere by its partial ARN.
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

/** The ARN of a secret that is known by its name lacks the hyphen and the six characters that Secrets Manager adds at the end. */
function grantableArnOf(secret: ISecret): string {
  return secret.secretFullArn ?? `${secret.secretArn}-??????`;
}

/** Lets a principal sign with a KMS key. */
export function grantUseSigningKey(key: IKey, grantee: IGrantable): Grant {
  return grantOrPermit({ grantee, actions: ['kms:Sign', 'kms:GetPublicKey'], resourceArns: [key.keyArn] }, key);
}

/** The key that encrypts the secret may be used only through Secrets Manager. The secret has added that to the key's policy. */
function grantOnSecret(secret: ISecret, grantee: IGrantable, actions: string[], keyActions: string[]): Grant {
  const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [grantableArnOf(secret)] });
  return secret.encryptionKey ? grant.combine(Grant.addToPrincipal({
    grantee,
    actions: keyActions,
    resourceArns: [secret.encryptionKey.keyArn],
    conditions: viaService('secretsmanager', secret.env.region),
  })) : grant;
}
