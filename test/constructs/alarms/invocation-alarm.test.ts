import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { InvocationAlarm, TencentIotHubCaRegistration } from '../../../src';
import { matchesEvent } from '../../support/event-pattern';
import { attributeOf, propertiesOf, stackWithCa } from '../../support/stacks';

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:Iot-PrivateIotCaProvider';

/** The logical ids of the functions of this library in a stack. */
function functionsOf(stack: Stack): string[] {
  return Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
}

test('the alarm watches the function that issues, and those that register, even one that is declared after it', () => {
  const { stack, ca } = stackWithCa();
  new InvocationAlarm(stack, 'Alarm');
  new TencentIotHubCaRegistration(stack, 'Tencent', {
    ca, caName: 'acme', registrationCode: 'code', region: 'ap-guangzhou', credentials: new Secret(stack, 'Credentials'),
  });
  const functions = functionsOf(stack);
  expect(functions).toHaveLength(2);
  expect(propertiesOf(stack, 'AWS::Events::Rule')).toMatchObject({
    EventPattern: { detail: { resources: { ARN: functions.map(id => attributeOf(id, 'Arn')) } } }, State: 'ENABLED',
  });
});

test('the topic is the alarm\'s own, encrypted, or the given one', () => {
  const { stack } = stackWithCa();
  const topic = new Topic(stack, 'Mine');
  expect(new InvocationAlarm(stack, 'Alarm', { topic }).topic).toBe(topic);
  new InvocationAlarm(stack, 'Other');
  Template.fromStack(stack).hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
});

test('an alarm in a stack without a function of this library is refused, because it would watch nothing', () => {
  const app = new App();
  new InvocationAlarm(new Stack(app, 'Alarms'), 'Alarm');
  expect(() => app.synth()).toThrow('[Alarms/Alarm] the alarm must be in a stack with functions of this library, that is, with a CA');
});

test('requirements that the library can\'t check are named at synthesis', () => {
  const { stack } = stackWithCa();
  new InvocationAlarm(stack, 'Alarm');
  Annotations.fromStack(stack).hasInfo('/Stack/Alarm', Match.stringLikeRegexp('^AWS CloudTrail: the alarm needs a trail in this Region that records AWS Lambda data events'));
});

describe('an invocation in the data events of CloudTrail', () => {
  const { stack } = stackWithCa();
  new InvocationAlarm(stack, 'Alarm');
  const [id] = functionsOf(stack);
  const pattern = JSON.parse(JSON.stringify(propertiesOf(stack, 'AWS::Events::Rule').EventPattern)
    .replace(JSON.stringify(attributeOf(id, 'Arn')), JSON.stringify(FUNCTION_ARN)));

  const invocation = (userIdentity: object, detail: object = {}): object => ({
    'source': 'aws.lambda',
    'detail-type': 'AWS API Call via CloudTrail',
    'detail': {
      userIdentity,
      eventSource: 'lambda.amazonaws.com',
      eventName: 'Invoke',
      requestParameters: { functionName: FUNCTION_ARN, invocationType: 'Event' },
      resources: [{ accountId: '111122223333', type: 'AWS::Lambda::Function', ARN: FUNCTION_ARN }],
      managementEvent: false,
      readOnly: false,
      ...detail,
    },
  });
  const role = { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/Deploy/session' };

  test.each<[string, object]>([
    ['by CloudFormation on behalf of who deploys', { ...role, invokedBy: 'cloudformation.amazonaws.com' }],
    ['by CloudFormation itself', { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' }],
  ])('%s is no alarm', (_, identity) => {
    expect(matchesEvent(pattern, invocation(identity))).toBe(false);
  });

  test.each<[string, object]>([
    ['by a role', role],
    ['by a user', { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Alice' }],
    ['by the root user', { type: 'Root', arn: 'arn:aws:iam::111122223333:root' }],
    ['from another account', { type: 'AWSAccount', accountId: '444455556666' }],
    ['by another service', { type: 'AWSService', invokedBy: 'events.amazonaws.com' }],
    ['by a service that is called alike', { ...role, invokedBy: 'cloudformation.amazonaws.com.example.com' }],
  ])('%s is an alarm', (_, identity) => {
    expect(matchesEvent(pattern, invocation(identity))).toBe(true);
  });

  test.each(['InvokeAsync', 'InvokeWithResponseStream', 'Invoke20150331'])('by %s is an alarm', eventName => {
    expect(matchesEvent(pattern, invocation(role, { eventName }))).toBe(true);
  });

  test('of another function is no alarm', () => {
    expect(matchesEvent(pattern, invocation(role, { resources: [{ ARN: `${FUNCTION_ARN}-2` }] }))).toBe(false);
  });
});
