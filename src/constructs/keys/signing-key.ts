import { Token } from 'aws-cdk-lib';
import { Alias, CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { checkSigningKey, keyAlgorithmOfKeySpec } from '../../contract/kms';
import { validate } from '../checks/validation';

/**
 * Checks a key of KMS that is to be a CA's: that it is a key, since IAM knows keys by their own ARNs and a right on an alias would
 * not let anybody sign; and where it is a resource of the app, that it is one to sign with, of the CA's algorithm.
 *
 * @param keyAlgorithm that of the CA, where it is known
 */
export function validateSigningKey(scope: Construct, property: string, key: IKey | undefined, keyAlgorithm?: KeyAlgorithmName): void {
  if (key?.keyArn.includes(':alias/') || key instanceof Alias) {
    throw new Error(`${scope.node.path}: ${property} must be a key and not an alias, which rights can't be given on; use Key.fromKeyArn()`);
  }
  const resource = key?.node.defaultChild;
  if (resource instanceof CfnKey && ![resource.keySpec, resource.keyUsage].some(value => Token.isUnresolved(value))) {
    // What CloudFormation makes of a key that says nothing else.
    const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = resource;
    validate(scope, [], () => checkSigningKey(`${property} (${key!.node.path})`, { keySpec, keyUsage, algorithm: keyAlgorithmOfKeySpec(keySpec) }, keyAlgorithm));
  }
}
