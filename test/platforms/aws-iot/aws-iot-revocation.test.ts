import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsIotRevocation, AwsIotRevocationProps, PrivateIotCa } from '../../../src';

const SUBJECT = { commonName: 'Acme IoT Root CA' };
const ENV = { account: '111111111111', region: 'eu-central-1' };

function declared(props: Partial<AwsIotRevocationProps> = {}, publishes = false): { stack: Stack; ca: PrivateIotCa; template: Template } {
  const stack = new Stack(new App(), 'Iot', { env: ENV });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: SUBJECT });
  if (publishes) {
    ca.publishRevocation();
  }
  new AwsIotRevocation(stack, 'Revocation', { ca, ...props });
  return { stack, ca, template: Template.fromStack(stack) };
}

const functionOf = (template: Template) => Object.entries(template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.awsIotRevocation' } }))[0];

/** The rights of the function, except those on its log. */
function rightsOf(template: Template): { action: string[]; resource: unknown; condition: unknown }[] {
  return Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Revocation'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }) => ({ action: [Action].flat().sort(), resource: Resource, condition: Condition }))
    .filter(({ action }) => !action[0].startsWith('logs:'));
}

test('the function gets the revocations of its CA alone, from a queue, and repeats only what has failed', () => {
  const { template } = declared();
  const [[queue]] = Object.entries(template.findResources('AWS::SQS::Queue', { Properties: { SqsManagedSseEnabled: true, VisibilityTimeout: 900 } }));
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      'source': ['private-iot-ca'], 'account': [ENV.account], 'detail-type': ['Certificate Revocation Changed'], 'detail': { ca: [{ Ref: Match.stringLikeRegexp('^Ca') }] },
    },
    Targets: [{ Arn: { 'Fn::GetAtt': [queue, 'Arn'] } }],
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: functionOf(template)[0] },
    EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 2 },
  });
});

test('only the rule may send messages to the queue, and nobody without TLS', () => {
  const policies = declared().template.findResources('AWS::SQS::QueuePolicy');
  const [[, { Properties: { PolicyDocument: { Statement } } }]] = Object.entries(policies).filter(([id]) => id.startsWith('Revocation'));
  expect(Statement).toEqual([
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    expect.objectContaining({
      Effect: 'Allow', Action: 'sqs:SendMessage', Principal: { Service: 'events.amazonaws.com' }, Condition: { ArnEquals: { 'aws:SourceArn': expect.anything() } },
    }),
  ]);
});

test('the function compares everything with AWS IoT Core once an hour, or as often as declared', () => {
  declared().template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
  const { template } = declared({ checkInterval: Duration.minutes(15) });
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(15 minutes)' });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Period: 900 });
});

test('an alarm goes off when two checks in a row have failed, or when none was made', () => {
  const { template } = declared();
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionOf(template)[0] } }],
    Statistic: 'Sum',
    Period: 3600,
    EvaluationPeriods: 2,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'breaching',
  });
});

test('an alarm goes off when the queue has not been empty for an hour', () => {
  const { template } = declared();
  const metric = (name: string) => Match.objectLike({
    MetricStat: {
      Metric: { Namespace: 'AWS/SQS', MetricName: name, Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['RevocationQueue56A829B1', 'QueueName'] } }] },
      Period: 60,
      Stat: 'Maximum',
    },
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'waiting + taken' }), metric('ApproximateNumberOfMessagesVisible'), metric('ApproximateNumberOfMessagesNotVisible'),
    ]),
    Threshold: 1,
    EvaluationPeriods: 60,
    DatapointsToAlarm: 55,
    TreatMissingData: 'notBreaching',
  });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 3600, VisibilityTimeout: 900 });
});

test('one alarm tells of failed checks, of what is not delivered and of what could not be announced', () => {
  const { stack, template } = declared();
  const { alarm } = stack.node.findChild('Revocation') as AwsIotRevocation;
  const [[id, { Properties }]] = Object.entries(template.findResources('AWS::CloudWatch::CompositeAlarm'));
  expect(stack.resolve(alarm.alarmArn)).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  const children = ['RevocationFailedChecksB2DD3E94', 'RevocationUndelivered9D622B5C', 'CaEventsAlarm30E8C51F'].flatMap(name => [{ 'Fn::GetAtt': [name, 'Arn'] }]);
  const [, parts] = Properties.AlarmRule['Fn::Join'];
  expect(parts.filter((part: unknown) => typeof part === 'object')).toEqual(children);
  expect(parts.filter((part: unknown) => typeof part === 'string').join('')).toBe('(ALARM("") OR ALARM("") OR ALARM(""))');
  expect(Properties.AlarmName).toBeUndefined(); // another stack of the same construct has an alarm of its own
});

describe('the check at the deployment', () => {
  const { template } = declared();
  const [[check, { Properties, DependsOn }]] = Object.entries(template.findResources('Custom::PlatformRevocationCheck'));

  test('is a resource of the same function, and has what the function works with as its properties', () => {
    const [id, { Properties: { Environment } }] = functionOf(template);
    expect(Properties).toEqual({
      ServiceToken: { 'Fn::GetAtt': [id, 'Arn'] }, ServiceTimeout: '1200', Environment: Environment.Variables,
    });
    expect(Object.keys(Properties.Environment).sort()).toEqual(['CA_ID', 'LEDGER_TABLE', 'STACK_ID']);
  });

  test('comes after the rights of the function, and before everything else that invokes it', () => {
    expect(DependsOn).toEqual(expect.arrayContaining(['RevocationRights728C9A1D', 'RevocationDeployedDD81BBD5', 'RevocationFunctionDeployedE4F6577A']));
    const dependsOn = (type: string, id: string) => template.findResources(type)[id].DependsOn;
    expect(dependsOn('AWS::Events::Rule', 'RevocationSchedule0AD28670')).toContain(check);
    expect(dependsOn('AWS::Lambda::EventSourceMapping', 'RevocationDeliveriesB4D938CF')).toContain(check);
  });

  test('comes before the alarm, which has a value then and does not go off at the first deployment', () => {
    expect(template.findResources('AWS::CloudWatch::Alarm').RevocationFailedChecksB2DD3E94.DependsOn)
      .toEqual(expect.arrayContaining(['RevocationDeliveriesB4D938CF', 'RevocationSchedule0AD28670']));
  });

  test('has everything compared once it has succeeded, without having the deployment wait', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.cloudformation'],
        'detail-type': ['CloudFormation Resource Status Change'],
        'detail': {
          'stack-id': [{ Ref: 'AWS::StackId' }], 'logical-resource-id': [check], 'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
        },
      },
      Targets: [{ Arn: { 'Fn::GetAtt': [functionOf(template)[0], 'Arn'] } }],
    });
  });
});

test('the function can read what is revoked and change the status of certificates, and nothing else', () => {
  const { template } = declared();
  const keys = (...prefixes: string[]) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes } });
  const onAll = (kind: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iot:eu-central-1:111111111111:${kind}/*`]] });
  const rights = rightsOf(template);
  expect(rights).toEqual(expect.arrayContaining([
    { action: ['dynamodb:GetItem'], resource: expect.anything(), condition: keys('issuer#*', 'revoked#*') },
    { action: ['dynamodb:Query'], resource: expect.anything(), condition: keys('revoked#*') },
    { action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resource: expect.anything(), condition: keys('disabled#*') },
    { action: ['iot:DescribeCertificate', 'iot:UpdateCertificate'], resource: onAll('cert'), condition: undefined },
    { action: ['iot:DescribeCACertificate', 'iot:UpdateCACertificate'], resource: onAll('cacert'), condition: undefined },
    { action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], resource: expect.anything(), condition: undefined },
  ]));
  expect(rights).toHaveLength(6);
  expect(functionOf(template)[1].Properties.Environment.Variables).toEqual({
    STACK_ID: { Ref: 'AWS::StackId' }, CA_ID: { Ref: expect.stringMatching(/^Ca/) }, LEDGER_TABLE: { Ref: expect.stringMatching(/^CaLedger/) },
  });
});

test('revocation lists can be published at the same time, and the stream of the ledger has its two readers', () => {
  const { template } = declared({}, true);
  expect(Object.values(template.findResources('AWS::Lambda::EventSourceMapping')).filter(({ Properties: { EventSourceArn } }) => /Ledger/.test(JSON.stringify(EventSourceArn)))).toHaveLength(2);
});

test('a CA has one in an app, because two would do the same', () => {
  const { stack, ca } = declared();
  expect(() => new AwsIotRevocation(stack, 'Again', { ca })).toThrow(
    'Iot/Again: ca must be a CA whose revocations are not carried over to AWS IoT Core yet, got Iot/Ca, for which Iot/Revocation does so');
});

test('a CA of another stack works in the same Region: its own stack announces the revocations', () => {
  const app = new App();
  const pki = new Stack(app, 'Pki', { env: ENV });
  const ca = new PrivateIotCa(pki, 'Ca', { subject: SUBJECT });
  const devices = new Stack(app, 'Devices', { env: ENV });
  new AwsIotRevocation(devices, 'Revocation', { ca });
  Template.fromStack(devices).resourceCountIs('AWS::SQS::Queue', 1);
  Template.fromStack(pki).hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.announce' });
  const elsewhere = new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } });
  expect(() => new AwsIotRevocation(elsewhere, 'Revocation', { ca })).toThrow(
    'Elsewhere/Revocation: ca must be in the account and the Region of the stack, 111111111111/us-east-1, where its revocations are announced, '
    + 'got Pki/Ca in 111111111111/eu-central-1');
});

test('a kept CA needs the ARN of its stream', () => {
  const stack = new Stack(new App(), 'Iot', { env: ENV });
  const ca = PrivateIotCa.fromKeptCa(stack, 'Ca', {
    caId: `ca-${'0'.repeat(32)}`,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
  });
  expect(() => new AwsIotRevocation(stack, 'Without', { ca })).toThrow('Iot/Ca/Events: ledgerStreamArn must be given for a CA whose ledger is not made in this stack');
  const stream = 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger/stream/2026-01-01T00:00:00.000';
  const other = new Stack(new App(), 'Iot', { env: ENV });
  new AwsIotRevocation(other, 'With', {
    ca: PrivateIotCa.fromKeptCa(other, 'Ca', {
      caId: `ca-${'0'.repeat(32)}`,
      ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
      privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
    }),
    ledgerStreamArn: stream,
  });
  Template.fromStack(other).hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: stream });
});

test('a check interval that is not known at synthesis is refused, because an alarm looks at as much time', () => {
  expect(() => declared({ checkInterval: Duration.minutes(Token.asNumber({ Ref: 'Minutes' })) }))
    .toThrow('Iot/Revocation: checkInterval must be known at synthesis, because an alarm looks at as much time, got a token; use a number');
});

test.each([[Duration.minutes(4), '4'], [Duration.minutes(1_441), '1441'], [Duration.seconds(330), '5.5']])('a check every %s is refused', (checkInterval, got) => {
  expect(() => declared({ checkInterval })).toThrow(`Iot/Revocation: checkInterval must be 5 to 1440 whole minutes, got ${got}`);
});
