import { IResource, Token } from 'aws-cdk-lib';
import { AccountPrincipal, Grant, GrantOnPrincipalOptions, IGrantable, IResourceWithPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** The conditions of a right, by operator and key. */
export type Conditions = Record<string, Record<string, unknown>>;

/** A right on one resource. */
export type RightOnResource = GrantOnPrincipalOptions & { readonly resourceArns: string[] };

/**
 * Gives a right to a principal. One that has no policies of its own here, such as another account, gets it by the policy of the
 * resource; and a principal of another account needs both, its own policy and that of the resource, which lets in its account.
 *
 * @returns without success where the principal has no policies of its own, and the policy of the resource can't be changed from here
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
 * Gives a right by the policy of the resource. In that, `*` is the resource itself: its ARN would be a reference of the resource to
 * itself. CDK's own way leaves out the conditions, and takes it for a success where the resource has no policy here.
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

/** Whether two accounts, or two Regions, are known and are not the same. */
export function isKnownToDiffer(one: string | undefined, other: string): one is string {
  return one !== undefined && !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}
