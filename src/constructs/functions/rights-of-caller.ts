import { Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy, IRole } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import type { ConfigurableFunction } from './apply-options';

/** A statement of a policy, as it is in a template. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

/** What has rights and calls services. */
type Caller = Pick<ConfigurableFunction, 'function' | 'role' | 'calls' | 'caId'>;

/** What calls services, by the scopes of functions. */
const CALLERS = new WeakMap<IConstruct, Caller>();

/** Makes known what calls services in a scope. */
export function setCaller(scope: Construct, caller: Caller): void {
  CALLERS.set(scope, caller);
}

/** What calls services in a scope. Scopes within it may have functions of their own. */
export function callerIn(scope: IConstruct): Caller | undefined {
  return CALLERS.get(scope);
}

/** The actions that the role of the function in a scope may use, after the synthesis has attached its policies. Functions can share a role. */
export function rightsOf(scope: IConstruct): string[] {
  const caller = callerIn(scope);
  const stack = Stack.of(scope);
  return (caller ? policiesOf(caller.role, stack) : [])
    .flatMap(({ policyDocument }) => stack.resolve(policyDocument).Statement as Statement[])
    .flatMap(({ Effect, Action = [] }) => Effect === 'Allow' ? Action : []);
}

/** The policies of a role in the template of a stack, wherever they are declared, after the synthesis has attached them. */
function policiesOf({ roleName }: IRole, stack: Stack): (CfnPolicy | CfnManagedPolicy)[] {
  const name = JSON.stringify(stack.resolve(roleName));
  const isOfRole = (roles: unknown[] = []): boolean => roles.some(each => JSON.stringify(each) === name);
  return stack.node.findAll()
    .filter(construct => construct instanceof CfnPolicy || construct instanceof CfnManagedPolicy)
    .filter(policy => policy.stack === stack && isOfRole(stack.resolve(policy.roles)));
}
