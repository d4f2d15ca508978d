import { Resource, Stack } from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iot';
import { Construct, IConstruct } from 'constructs';
import { checkPolicyTopic } from './contract';
import { check, Kinds, listOf, optional, TEXT } from '../../constructs/checks/kinds';
import { validate } from '../../constructs/checks/validation';
import { keepPrivateKeysOut } from '../../constructs/keys/private-key-guard';
import { largestSize } from '../../constructs/provider/policy-size';

/** The construct id of the policy that the things of a stack share. It is final: the policy's logical ID derives from it. */
const SHARED_ID = 'PrivateIotCaAwsIotThingPolicy';

/** White space not counted. https://docs.aws.amazon.com/general/latest/gr/iot-core.html#security-limits */
const MAX_CHARACTERS = 2_048;

/**
 * What an AWS IoT policy allows its things to use.
 */
export interface AwsIotThingPolicyProps {
  /**
   * The topics that a thing may publish to, subscribe to and receive from. `*` stands for any text, and `AwsIotThingPolicy.THING_NAME` for
   * the name of the connected thing. Write `*` in place of the `+` or `#` of a subscription.
   *
   * @default - the topics below the thing's name, and those that AWS IoT Core reserves for the thing: its shadows, jobs and commands
   */
  readonly topics?: string[];
}

const KINDS: Kinds<AwsIotThingPolicyProps> = { topics: optional(listOf(TEXT)) };

/**
 * An AWS IoT policy for any number of things. Each thing may connect only as itself, with a certificate that is attached to it, and use its
 * own topics. When a device connects, AWS IoT Core fills in the name of the thing by the device's certificate.
 *
 * @resource AWS::IoT::Policy
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html
 */
export class AwsIotThingPolicy extends Resource {
  /** A placeholder for the name of the connected thing. */
  public static readonly THING_NAME = '${iot:Connection.Thing.ThingName}';

  /** The policy that the things of a stack share, made on first use. @internal */
  public static _sharedIn(scope: IConstruct): AwsIotThingPolicy {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(SHARED_ID) as AwsIotThingPolicy | undefined ?? new AwsIotThingPolicy(stack, SHARED_ID);
  }

  /**
   * The name of the policy.
   * @attribute
   */
  public readonly policyName: string;

  constructor(scope: Construct, id: string, props: AwsIotThingPolicyProps = {}) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { THING_NAME } = AwsIotThingPolicy;
    const { topics = [`${THING_NAME}/*`, `$aws/things/${THING_NAME}/*`, `$aws/commands/things/${THING_NAME}/*`] } = props;
    if (topics.length === 0) {
      throw new Error(`${this.node.path}: topics must contain at least one topic, got none`);
    }
    topics.forEach(topic => validate(this, [topic], () => checkPolicyTopic(topic)));
    const arn = (resource: string, resourceName: string): string => Stack.of(this).formatArn({ service: 'iot', resource, resourceName });
    const statement = (actions: string[], resources: string[]): object => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      // If no thing were attached, the thing name would be left open.
      Condition: { Bool: { 'iot:Connection.Thing.IsAttached': 'true' } },
    });
    const policyDocument = {
      Version: '2012-10-17',
      Statement: [
        statement(['iot:Connect'], [arn('client', THING_NAME)]),
        statement(['iot:Publish', 'iot:Receive'], topics.map(topic => arn('topic', topic))),
        statement(['iot:Subscribe'], topics.map(topic => arn('topicfilter', topic))),
      ],
    };
    const size = largestSize(Stack.of(this), policyDocument);
    if (size > MAX_CHARACTERS) {
      throw new Error(`${this.node.path}: topics must result in a policy of at most ${MAX_CHARACTERS} characters for AWS IoT Core, got up to ${size} `
        + `from ${topics.length} topics; combine several of them into one with *`);
    }
    this.policyName = new CfnPolicy(this, 'Resource', { policyDocument }).ref;
  }
}
