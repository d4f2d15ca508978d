import { Token } from 'aws-cdk-lib';
import { Alias, CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { checkSigningKey, keyAlgorithmOfKeySpec } from '../../contract/kms';
import { validate } from '../checks/validation';

/**
 * Checks a KMS key that is to become a CA's key. The key must not be an alias: IAM identifies keys by their own ARNs, so a right on an
 * alias would not allow signing. If the key is a resource of the app, it must be a signing key of the CA's algorithm.
 *
 * @param keyAlgorithm the algorithm of the CA, if it is known
 */
export function validateSigningKey(scope: Construct, property: string, key: IKey | undefined, keyAlgorithm?: KeyAlgorithmName): void {
  if (key?.keyArn.includes(':alias/') || key instanceof Alias) {
    throw new Error(`${scope.node.path}: ${property} must be a key and not an alias, because rights can't be granted on an alias; `
      + 'use Key.fromKeyArn()');
  }
  const resource = key?.node.defaultChild;
  if (resource instanceof CfnKey && ![resource.keySpec, resource.keyUsage].some(value => Token.isUnresolved(value))) {
    // CloudFormation's defaults.
    const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = resource;
    validate(scope, [], () => checkSigningKey(`${property} (${key!.node.path})`, { keySpec, keyUsage, algorithm: keyAlgorithmOfKeySpec(keySpec) }, keyAlgorithm));
  }
}
