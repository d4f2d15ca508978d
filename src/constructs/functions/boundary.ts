import { Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { callerIn, rightsOf, Statement } from './rights-of-caller';

/**
 * Complaints about actions that the function of a scope needs and its permissions boundary does not allow. The deployment would fail with
 * `AccessDenied` after the first resources are there. Only a boundary that the same stack makes can be checked. Resources and conditions of
 * its statements are left to IAM.
 */
export function forbiddenByBoundary(scope: IConstruct): string[] {
  const boundary = boundaryOf(callerIn(scope)?.role.node.defaultChild as CfnRole | undefined);
  if (!boundary) {
    return [];
  }
  const statements: Statement[] = Stack.of(scope).resolve(boundary.policyDocument).Statement;
  const forbidden = rightsOf(scope).filter(action => !allows(statements, action));
  return forbidden.length === 0 ? [] : [`the permissions boundary of the role must allow what the function does, got ${boundary.node.path}, which does not allow `
    + `${[...new Set(forbidden)].sort().join(', ')}; add these actions to the boundary`];
}

/** The policy of the same stack that is the boundary of a role, however it was set: as a property, or by `PermissionsBoundary.of()`. */
function boundaryOf(role: CfnRole | undefined): CfnManagedPolicy | undefined {
  if (!role) {
    return undefined;
  }
  const { stack } = role;
  const boundary = JSON.stringify(boundaryIn(role));
  return boundary === undefined ? undefined : stack.node.findAll()
    .filter(construct => construct instanceof CfnManagedPolicy)
    .find(({ ref }) => JSON.stringify(stack.resolve(ref)) === boundary);
}

/** What the template has as the boundary of a role. A role with another property that can't be rendered has its error at the end of the synthesis. */
function boundaryIn(role: CfnRole): unknown {
  try {
    const [{ Properties }] = Object.values<{ Properties: { PermissionsBoundary?: unknown } }>(role.stack.resolve(role._toCloudFormation()).Resources);
    return Properties.PermissionsBoundary;
  } catch {
    return undefined;
  }
}

/** Whether some statement allows an action, and no statement denies it altogether. */
function allows(statements: readonly Statement[], action: string): boolean {
  return statements.some(statement => statement.Effect === 'Allow' && applies(statement, action))
    && !statements.some(statement => statement.Effect === 'Deny' && statement.Resource === '*' && !statement.Condition && applies(statement, action));
}

function applies({ Action, NotAction }: Statement, action: string): boolean {
  return Action === undefined ? !matches(NotAction, action) : matches(Action, action);
}

/** Whether one of the patterns matches an action. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
function matches(patterns: string | readonly string[] = [], action: string): boolean {
  return [patterns].flat().some(pattern =>
    new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'i').test(action));
}
