import { ITrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { checkTrustStoreArn } from './contract';
import { check, having, Kinds, pathBelow } from '../../constructs/checks/kinds';
import { acknowledge } from '../../constructs/provider/nag';
import { GivenListType, TrustStoreListProperties } from '../../contract/given-lists';
import { LIST_REVOCATION_KINDS, ListRevocation, ListRevocationProps } from '../list-revocation';

/**
 * Which revocation list a trust store of load balancers is given.
 */
export interface LoadBalancerRevocationProps extends ListRevocationProps {
  /**
   * The trust store, in the account of the stack. Its certificates must include that of the CA. `TrustStore.fromTrustStoreArn` returns one that
   * is not made in this app.
   */
  readonly trustStore: ITrustStore;
}

const KINDS: Kinds<LoadBalancerRevocationProps> = {
  ...LIST_REVOCATION_KINDS,
  trustStore: having<ITrustStore>('an ITrustStore of aws-elasticloadbalancingv2, such as TrustStore.fromTrustStoreArn()', 'trustStoreArn', 'trustStoreName'),
};

/**
 * Gives the list of all revoked certificates of a CA to a trust store of Elastic Load Balancing. Listeners that verify clients against the trust
 * store then refuse devices whose certificates are revoked. The list is added when the stack is deployed, and with each publication within
 * seconds: Elastic Load Balancing copies a list when it is added, and never looks for a newer one, as a `TrustStoreRevocation` would need.
 *
 * The former list is removed once the new one is there. Lists of other CAs are left alone. All lists of the trust store that the CA has signed
 * belong to this construct, also those that somebody else has added: a new list supersedes them.
 *
 * All lists of a trust store together may have 500,000 entries, and for a moment both lists of the CA are there.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTrustStoreRevocations.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const trustStore: TrustStore;
 * declare const topic: ITopic;
 * const revocation = new LoadBalancerRevocation(ca.stack, 'Revocation', { publication: ca.publishRevocation(), trustStore });
 * revocation.alarm?.addAlarmAction(new SnsAction(topic));
 */
export class LoadBalancerRevocation extends ListRevocation {
  constructor(scope: Construct, id: string, props: LoadBalancerRevocationProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { trustStoreArn } = props.trustStore;
    super(scope, id, props, () => {
      const properties: Pick<TrustStoreListProperties, 'TrustStoreArn'> = { TrustStoreArn: trustStoreArn };
      return {
        name: 'Elastic Load Balancing',
        resourceType: GivenListType.TRUST_STORE,
        handler: 'loadBalancer',
        target: trustStoreArn,
        rule: checkTrustStoreArn,
        properties: { ...properties },
        grant: rights => grantChange(rights, trustStoreArn),
      };
    });
  }
}

function grantChange(rights: Policy, trustStoreArn: string): void {
  rights.addStatements(
    new PolicyStatement({ actions: ['elasticloadbalancing:DescribeTrustStoreRevocations'], resources: ['*'] }),
    new PolicyStatement({
      actions: ['AddTrustStoreRevocations', 'GetTrustStoreRevocationContent', 'RemoveTrustStoreRevocations'].map(action => `elasticloadbalancing:${action}`),
      resources: [trustStoreArn],
    }),
  );
  acknowledge(rights, 'AwsSolutions-IAM5', 'elasticloadbalancing:DescribeTrustStoreRevocations is not authorized on resources', ['Resource::*']);
}
