import { Lazy, Stack } from 'aws-cdk-lib';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmTopic } from './alarm-topic';
import { RegistrarFunction } from '../../platforms/registrar-function';
import { check, Kinds, optional } from '../checks/kinds';
import { note } from '../checks/notices';
import { TOPIC } from '../checks/object-kinds';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { CertificateProvider } from '../provider/certificate-provider';

/** The service that invokes the functions of this library, by its name in CloudTrail. */
const CLOUDFORMATION = 'cloudformation.amazonaws.com';

/** The Lambda operations that invoke a function. CloudTrail may add the version of the API to the name of the first operation. */
const INVOCATIONS = ['Invoke', 'Invoke20150331', 'InvokeAsync', 'InvokeWithResponseStream'];

/**
 * Where an invocation alarm is delivered.
 */
export interface InvocationAlarmProps {
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

const KINDS: Kinds<InvocationAlarmProps> = { topic: optional(TOPIC) };

/**
 * Sends an alarm to a topic whenever a principal other than AWS CloudFormation invokes the functions that make and register the
 * certificates of this stack: `lambda:InvokeFunction` on these functions is a right to have certificates made. The message says which
 * principal invoked a function, and when.
 *
 * The alarm works from the records of AWS CloudTrail. Invocations are data events, which no trail records by default: the account needs a
 * trail in the stack's Region that records the data events of these functions (resource type `AWS::Lambda::Function`), at a price per
 * event. Delivery takes minutes, and is on a best-effort basis.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 *
 * @example
 * declare const root: PrivateIotCa;
 * const alarm = new InvocationAlarm(root.stack, 'InvocationAlarm');
 * alarm.topic.addSubscription(new EmailSubscription('pki@acme.example'));
 */
export class InvocationAlarm extends Construct {
  /** The topic to which the alarm is delivered. Subscribe the people who look after the CA. */
  public readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: InvocationAlarmProps = {}) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    note(this, 'trail-of-invocations', 'AWS CloudTrail: the alarm needs a trail in this Region that records AWS Lambda data events, '
      + 'including those of the functions of this stack');
    this.topic = props.topic ?? alarmTopic(this);
    this.node.addValidation({
      validate: () => functionsIn(Stack.of(this)).length > 0 ? []
        : ['the alarm must be in a stack with functions of this library, that is, with a CA, a certificate or a registration'],
    });
    new Rule(this, 'Rule', {
      description: 'Reports principals other than CloudFormation that invoke the functions that make certificates',
      eventPattern: {
        source: ['aws.lambda'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['lambda.amazonaws.com'],
          eventName: INVOCATIONS,
          resources: { ARN: Lazy.list({ produce: () => functionsIn(Stack.of(this)).map(({ functionArn }) => functionArn) }) },
          // A direct call lacks this field, and anything-but alone does not match a missing field.
          $or: [
            { userIdentity: { invokedBy: Match.anythingBut(CLOUDFORMATION) } },
            { userIdentity: { invokedBy: Match.doesNotExist() } },
          ],
        },
      },
      targets: [new SnsTopic(this.topic, { message: RuleTargetInput.fromText(message()) })],
    });
  }
}

/** The functions of this library in a stack, including those that are declared after the alarm. */
function functionsIn(stack: Stack): IFunction[] {
  return stack.node.children.filter(child => child instanceof CertificateProvider || child instanceof RegistrarFunction)
    .map(({ node }) => node.findChild('Function') as IFunction & Construct);
}

/** The text of the alarm. EventBridge leaves out each field that an event does not have, such as an error. */
function message(): string {
  const [functionName, type, arn, account, time, address, error, event] = [
    'requestParameters.functionName', 'userIdentity.type', 'userIdentity.arn', 'userIdentity.accountId', 'eventTime', 'sourceIPAddress', 'errorCode', 'eventID',
  ].map(path => EventField.fromPath(`$.detail.${path}`));
  return `Invoked by a principal other than CloudFormation: the function ${functionName}, which makes or registers certificates, `
    + `was invoked by ${arn} (${type} of account ${account}) at ${time} from ${address}. `
    + `Error, if it was refused: ${error}. CloudTrail event: ${event}.`;
}
