import { CfnDeletionPolicy, CfnResource, CustomResource, IResolvable, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { quote } from '../../contract/rules';

/**
 * Refuses a removal policy that CloudFormation does not support for secrets, tables, keys and custom resources.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
export function validRemovalPolicy(scope: Construct, policy: RemovalPolicy | undefined, byDefault: RemovalPolicy): RemovalPolicy {
  if (policy === RemovalPolicy.SNAPSHOT) {
    throw new Error(`${scope.node.path}: removalPolicy must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT, which is for databases and disks`);
  }
  return policy ?? byDefault;
}

/**
 * Refuses a removal policy that is applied to a construct after its declaration. The resources that belong to the construct, such as a key
 * and a ledger, would not follow the policy, and the function would not know it.
 *
 * @param declared whether the construct has a `removalPolicy`
 */
export function refuseRemovalPolicy({ node }: IConstruct, policy: RemovalPolicy, declared: boolean): never {
  throw new Error(`${node.path}: applyRemovalPolicy must not be called, because ${declared
    ? `it would not apply to keys and ledgers, got ${describePolicy(policy)}; set removalPolicy in the declaration, or call RemovalPolicies.of(), `
      + 'which applies to everything in the construct'
    : `the construct has no key and no table in this stack to retain, got ${describePolicy(policy)}; remove the call`}`);
}

/** A policy as a program refers to it. */
function describePolicy(policy: RemovalPolicy): string {
  return Object.entries(RemovalPolicy).find(([, value]) => value === policy)?.[0] ?? quote(policy);
}

/**
 * Makes CloudFormation ask the function for every removal, whatever policy `RemovalPolicies` or another Aspect applies to the resource.
 * Without a Delete request, the certificate would stay declared in the ledger for ever. Only the data is retained. An override takes
 * precedence over what Aspects set.
 */
export function alwaysAskForRemoval(resource: CustomResource): void {
  const cfnResource = cfnResourceOf(resource)!;
  ['DeletionPolicy', 'UpdateReplacePolicy'].forEach(attribute => cfnResource.addOverride(attribute, CfnDeletionPolicy.DELETE));
}

/**
 * Whether the function must keep a key when the certificate is removed: `true`, or nothing. This follows the removal policies of the custom
 * resource and of the secret, after all Aspects have run.
 */
export function retainsKey(holders: () => readonly (IConstruct | undefined)[]): IResolvable {
  return Lazy.any({ produce: () => holders().some(isRetained) || undefined });
}

function isRetained(holder: IConstruct | undefined): boolean {
  const policy = holder && cfnResourceOf(holder)?.cfnOptions.deletionPolicy;
  return policy !== undefined && policy !== CfnDeletionPolicy.DELETE;
}

function cfnResourceOf({ node: { defaultChild } }: IConstruct): CfnResource | undefined {
  return CfnResource.isCfnResource(defaultChild) ? defaultChild : undefined;
}
