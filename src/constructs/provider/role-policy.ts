import { AspectPriority, Aspects } from 'aws-cdk-lib';
import { Policy, PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/**
 * A policy of a role. It is attached at synthesis, when it has all its statements.
 *
 * With `Role.customizeRoles()`, attaching a policy copies its statements into the report on policies. Statements that are added later would
 * be missing there. A role that was created beforehand takes its policy only for the report, and the template has no policy.
 * `Policy.attachToRole()` would put the policy into the template all the same.
 *
 * @param complete adds the statements that depend on values that are known only at synthesis
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam-readme.html#customizing-role-creation
 */
export function rolePolicy(scope: Construct, id: string, role: Role, complete?: (policy: Policy) => void): Policy {
  const policy = new Policy(scope, id, { document: new PolicyDocument({ minimize: true }) });
  let attached = false;
  const visit = (): void => {
    if (!attached) {
      attached = true;
      complete?.(policy);
      if (isSynthesized(role)) {
        policy.attachToRole(role);
      } else {
        role.attachInlinePolicy(policy);
      }
    }
  };
  Aspects.of(policy).add({ visit }, { priority: AspectPriority.MUTATING });
  return policy;
}

/** Whether a role becomes a resource of the template. A role that `Role.customizeRoles()` replaces with a role of the account does not. */
export function isSynthesized(role: Role): boolean {
  return role.node.defaultChild !== undefined;
}
