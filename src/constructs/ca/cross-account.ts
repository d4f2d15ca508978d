import { IResource, ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import { AccountPrincipal, Grant, GrantOnPrincipalOptions, IGrantable, IResourceWithPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

/** The conditions of a right, by operator and key. */
export type Conditions = Record<string, Record<string, unknown>>;

/** A right on one resource. */
export type RightOnResource = GrantOnPrincipalOptions & { readonly resourceArns: string[] };

/**
 * Grants a right to a principal. A principal that has no policies of its own here, such as another account, gets the right from the
 * resource policy. A principal of another account needs both: its own policy, and a resource policy that lets its account in.
 *
 * @returns an unsuccessful grant if the principal has no policies of its own and the resource policy can't be changed from here
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
export function grantOrPermit(right: RightOnResource, resource: IResource): Grant {
  const grant = Grant.addToPrincipal(right);
  const account = right.grantee.grantPrincipal.principalAccount;
  if (!grant.success) {
    return permit(right, right.grantee, resource);
  }
  return isKnownToDiffer(account, resource.env.account) ? grant.combine(permit(right, new AccountPrincipal(account), resource)) : grant;
}

/**
 * Grants a right through the resource policy, in which `*` is the resource itself, because with its ARN the resource would refer to
 * itself. On its own, CDK leaves out the conditions and reports success even if the resource has no policy here.
 */
function permit({ actions, conditions, resourceArns }: RightOnResource, grantee: IGrantable, resource: IResource): Grant {
  let isAdded = false;
  const bounded = {
    env: resource.env,
    addToResourcePolicy: (statement: PolicyStatement) => {
      statement.addConditions(conditions ?? {});
      const { statementAdded, policyDependable = resource } = (resource as IResource & IResourceWithPolicy).addToResourcePolicy(statement);
      isAdded = statementAdded;
      return { statementAdded, policyDependable };
    },
  } as unknown as IResourceWithPolicy;
  const grant = Grant.addToPrincipalOrResource({ grantee, actions, resourceArns, resourceSelfArns: ['*'], resource: bounded });
  return isAdded ? grant : Grant.drop(grantee, `${actions.join()} on ${resource.node.path}, whose policy is elsewhere`);
}

/** Whether two accounts, or two Regions, are both known and differ. */
export function isKnownToDiffer(one: string | undefined, other: string): one is string {
  return one !== undefined && !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}

/** Whether two environments are known to be in different accounts or Regions. */
export function isElsewhere(one: ResourceEnvironment, other: ResourceEnvironment): boolean {
  return isKnownToDiffer(one.account, other.account) || isKnownToDiffer(one.region, other.region);
}

/**
 * Refuses what is known to be in another account or Region than the stack of `scope`.
 *
 * @param property the property that names it
 * @param reason why it must be there, and what to do if it is not
 */
export function assertInEnvironment(
  scope: IConstruct, property: string, { node, env }: Pick<IResource, 'node' | 'env'>, reason: { readonly why?: string; readonly wayOut?: string } = {},
): void {
  const own = Stack.of(scope);
  if (isElsewhere(own, env)) {
    const { why = '', wayOut = '' } = reason;
    throw new Error(`${scope.node.path}: ${property} must be in the account and the Region of the stack, ${environmentText(own)}${why && `, ${why}`}, `
      + `got ${node.path} in ${environmentText(env)}${wayOut && `; ${wayOut}`}`);
  }
}

/** An environment for people. Only one half of it may be known. */
function environmentText({ account, region }: ResourceEnvironment): string {
  return `${Token.isUnresolved(account) ? 'unknown-account' : account}/${Token.isUnresolved(region) ? 'unknown-region' : region}`;
}
