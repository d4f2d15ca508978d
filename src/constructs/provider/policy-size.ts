import { Stack, Token } from 'aws-cdk-lib';
import { isMap } from '../../contract/json-map';

/**
 * The value of a reference is not known at synthesis. This counts an ARN with the longest names of a partition, a service and a Region, and
 * the suffixes that CloudFormation and Secrets Manager add to a name.
 */
const ARN_CHARACTERS = 90;

/** The values of pseudo parameters are shorter: `aws-us-gov`, `ap-southeast-1`, `amazonaws.com.cn`. */
const PSEUDO_PARAMETER_CHARACTERS = 16;

/** The name of a nested stack is known only at deployment. */
const LONGEST_STACK_NAME = 128;

/** The end of a stack's id, after the stack's name. */
const UUID_CHARACTERS = 37;

/**
 * An upper bound on the characters that IAM counts in a policy, or in a part of one, once CloudFormation has resolved its
 * references.
 *
 * @param stack the stack that the policy is in
 * @param document a policy's document, an ARN, or anything else that has references
 */
export function largestSize(stack: Stack, document: unknown): number {
  const { stackName } = stack;
  return JSON.stringify(largest(stack.resolve(document), Token.isUnresolved(stackName) ? LONGEST_STACK_NAME : stackName.length)).length;
}

/** A value of a template in which a string replaces each expression, as long as the expression's value can be. */
function largest(value: unknown, stackName: number): unknown {
  if (Array.isArray(value)) {
    return value.map(each => largest(each, stackName));
  }
  if (!isMap(value)) {
    return value;
  }
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  return entries.length === 1 && (name === 'Ref' || name!.startsWith('Fn::'))
    ? largestText(name!, argument, stackName)
    : Object.fromEntries(entries.map(([key, each]) => [key, largest(each, stackName)]));
}

function largestText(name: string, argument: unknown, stackName: number): string {
  if (name === 'Fn::Join' && Array.isArray((argument as unknown[])[1])) {
    const [separator, pieces] = argument as [string, unknown[]];
    return pieces.map(piece => String(largest(piece, stackName))).join(separator);
  }
  if (argument === 'AWS::StackId') {
    return 'x'.repeat(ARN_CHARACTERS + stackName + UUID_CHARACTERS);
  }
  if (name === 'Ref') {
    return 'x'.repeat(String(argument).startsWith('AWS::') ? PSEUDO_PARAMETER_CHARACTERS : ARN_CHARACTERS + String(argument).length);
  }
  // Unlike the name of a secret, the name of a table begins with the stack's name.
  return 'x'.repeat(ARN_CHARACTERS + stackName + JSON.stringify(argument).length);
}
