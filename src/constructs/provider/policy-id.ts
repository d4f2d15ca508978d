import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { sha256 } from '../../contract/sha256';

/** The length of the hash that CDK adds to a logical ID. */
const DIGITS = 8;

/**
 * The construct id of a policy, with a hash over what its rights cover, as the template refers to it. If that changes, the id makes another
 * policy, and the old policy is deleted in the cleanup, after the removal of the resources that need it. CloudFormation would change a
 * policy with the same id at the beginning of the update, and the removal in the cleanup would be denied.
 *
 * The value of a reference is not known: a new value for a parameter of the template, or for the export of another stack, makes no other
 * policy.
 */
export function policyId(scope: IConstruct, name: string, arns: readonly string[]): string {
  const text = JSON.stringify(Stack.of(scope).resolve(arns));
  return `${name}${sha256(text).slice(0, DIGITS).toUpperCase()}`;
}
