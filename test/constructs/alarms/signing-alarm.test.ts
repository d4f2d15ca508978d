import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { IRole, Role } from 'aws-cdk-lib/aws-iam';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { KeyStorage, PrivateIotCa, SigningAlarm } from '../../../src';
import { matchesEvent } from '../../support/event-pattern';
import { opensslCa } from '../../support/foreign-ca';
import { attributeOf, propertiesOf, stackOf, stackWithCa } from '../../support/stacks';

const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321';
const ISSUER = 'arn:aws:iam::111122223333:role/Iot-PrivateIotCaProviderRole-ABC';

/** The role of the function that issues in the stack of the CA. */
const PROVIDER_ROLE = attributeOf('PrivateIotCaProviderRoleBEA645E4', 'Arn');

/** A CA whose key is in KMS, made there or there before. */
function caIn(stack: Stack, key?: IKey): PrivateIotCa {
  return new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, keyStorage: KeyStorage.kms({ key }) });
}

function importedRoles(stack: Stack, number: number): IRole[] {
  return Array.from({ length: number }, (_, index) => Role.fromRoleArn(stack, `Role${index}`, index === 0 ? ISSUER : `${ISSUER}${index}`));
}

/** The key of the CA. */
const KEY = attributeOf('CaSigningKeyRSA20481C0B8B127', 'Arn');

test('the template has a rule that is given read-only events, a topic that only EventBridge writes to, and the topic\'s key', () => {
  const stack = stackOf();
  new SigningAlarm(stack, 'Alarm', { ca: caIn(stack) });
  const { Resources } = Template.fromStack(stack).toJSON();
  const [rule, topic, policy, topicKey] = ['Rule80A46992', 'Topic3247EDB7', 'TopicPolicy3A733D97', 'TopicKeyF503DC1C'].map(id => Resources[`Alarm${id}`]);
  expect(rule).toEqual({
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: 'Reports principals that sign with the key of a CA but do not issue certificates',
      EventPattern: {
        'source': ['aws.kms'],
        'detail-type': ['AWS API Call via CloudTrail'],
        'detail': {
          eventSource: ['kms.amazonaws.com'],
          eventName: ['Sign'],
          resources: { ARN: [KEY] },
          $or: [
            { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'anything-but': [PROVIDER_ROLE] }] } } } },
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
              '"Signature without issuance: the CA key ',
              KEY,
              ' was used by <detail-userIdentity-arn> (<detail-userIdentity-type> of account <detail-userIdentity-accountId>) at <detail-eventTime> '
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

test('a topic of the app is in the place of the alarm\'s own, and has to be allowed', () => {
  const stack = stackOf();
  const topic = new Topic(stack, 'Mine', { enforceSSL: true });
  const alarm = new SigningAlarm(stack, 'Alarm', { ca: caIn(stack), topic });
  expect(alarm.topic).toBe(topic);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::SNS::Topic', 1);
  template.resourceCountIs('AWS::KMS::Key', 1); // the CA's own, and none for a topic
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'events.amazonaws.com' } })]) },
  });
});

test('requirements that the library can\'t check are named at synthesis', () => {
  const stack = stackOf();
  new SigningAlarm(stack, 'Alarm', { ca: caIn(stack) });
  Annotations.fromStack(stack).hasInfo('/Stack/Alarm', Match.stringLikeRegexp('^AWS CloudTrail: the alarm needs a trail in this Region'));
});

describe('a declaration that can\'t work is refused,', () => {
  test('such as more roles than a pattern has room for', () => {
    const stack = stackOf();
    expect(() => new SigningAlarm(stack, 'Alarm', { ca: caIn(stack), signers: importedRoles(stack, 9) }))
      .toThrow('Stack/Alarm: signers must be at most 8 roles, got 9');
  });

  test('such as a CA whose key is in a secret', () => {
    const { stack, ca } = stackWithCa();
    expect(() => new SigningAlarm(stack, 'Alarm', { ca }))
      .toThrow('Stack/Alarm: ca must be a CA whose key is in KMS, got Stack/Ca, whose key is in a secret; no service records signatures with such a key');
  });

  test('such as a key of another Region', () => {
    const stack = new Stack(new App(), 'Stack', { env: { region: 'us-east-1', account: '111122223333' } });
    expect(() => new SigningAlarm(stack, 'Alarm', { ca: caIn(stack, Key.fromKeyArn(stack, 'Key', KEY_ARN)) }))
      .toThrow('Stack/Alarm: key must be in the Region of the stack, us-east-1, where its use is recorded, got "eu-west-1"');
  });
});

test('the signers of other stacks cause no alarm, and neither does the function of the CA', () => {
  const stack = stackOf();
  new SigningAlarm(stack, 'Alarm', { ca: caIn(stack), signers: importedRoles(stack, 1) });
  expect(JSON.stringify(propertiesOf(stack, 'AWS::Events::Rule').EventPattern)).toContain(JSON.stringify({ 'anything-but': [PROVIDER_ROLE, ISSUER] }));
});

test('a CA of another stack is watched by its key, and the function of this stack issues', () => {
  const stack = stackOf();
  const ca = PrivateIotCa.fromPrivateIotCaAttributes(stack, 'Ca', {
    caId: 'ca-0123456789abcdef0123456789abcdef',
    certificatePem: opensslCa('Acme IoT Root CA').certificate,
    ledgerTableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/Ledger',
    signingKeyArn: KEY_ARN,
  });
  new SigningAlarm(stack, 'Alarm', { ca });
  const { EventPattern } = propertiesOf(stack, 'AWS::Events::Rule');
  expect(EventPattern).toMatchObject({ detail: { resources: { ARN: [KEY_ARN] } } });
  expect(JSON.stringify(EventPattern)).toContain(JSON.stringify({ 'anything-but': [PROVIDER_ROLE] }));
});

/** 64 characters, the longest name of a role. */
const LONG_NAME = 'Long'.repeat(16);

test('the longest pattern is no longer than EventBridge allows', () => {
  const signers = (stack: Stack): IRole[] => Array.from({ length: 8 }, (_, index) =>
    Role.fromRoleArn(stack, `Role${index}`, `arn:aws-us-gov:iam::111122223333:role/${index}${LONG_NAME.slice(1)}`));
  expect(JSON.stringify(patternFor(signers, `arn:aws-us-gov:iam::111122223333:role/${LONG_NAME}`)).length).toBeLessThanOrEqual(2048);
});

/** The pattern of an alarm for an imported key, without tokens; `own` is the role of the function. */
function patternFor(signers: (stack: Stack) => IRole[], own = ISSUER): object {
  const stack = stackOf();
  new SigningAlarm(stack, 'Alarm', { ca: caIn(stack, Key.fromKeyArn(stack, 'Key', KEY_ARN)), signers: signers(stack) });
  const pattern = JSON.stringify(propertiesOf(stack, 'AWS::Events::Rule').EventPattern);
  return JSON.parse(pattern.replace(JSON.stringify(PROVIDER_ROLE), JSON.stringify(own)));
}

describe('a signature in the events of CloudTrail', () => {
  const pattern = patternFor(stack => importedRoles(stack, 2).slice(1));

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
  ])('%s is no alarm', (_, detail) => {
    expect(matchesEvent(pattern, signature({ type: 'Root' }, detail))).toBe(false);
  });
});
