import { Stack, Token } from 'aws-cdk-lib';
import { CfnRule, EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmTopic } from './alarm-topic';
import { quote } from '../../contract/rules';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, Kinds, listOf, optional } from '../checks/kinds';
import { note } from '../checks/notices';
import { CA, ROLE, TOPIC } from '../checks/object-kinds';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { CertificateProvider } from '../provider/certificate-provider';

/**
 * An event pattern may have 2,048 characters, and a role's ARN takes about a hundred of them.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
const MAX_SIGNERS = 10;

/**
 * What an alarm watches, and whom it tells.
 */
export interface SigningAlarmProps {
  /**
   * A CA whose key is in AWS KMS. Of one from another stack (`fromPrivateIotCaAttributes`), the function of that stack has to be
   * among the `signers`.
   */
  readonly ca: IPrivateIotCa;

  /**
   * Roles whose signatures are no reason for an alarm, besides that of the function which issues in the CA's own stack: those
   * of the functions of other stacks that use the CA, up to 9. Whoever has such a role signs without an alarm.
   *
   * @default - none
   */
  readonly signers?: IRole[];

  /**
   * Where the alarm is delivered. A topic that is imported must let `events.amazonaws.com` publish. One that is encrypted
   * must be so by a customer managed key that lets `events.amazonaws.com` use it (`kms:Decrypt` and `kms:GenerateDataKey*`),
   * for EventBridge can't use the key `aws/sns`.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
   * @default - a new topic, encrypted by a key of its own, without subscriptions
   */
  readonly topic?: ITopic;
}

const KINDS: Kinds<SigningAlarmProps> = { ca: CA, signers: optional(listOf(ROLE)), topic: optional(TOPIC) };

/**
 * Tells a topic whenever somebody signs with the key of a CA who does not issue: each signature can be a certificate that
 * no ledger knows. The message says who signed, and when.
 *
 * It works from what AWS CloudTrail records. KMS records each call of `Sign` as a read-only management event, which
 * EventBridge delivers to rules that ask for these. For that, the account needs a trail in the key's Region that records
 * read events and does not leave out those of KMS. Delivery is a matter of minutes, and at best effort.
 *
 * Of a multi-Region key, the signatures of this Region are watched; its replicas need alarms of their own.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/ct-sign.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-kms.html
 */
export class SigningAlarm extends Construct {
  /** Where the alarm is delivered; subscribe those who look after the CA. */
  public readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: SigningAlarmProps) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { ca, signers: others = [] } = props;
    const key = ca.signingKey;
    if (!key) {
      throw new Error(`${this.node.path}: ca must be a CA whose key is in KMS, got ${ca.node.path}, whose key is in a secret; `
        + 'nobody records who signs with that');
    }
    const signers = [CertificateProvider.of(ca).role, ...others];
    if (signers.length > MAX_SIGNERS) {
      throw new Error(`${this.node.path}: signers must be at most ${MAX_SIGNERS - 1} roles, got ${others.length}`);
    }
    this.assertInRegion(key);
    note(this, 'trail-of-signatures', 'AWS CloudTrail: the alarm needs a trail in this Region that records read events, those of KMS included');

    this.topic = props.topic ?? alarmTopic(this);
    const rule = new Rule(this, 'Rule', {
      description: 'Tells of signatures with the key of a CA by others than those who issue',
      eventPattern: {
        source: ['aws.kms'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['kms.amazonaws.com'],
          eventName: ['Sign'],
          resources: { ARN: [key.keyArn] },
          // Users, the root user and services sign without the session of a role, and anything-but alone does not match a missing field.
          $or: [
            { userIdentity: { sessionContext: { sessionIssuer: { arn: Match.anythingBut(...signers.map(({ roleArn }) => roleArn)) } } } },
            { userIdentity: { sessionContext: { sessionIssuer: { arn: Match.doesNotExist() } } } },
          ],
        },
      },
      targets: [new SnsTopic(this.topic, { message: RuleTargetInput.fromText(message(key)) })],
    });
    // A rule that is merely enabled is not given read-only events. The construct has no property for it.
    (rule.node.defaultChild as CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  }

  /** A call is recorded in the Region in which it is made, which is the key's. */
  private assertInRegion(key: IKey): void {
    const [own, other] = [Stack.of(this).region, key.env.region];
    if (!Token.isUnresolved(own) && !Token.isUnresolved(other) && own !== other) {
      throw new Error(`${this.node.path}: key must be in the Region of the stack, ${own}, where its use is recorded, got ${quote(other)}; `
        + 'declare the alarm in a stack in that Region');
    }
  }
}

/** What an event does not have, such as an error, is left out of the message by EventBridge. */
function message(key: IKey): string {
  const [type, arn, account, time, address, error, event] = [
    'userIdentity.type', 'userIdentity.arn', 'userIdentity.accountId', 'eventTime', 'sourceIPAddress', 'errorCode', 'eventID',
  ].map(path => EventField.fromPath(`$.detail.${path}`));
  return `Signing without issuing: the key of a CA, ${key.keyArn}, was used by ${arn} (${type} of account ${account}) at ${time} `
    + `from ${address}. Error, if it was refused: ${error}. CloudTrail event: ${event}.`;
}
