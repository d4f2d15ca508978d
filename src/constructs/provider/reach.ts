import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Whether the stack of `scope` can hold a token of `home`, whatever the length of its value.
 *
 * It can within one stack and the stacks nested in it: nested stacks pass values on as parameters, which can hold whatever the answer of a
 * custom resource can hold. To another account or Region, CDK carries values by other means than an export, whose value may have at most
 * 1,024 characters.
 */
export function isWithinReach(scope: IConstruct, home: IConstruct): boolean {
  const [own, other] = [outermostStack(scope), outermostStack(home)];
  return own === other || !isSame(own.account, other.account) || !isSame(own.region, other.region);
}

/** The stack that is deployed by itself: the stack of `scope`, or the outermost stack in which it is nested. */
export function outermostStack(scope: IConstruct): Stack {
  const stack = Stack.of(scope);
  return stack.nestedStackParent ? outermostStack(stack.nestedStackParent) : stack;
}

/** Whether two stacks are in the same account or Region. If neither stack states its own, CDK treats both as the same. */
function isSame(own: string, other: string): boolean {
  return Token.isUnresolved(own) ? Token.isUnresolved(other) : own === other;
}
