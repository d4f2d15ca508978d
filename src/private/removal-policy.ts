import { RemovalPolicy } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Refuses a removal policy that is applied to a construct after it was declared: what belongs to it, such as a key and a
 * ledger, would not follow, and the function would not know.
 */
export function refuseRemovalPolicy({ node }: IConstruct, policy: RemovalPolicy): never {
  throw new Error(`${node.path}: applyRemovalPolicy must not be called, since keys and ledgers would not follow, got ${policy}; `
    + 'set removalPolicy where the construct is declared, or call RemovalPolicies.of() for all that is in it');
}
