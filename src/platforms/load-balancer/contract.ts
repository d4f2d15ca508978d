import { Complaint, quote } from '../../contract/rules';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html#awselasticloadbalancingv2-truststore */
export function checkTrustStoreArn(value: unknown): Complaint {
  return /^arn:aws(-[\w-]+)?:elasticloadbalancing:[a-z0-9-]+:\d{12}:truststore\/[a-zA-Z0-9-]+\/[0-9a-f]+$/.test(String(value)) ? undefined
    : 'trustStore must be a trust store of Elastic Load Balancing, with an ARN like arn:aws:elasticloadbalancing:<region>:<account>:truststore/<name>/<id>, '
      + `got ${quote(value)}`;
}

/**
 * The longest revocation list of a trust store: 50 MB.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html#certificates-quotas
 */
export const MAX_REVOCATION_BYTES = 50 * 1024 * 1024;
