import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { quote } from '../contract/rules';

/**
 * Refuses a removal policy that CloudFormation does not have for secrets, tables, keys and custom resources.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
export function validRemovalPolicy(scope: Construct, policy: RemovalPolicy | undefined, byDefault: RemovalPolicy): RemovalPolicy {
  if (policy === RemovalPolicy.SNAPSHOT) {
    throw new Error(`${scope.node.path}: removalPolicy must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT, which is for databases and disks`);
  }
  return policy ?? byDefault;
}

/**
 * Refuses a removal policy that is applied to a construct after it was declared: what belongs to it, such as a key and a
 * ledger, would not follow, and the function would not know.
 */
export function refuseRemovalPolicy({ node }: IConstruct, policy: RemovalPolicy): never {
  throw new Error(`${node.path}: applyRemovalPolicy must not be called, since keys and ledgers would not follow, got ${quote(policy)}; `
    + 'set removalPolicy where the construct is declared, or call RemovalPolicies.of() for all that is in it');
}
