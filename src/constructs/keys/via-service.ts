import { Token } from 'aws-cdk-lib';
import { Conditions } from '../ca/cross-account';

/** The suffixes of service names in the AWS Regions of China. Everywhere else, only the first suffix is used. */
const [SUFFIX, SUFFIX_IN_CHINA] = ['amazonaws.com', 'amazonaws.com.cn'];

/**
 * The condition that a KMS key is used only through another service. The service identifies itself with the Region of the request, which is
 * the Region of the secret or the parameter. For China, the documentation shows both suffixes. Both are therefore allowed there, and where
 * the Region is not known before deployment.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function viaService(service: 'secretsmanager' | 'ssm', region: string): Conditions {
  const names = [SUFFIX, SUFFIX_IN_CHINA].map(suffix => `${service}.${region}.${suffix}`);
  return { StringEquals: { 'kms:ViaService': Token.isUnresolved(region) || region.startsWith('cn-') ? names : names[0] } };
}
