import { IResource, Token } from 'aws-cdk-lib';
import { AccountPrincipal, Grant, GrantOnPrincipalOptions, IGrantable, IResourceWithPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';

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
