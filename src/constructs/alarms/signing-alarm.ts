import { Lazy, Stack } from 'aws-cdk-lib';
import { CfnRule, EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmTopic } from './alarm-topic';
import { quote } from '../../contract/rules';
import { isKnownToDiffer } from '../ca/cross-account';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, Kinds, listOf, optional } from '../checks/kinds';
import { note } from '../checks/notices';
import { CA, ROLE, TOPIC } from '../checks/object-kinds';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { CertificateProvider } from '../provider/certificate-provider';
import { publicationOf } from '../revocation/revocation-publication';

/**
 * An event pattern may have 2,048 characters, and the ARN of a role takes about a hundred of them.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
const MAX_SIGNERS = 10;

/** The function that issues certificates, and the one that publishes revocation lists. */
const OWN_SIGNERS = 2;

/**
 * What a signing alarm watches, and where it is delivered.
 */
export interface SigningAlarmProps {
  /**
   * A CA whose key is in AWS KMS. For a CA from another stack (`fromPrivateIotCaAttributes`), the role of that stack's function must be
   * among the `signers`.
   */
  readonly ca: IPrivateIotCa;

  /**
   * Further roles whose signatures raise no alarm, up to 8: the roles of the functions in other stacks that use the CA. The role of the
   * function that issues in the CA's own stack raises no alarm either. Anyone who holds one of these roles can sign without an alarm.
   *
   * @default - none
   */
  readonly signers?: IRole[];

  /**
   * The topic to which the alarm is delivered. An imported topic must let `events.amazonaws.com` publish. An encrypted topic must use a
   * customer managed key that lets `events.amazonaws.com` use it (`kms:Decrypt` and `kms:GenerateDataKey*`), because EventBridge can't use
   * the key `aws/sns`.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
   * @default - a new topic, encrypted with a key of its own, without subscriptions
   */
  readonly topic?: ITopic;
}

const KINDS: Kinds<SigningAlarmProps> = { ca: CA, signers: optional(listOf(ROLE)), topic: optional(TOPIC) };

/**
 * Sends an alarm to a topic whenever a principal that does not issue signs with the key of a CA: each of these signatures can be a
 * certificate that no ledger knows. The message says which principal signed, and when.
 *
 * The alarm works from the records of AWS CloudTrail. KMS records each call of `Sign` as a read-only management event, and EventBridge
 * delivers these events to rules that ask for them. For this, the account needs a trail in the key's Region that records read events and
 * does not exclude those of KMS. Delivery takes minutes, and is on a best-effort basis.
 *
 * For a multi-Region key, the alarm watches the signatures in this Region. The key's replicas need alarms of their own.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/ct-sign.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-kms.html
 */
export class SigningAlarm extends Construct {
  /** The topic to which the alarm is delivered. Subscribe the people who look after the CA. */
  public readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: SigningAlarmProps) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { ca, signers: others = [] } = props;
    const key = ca.signingKey;
    if (!key) {
      throw new Error(`${this.node.path}: ca must be a CA whose key is in KMS, got ${ca.node.path}, whose key is in a secret; `
        + 'no service records signatures with such a key');
    }
    if (others.length > MAX_SIGNERS - OWN_SIGNERS) {
      throw new Error(`${this.node.path}: signers must be at most ${MAX_SIGNERS - OWN_SIGNERS} roles, got ${others.length}`);
    }
    // The lists of the CA may be published only after this construct is declared.
    const signers = Lazy.list({
      produce: () => [CertificateProvider.of(ca).role, publicationOf(ca)?._role, ...others].flatMap(role => role ? [role.roleArn] : []),
    });
    this.assertInRegion(key);
    note(this, 'trail-of-signatures', 'AWS CloudTrail: the alarm needs a trail in this Region that records read events, including those of KMS');

    this.topic = props.topic ?? alarmTopic(this);
    const rule = new Rule(this, 'Rule', {
      description: 'Reports principals that sign with the key of a CA but do not issue certificates',
      eventPattern: {
        source: ['aws.kms'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['kms.amazonaws.com'],
          eventName: ['Sign'],
          resources: { ARN: [key.keyArn] },
          // Users, the root user and services sign without a role session, and anything-but alone does not match a missing field.
          $or: [
            { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'anything-but': signers }] } } } },
            { userIdentity: { sessionContext: { sessionIssuer: { arn: Match.doesNotExist() } } } },
          ],
        },
      },
      targets: [new SnsTopic(this.topic, { message: RuleTargetInput.fromText(message(key)) })],
    });
    // A rule that is merely enabled gets no read-only events, and the construct has no property for this state.
    (rule.node.defaultChild as CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  }

  /** CloudTrail records a call in the Region in which it is made, which is the key's Region. */
  private assertInRegion(key: IKey): void {
    const [own, other] = [Stack.of(this).region, key.env.region];
    if (isKnownToDiffer(own, other)) {
      throw new Error(`${this.node.path}: key must be in the Region of the stack, ${own}, where its use is recorded, got ${quote(other)}; `
        + 'declare the alarm in a stack in the key\'s Region');
    }
  }
}

/** The text of the alarm. EventBridge leaves out each field that an event does not have, such as an error. */
function message(key: IKey): string {
  const [type, arn, account, time, address, error, event] = [
    'userIdentity.type', 'userIdentity.arn', 'userIdentity.accountId', 'eventTime', 'sourceIPAddress', 'errorCode', 'eventID',
  ].map(path => EventField.fromPath(`$.detail.${path}`));
  return `Signature without issuance: the CA key ${key.keyArn} was used by ${arn} (${type} of account ${account}) at ${time} `
    + `from ${address}. Error, if it was refused: ${error}. CloudTrail event: ${event}.`;
}
