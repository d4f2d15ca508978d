import { Token } from 'aws-cdk-lib';
import { Conditions } from '../ca/cross-account';

/** What ends the names of services in the AWS Regions of China; everywhere else it is the first one alone. */
const [SUFFIX, SUFFIX_IN_CHINA] = ['amazonaws.com', 'amazonaws.com.cn'];

/**
 * The condition that a KMS key is used through another service alone, which names itself with the Region in which it is asked: that
 * of the secret or the parameter. For China, documents show both suffixes, so that both are allowed there, and where the Region
 * is not known before deployment.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function viaService(service: 'secretsmanager' | 'ssm', region: string): Conditions {
  const names = [SUFFIX, SUFFIX_IN_CHINA].map(suffix => `${service}.${region}.${suffix}`);
  return { StringEquals: { 'kms:ViaService': Token.isUnresolved(region) || region.startsWith('cn-') ? names : names[0] } };
}
