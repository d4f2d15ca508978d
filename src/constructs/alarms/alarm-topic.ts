import { RemovalPolicy } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { description } from '../checks/description';

const EVENTS = new ServicePrincipal('events.amazonaws.com');

/**
 * The topic of an alarm, encrypted with a key of its own. Neither its policy nor that of the key has a condition such as
 * `aws:SourceAccount`: EventBridge does not provide the values of such conditions when it publishes to a topic, so the alarm would be lost.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function alarmTopic(scope: Construct): Topic {
  const masterKey = new Key(scope, 'TopicKey', {
    description: description('key', `Encrypts the messages of ${scope.node.path}`),
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY, // a message is kept until it is delivered, no longer
  });
  masterKey.grant(EVENTS, 'kms:Decrypt', 'kms:GenerateDataKey*');
  return new Topic(scope, 'Topic', { masterKey, enforceSSL: true });
}
