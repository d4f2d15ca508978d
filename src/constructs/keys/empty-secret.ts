import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { description } from '../checks/description';
import { acknowledge } from '../provider/nag';

/** What an empty secret is. */
export interface EmptySecretProps {
  readonly description: string;
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
}

/** A secret without a value, which the function gives it. */
export function emptySecret(scope: Construct, id: string, { description: text, encryptionKey, removalPolicy }: EmptySecretProps): Secret {
  const secret = new Secret(scope, id, { description: description('secret', text), encryptionKey });
  const resource = secret.node.defaultChild as CfnResource;
  // Without this, the construct would have a random password generated, which nobody should take for the key.
  resource.addPropertyDeletionOverride('GenerateSecretString');
  resource.applyRemovalPolicy(removalPolicy);
  waitForNothing(secret);
  acknowledge(secret, 'AwsSolutions-SMG4', 'The key belongs to a certificate and changes with it, by a new generation, not on a schedule');
  return secret;
}

/**
 * Keeps a secret of a certificate from waiting for what the certificate is told to wait for (`node.addDependency`), such as another
 * certificate: that one waits for the policy that names the secrets of both, so that the template would be circular.
 */
export function waitForNothing(secret: Secret): void {
  (secret.node.defaultChild as CfnResource).addDeletionOverride('DependsOn');
}
