import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** As many as CDK puts behind a logical id. */
const DIGITS = 8;

/**
 * The construct id of a policy, with a hash over what its rights are on, as the template refers to it. Where that changes, it is
 * another policy: the old one goes in the cleanup, after the removal of what needs it. CloudFormation would change a policy of the
 * same id at the beginning of the update, and the removal in the cleanup would be denied.
 *
 * What a reference comes to is not known: a parameter of the template, or the export of another stack, with another value makes no
 * other policy.
 */
export function policyId(scope: IConstruct, name: string, arns: readonly string[]): string {
  const text = JSON.stringify(Stack.of(scope).resolve(arns));
  return `${name}${createHash('sha256').update(text).digest('hex').slice(0, DIGITS).toUpperCase()}`;
}
