import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Whether a token of `home` may stand in the stack of `scope` at any length.
 *
 * Inside one stack and the stacks nested in it it may: nested stacks hand values on as parameters, which hold what an answer of a
 * custom resource holds. To another account or Region CDK carries values by other means than an export, whose value may have 1,024
 * characters.
 */
export function isWithinReach(scope: IConstruct, home: IConstruct): boolean {
  const [own, other] = [outermostStack(scope), outermostStack(home)];
  return own === other || !isSame(own.account, other.account) || !isSame(own.region, other.region);
}

/** The stack that is deployed by itself, in which that of `scope` is nested, or that one. */
export function outermostStack(scope: IConstruct): Stack {
  const stack = Stack.of(scope);
  return stack.nestedStackParent ? outermostStack(stack.nestedStackParent) : stack;
}

/** Whether stacks are in the same account or Region. Where neither says in which, CDK takes it for one. */
function isSame(own: string, other: string): boolean {
  return Token.isUnresolved(own) ? Token.isUnresolved(other) : own === other;
}
