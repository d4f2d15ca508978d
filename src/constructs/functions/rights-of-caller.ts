import { Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy } from 'aws-cdk-lib/aws-iam';
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

/** The actions that the policies of the role in a scope allow, after the synthesis has attached them. */
export function rightsOf(scope: IConstruct): string[] {
  const stack = Stack.of(scope);
  const name = JSON.stringify(stack.resolve(callerIn(scope)?.role.roleName));
  const isOfRole = (roles: string[] = []): boolean => (stack.resolve(roles) as unknown[]).some(each => JSON.stringify(each) === name);
  return scope.node.findAll()
    .filter(construct => construct instanceof CfnPolicy || construct instanceof CfnManagedPolicy)
    .filter(({ roles }) => isOfRole(roles))
    .flatMap(({ policyDocument }) => stack.resolve(policyDocument).Statement as Statement[])
    .flatMap(({ Effect, Action = [] }) => Effect === 'Allow' ? Action : []);
}
