import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { description } from '../../constructs/checks/description';

/** The id of the rule below the registration of a CA. */
export const JUST_IN_TIME_REGISTRATION = 'JustInTimeRegistration';

/**
 * Sends a function each new certificate of a CA that AWS IoT Core publishes.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/auto-register-device-cert.html
 */
export function sendNewCertificates(registration: Construct, caCertificateId: string, fn: IFunction): void {
  const rule = new CfnTopicRule(registration, JUST_IN_TIME_REGISTRATION, {
    // Another CA has a rule of its own. If a CA is retained while another one takes its place, so are its rule and the permission.
    ruleName: `PrivateIotCa_${caCertificateId}`,
    topicRulePayload: {
      description: description('topicRule', `Certificates that devices of the CA ${registration.node.path} first connect with`),
      sql: `SELECT * FROM '$aws/events/certificates/registered/${caCertificateId}'`,
      awsIotSqlVersion: '2016-03-23',
      actions: [{ lambda: { functionArn: fn.functionArn } }],
    },
  });
  fn.addPermission(JUST_IN_TIME_REGISTRATION, {
    scope: rule,
    principal: new ServicePrincipal('iot.amazonaws.com'),
    sourceArn: rule.attrArn,
    sourceAccount: Stack.of(registration).account,
  });
}
