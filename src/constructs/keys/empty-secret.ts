import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { description } from '../checks/description';
import { acknowledge } from '../provider/nag';

/** Properties of an empty secret. */
export interface EmptySecretProps {
  readonly description: string;
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
}

/** A secret without a value. The function writes the value. */
export function emptySecret(scope: Construct, id: string, { description: text, encryptionKey, removalPolicy }: EmptySecretProps): Secret {
  const secret = new Secret(scope, id, { description: description('secret', text), encryptionKey });
  const resource = secret.node.defaultChild as CfnResource;
  // Without this, the construct would have a random password generated, which could be mistaken for the key.
  resource.addPropertyDeletionOverride('GenerateSecretString');
  resource.applyRemovalPolicy(removalPolicy);
  waitForNothing(secret);
  acknowledge(secret, 'AwsSolutions-SMG4', 'The key belongs to a certificate and is replaced with it, in a new generation, not on a schedule');
  return secret;
}

/**
 * Keeps a certificate's secret from inheriting the dependencies of the certificate (`node.addDependency`), such as a dependency on another
 * certificate. That other certificate depends on the policy that names the secrets of both, so the template would be circular.
 */
export function waitForNothing(secret: Secret): void {
  (secret.node.defaultChild as CfnResource).addDeletionOverride('DependsOn');
}
