import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SigningAlarm } from '../src';
import { matchesEvent } from './support/event-pattern';
import { propertiesOf, stackOf } from './support/stacks';

const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321';
const ISSUER = 'arn:aws:iam::111122223333:role/Iot-PrivateIotCaProviderRole-ABC';

function signingKey(stack: Stack): Key {
  return new Key(stack, 'Key', { keySpec: KeySpec.RSA_2048, keyUsage: KeyUsage.SIGN_VERIFY });
}

function issuerRole(stack: Stack): Role {
  return new Role(stack, 'Issuer', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
}

function importedRoles(stack: Stack, number: number): IRole[] {
  return Array.from({ length: number }, (_, index) => Role.fromRoleArn(stack, `Role${index}`, index === 0 ? ISSUER : `${ISSUER}${index}`));
}

test('the template has a rule that is given read-only events, a topic that only EventBridge writes to, and the topic\'s key', () => {
  const stack = stackOf();
  new SigningAlarm(stack, 'Alarm', { key: signingKey(stack), signers: [issuerRole(stack)] });
  const { Resources } = Template.fromStack(stack).toJSON();
  const [rule, topic, policy, topicKey] = ['Rule80A46992', 'Topic3247EDB7', 'TopicPolicy3A733D97', 'TopicKeyF503DC1C'].map(id => Resources[`Alarm${id}`]);
  expect(rule).toEqual({
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: 'Tells of signatures with the key of a CA by others than those who issue',
      EventPattern: {
        'source': ['aws.kms'],
        'detail-type': ['AWS API Call via CloudTrail'],
        'detail': {
          eventSource: ['kms.amazonaws.com'],
          eventName: ['Sign'],
          resources: { ARN: [{ 'Fn::GetAtt': ['Key961B73FD', 'Arn'] }] },
          $or: [
            { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'anything-but': [{ 'Fn::GetAtt': ['Issuer1D70E51A', 'Arn'] }] }] } } } },
            { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ exists: false }] } } } },
          ],
        },
      },
      State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
      Targets: [{
        Arn: { Ref: 'AlarmTopic3247EDB7' },
        Id: 'Target0',
        InputTransformer: {
          InputPathsMap: {
            'detail-userIdentity-arn': '$.detail.userIdentity.arn',
            'detail-userIdentity-type': '$.detail.userIdentity.type',
            'detail-userIdentity-accountId': '$.detail.userIdentity.accountId',
            'detail-eventTime': '$.detail.eventTime',
            'detail-sourceIPAddress': '$.detail.sourceIPAddress',
            'detail-errorCode': '$.detail.errorCode',
            'detail-eventID': '$.detail.eventID',
          },
          InputTemplate: {
            'Fn::Join': ['', [
              '"Signing without issuing: the key of a CA, ',
              { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] },
              ', was used by <detail-userIdentity-arn> (<detail-userIdentity-type> of account <detail-userIdentity-accountId>) at <detail-eventTime> '
              + 'from <detail-sourceIPAddress>. Error, if it was refused: <detail-errorCode>. CloudTrail event: <detail-eventID>."',
            ]],
          },
        },
      }],
    },
  });
  expect(topic.Properties).toEqual({ KmsMasterKeyId: { 'Fn::GetAtt': ['AlarmTopicKeyF503DC1C', 'Arn'] } });
  expect(policy.Properties.PolicyDocument.Statement).toEqual([
    {
      Sid: 'AllowPublishThroughSSLOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sns:Publish',
      Resource: { Ref: 'AlarmTopic3247EDB7' },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    { Sid: '1', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish', Resource: { Ref: 'AlarmTopic3247EDB7' } },
  ]);
  expect(topicKey).toMatchObject({ DeletionPolicy: 'Delete', Properties: { EnableKeyRotation: true } });
  expect(topicKey.Properties.KeyPolicy.Statement.slice(1)).toEqual([
    { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*' },
  ]);
});

test('a topic of one\'s own is told in its place, and is allowed to be', () => {
  const stack = stackOf();
  const topic = new Topic(stack, 'Mine', { enforceSSL: true });
  const alarm = new SigningAlarm(stack, 'Alarm', { key: signingKey(stack), signers: [issuerRole(stack)], topic });
  expect(alarm.topic).toBe(topic);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::SNS::Topic', 1);
  template.resourceCountIs('AWS::KMS::Key', 1);
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'events.amazonaws.com' } })]) },
  });
});

test('what nothing here can check is said at synthesis', () => {
  const stack = stackOf();
  new SigningAlarm(stack, 'Alarm', { key: signingKey(stack), signers: [issuerRole(stack)] });
  Annotations.fromStack(stack).hasInfo('/Stack/Alarm', Match.stringLikeRegexp('^AWS CloudTrail: the alarm needs a trail in this Region'));
});

describe('a declaration that can\'t work is refused:', () => {
  test.each([0, 11])('%i signers', number => {
    const stack = stackOf();
    expect(() => new SigningAlarm(stack, 'Alarm', { key: signingKey(stack), signers: importedRoles(stack, number) }))
      .toThrow(`Stack/Alarm: signers must be 1 to 10 roles, got ${number}`);
  });

  test('a key of another Region', () => {
    const stack = new Stack(new App(), 'Stack', { env: { region: 'us-east-1', account: '111122223333' } });
    expect(() => new SigningAlarm(stack, 'Alarm', { key: Key.fromKeyArn(stack, 'Key', KEY_ARN), signers: importedRoles(stack, 1) }))
      .toThrow('Stack/Alarm: key must be in the Region of the stack, us-east-1, where its use is recorded, got eu-west-1');
  });
});

/** 64 characters, the longest name of a role. */
const LONG_NAME = 'Long'.repeat(16);

test('the longest pattern is no longer than EventBridge takes', () => {
  const signers = (stack: Stack): IRole[] => Array.from({ length: 10 }, (_, index) =>
    Role.fromRoleArn(stack, `Role${index}`, `arn:aws-us-gov:iam::111122223333:role/${index}${LONG_NAME.slice(1)}`));
  expect(JSON.stringify(patternFor(signers)).length).toBeLessThanOrEqual(2048);
});

/** The pattern of an alarm for an imported key, without tokens. */
function patternFor(signers: (stack: Stack) => IRole[]): object {
  const stack = stackOf();
  new SigningAlarm(stack, 'Alarm', { key: Key.fromKeyArn(stack, 'Key', KEY_ARN), signers: signers(stack) });
  return propertiesOf(stack, 'AWS::Events::Rule').EventPattern as object;
}

describe('of the events that CloudTrail delivers, a signature', () => {
  const pattern = patternFor(stack => importedRoles(stack, 2));

  /** An event of the form of https://docs.aws.amazon.com/kms/latest/developerguide/ct-sign.html, as EventBridge wraps it. */
  const signature = (userIdentity: object, detail: object = {}): object => ({
    'source': 'aws.kms',
    'detail-type': 'AWS API Call via CloudTrail',
    'account': '111122223333',
    'region': 'eu-west-1',
    'resources': [],
    'detail': {
      eventVersion: '1.08',
      userIdentity,
      eventTime: '2026-03-01T12:00:00Z',
      eventSource: 'kms.amazonaws.com',
      eventName: 'Sign',
      sourceIPAddress: '192.0.2.1',
      requestParameters: { messageType: 'RAW', keyId: KEY_ARN, signingAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
      readOnly: true,
      resources: [{ accountId: '111122223333', type: 'AWS::KMS::Key', ARN: KEY_ARN }],
      managementEvent: true,
      ...detail,
    },
  });
  const session = (roleArn: string): object => ({
    type: 'AssumedRole',
    arn: `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/session`,
    accountId: '111122223333',
    sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn, accountId: '111122223333' }, attributes: { mfaAuthenticated: 'false' } },
  });

  test.each<[string, object]>([
    ['by the role that issues', session(ISSUER)],
    ['by the second role that issues', session(`${ISSUER}1`)],
  ])('%s is no alarm', (_, identity) => {
    expect(matchesEvent(pattern, signature(identity))).toBe(false);
  });

  test.each<[string, object]>([
    ['by another role', session('arn:aws:iam::111122223333:role/Admin')],
    ['by a role whose name begins like the issuer\'s', session(`${ISSUER}D`)],
    ['by a role of that name in another account', session(ISSUER.replace('111122223333', '444455556666'))],
    ['by a user', { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Alice', accountId: '111122223333', userName: 'Alice' }],
    ['by a user with a session of a console', { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Alice', sessionContext: { attributes: { mfaAuthenticated: 'true' } } }],
    ['by a federated user', { type: 'FederatedUser', sessionContext: { sessionIssuer: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Alice' } } }],
    ['by the root user', { type: 'Root', arn: 'arn:aws:iam::111122223333:root', accountId: '111122223333' }],
    ['by a service', { type: 'AWSService', invokedBy: 'example.amazonaws.com' }],
    ['from another account', { type: 'AWSAccount', accountId: '444455556666', principalId: 'AIDAEXAMPLE' }],
  ])('%s is an alarm', (_, identity) => {
    expect(matchesEvent(pattern, signature(identity))).toBe(true);
  });

  test('that was refused is an alarm', () => {
    expect(matchesEvent(pattern, signature(session('arn:aws:iam::111122223333:role/Admin'), { errorCode: 'AccessDenied' }))).toBe(true);
  });

  test.each<[string, object]>([
    ['with another key', { resources: [{ type: 'AWS::KMS::Key', ARN: `${KEY_ARN.slice(0, -1)}0` }] }],
    ['that is verified', { eventName: 'Verify' }],
    ['of another service', { eventSource: 'signer.amazonaws.com' }],
  ])('%s is none', (_, detail) => {
    expect(matchesEvent(pattern, signature({ type: 'Root' }, detail))).toBe(false);
  });
});
