import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { OnEventOptions } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsIotRevocation, ExpiryAlarms, PrivateIotCa } from '../../../src';

function declared(): Template {
  const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  new AwsIotRevocation(stack, 'Revocation', { ca: new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } }) });
  return Template.fromStack(stack);
}

const announcing = (template: Template) => Object.keys(template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'index.announce' } }));

test('a function reads what is revoked and what is published from the stream of the ledger, with the keys only', () => {
  const template = declared();
  const [[ledger, { Properties: { StreamSpecification } }]] = Object.entries(template.findResources('AWS::DynamoDB::GlobalTable'));
  expect(StreamSpecification).toEqual({ StreamViewType: 'KEYS_ONLY' });
  const pattern = (prefix: string) => ({ Pattern: JSON.stringify({ dynamodb: { Keys: { pk: { S: [{ prefix }] } } } }) });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: announcing(template)[0] },
    EventSourceArn: { 'Fn::GetAtt': [ledger, 'StreamArn'] },
    FilterCriteria: { Filters: [pattern('revoked#'), pattern('crl#')] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 10,
    StartingPosition: 'TRIM_HORIZON',
  });
});

test('the function can read that, and put events on the default bus, and nothing else', () => {
  const rights = Object.entries(declared().findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('CaEvents'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }) => ({ action: [Action].flat().sort(), resource: Resource, condition: Condition }))
    .filter(({ action }) => !action[0].startsWith('logs:'));
  expect(rights).toEqual(expect.arrayContaining([
    { action: ['dynamodb:GetItem'], resource: expect.anything(), condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['revoked#*', 'crl#*'] } } },
    {
      action: ['events:PutEvents'],
      resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-central-1:111111111111:event-bus/default']] },
      condition: { 'ForAllValues:StringEquals': { 'events:source': 'private-iot-ca' } },
    },
    { action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], resource: expect.anything(), condition: undefined },
    { action: ['dynamodb:ListStreams'], resource: '*', condition: undefined },
    { action: ['sqs:SendMessage'], resource: { 'Fn::GetAtt': ['CaEventsGivenUpB6BF5D31', 'Arn'] }, condition: undefined },
  ]));
  expect(rights).toHaveLength(5);
});

test('changes that are given up are kept in a queue, and an alarm goes off as long as they are there', () => {
  const template = declared();
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: announcing(template)[0] },
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['CaEventsGivenUpB6BF5D31', 'Arn'] } } },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 3600, VisibilityTimeout: Match.absent(), SqsManagedSseEnabled: true });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: 'Changes of the ledger of the CA Iot/Ca could not be announced, so rules have no events of them. What carries revocations over finds these by '
      + 'its next check, but no ends of holds. The alarm ends when the queue GivenUp of the CA is empty',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['CaEventsGivenUpB6BF5D31', 'QueueName'] } }],
    Threshold: 1,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
  });
});

test('the logical IDs are final', () => {
  const { Resources } = declared().toJSON() as { Resources: { [id: string]: { Type: string } } };
  expect(Object.entries(Resources).filter(([id]) => /^(CaEvents|Revocation)/.test(id)).map(([id, { Type }]) => `${Type} ${id}`).sort()).toEqual([
    'AWS::CloudWatch::Alarm CaEventsAlarm30E8C51F',
    'AWS::CloudWatch::Alarm RevocationFailedChecksB2DD3E94',
    'AWS::CloudWatch::Alarm RevocationUndelivered9D622B5C',
    'AWS::CloudWatch::CompositeAlarm RevocationAlarmB0365322',
    'AWS::Events::Rule RevocationDeployedDD81BBD5',
    'AWS::Events::Rule RevocationEventsB72925D0',
    'AWS::Events::Rule RevocationSchedule0AD28670',
    'AWS::IAM::Policy CaEventsLoggingD8EB62F3',
    'AWS::IAM::Policy CaEventsRights9868B776',
    'AWS::IAM::Policy CaEventsStream38349F24',
    'AWS::IAM::Policy RevocationLoggingCD222F83',
    'AWS::IAM::Policy RevocationMessagesEDF04DA0',
    'AWS::IAM::Policy RevocationRights728C9A1D',
    'AWS::IAM::Role CaEventsRole2EBFF84E',
    'AWS::IAM::Role RevocationRole69B4E0B7',
    'AWS::Lambda::EventSourceMapping CaEventsLedgerChanges5319D625',
    'AWS::Lambda::EventSourceMapping RevocationDeliveriesB4D938CF',
    'AWS::Lambda::Function CaEventsFunction0C5A6518',
    'AWS::Lambda::Function RevocationFunction1DD5D3CD',
    'AWS::Lambda::Permission RevocationFunctionDeployedE4F6577A',
    'AWS::Lambda::Permission RevocationFunctionSchedule4492AC94',
    'AWS::Logs::LogGroup CaEventsLog93CED122',
    'AWS::Logs::LogGroup RevocationLogC0683E0B',
    'AWS::SQS::Queue CaEventsGivenUpB6BF5D31',
    'AWS::SQS::Queue RevocationQueue56A829B1',
    'AWS::SQS::QueuePolicy CaEventsGivenUpPolicy5B08AF10',
    'AWS::SQS::QueuePolicy RevocationQueuePolicy2FB68CBB',
    'Custom::PlatformRevocationCheck RevocationCheckC0AFB560',
  ]);
});

test('all events together need no more filters than the five that Lambda takes', () => {
  const stack = new Stack(new App(), 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } });
  [
    ca.onCertificateIssued, ca.onCertificateRenewed, ca.onCertificateExpiring, ca.onCertificateRefused, ca.onRevocationChanged,
    ca.onRevocationListsPublished,
  ].forEach((on, n) => on.call(ca, `Rule${n}`));
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::EventSourceMapping'));
  expect(Properties.FilterCriteria.Filters).toHaveLength(5);
});

describe('a rule for certificates that end soon', () => {
  const said = (declare: (ca: PrivateIotCa) => unknown): unknown[] => {
    const app = new App();
    const stack = new Stack(app, 'Iot');
    declare(new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } }));
    app.synth();
    return Annotations.fromStack(stack).findInfo('/Iot/Ca/Expiring', Match.stringLikeRegexp('expiry-unwatched')).map(({ entry }) => entry.data);
  };

  test('brings a note if nothing looks for them', () => {
    expect(said(ca => ca.onCertificateExpiring('Expiring'))).toEqual([expect.stringContaining('nothing in this app looks for certificates of Iot/Ca that end soon, '
      + 'so there are no such events: declare ExpiryAlarms for the CA')]);
  });

  test('brings none with alarms of the CA, even if they are declared after it', () => {
    expect(said(ca => {
      ca.onCertificateExpiring('Expiring');
      new ExpiryAlarms(ca.stack, 'Expiry', { ca });
    })).toEqual([]);
  });

  test('brings a note if only another CA has alarms', () => {
    expect(said(ca => {
      ca.onCertificateExpiring('Expiring');
      new ExpiryAlarms(ca.stack, 'Expiry', { ca: new PrivateIotCa(ca.stack, 'Other', { subject: { commonName: 'Other' } }) });
    })).toHaveLength(1);
  });
});

describe('a rule of a user', () => {
  function withRule(declare: (ca: PrivateIotCa) => unknown): Template {
    const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
    declare(new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } }));
    return Template.fromStack(stack);
  }

  const target = (stack: Stack) => new SnsTopic(Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111111111111:pki'));

  test.each<[string, string, (ca: PrivateIotCa, options: OnEventOptions) => unknown]>([
    ['an issued certificate', 'Certificate Issued', (ca, options) => ca.onCertificateIssued('Rule', options)],
    ['a certificate whose end is near', 'Certificate Expiring', (ca, options) => ca.onCertificateExpiring('Rule', options)],
    ['a refused certificate', 'Certificate Refused', (ca, options) => ca.onCertificateRefused('Rule', options)],
    ['a renewed certificate', 'Certificate Renewed', (ca, options) => ca.onCertificateRenewed('Rule', options)],
    ['a revocation', 'Revocation Changed', (ca, options) => ca.onRevocationChanged('Rule', options)],
    ['published lists', 'Revocation Lists Published', (ca, options) => ca.onRevocationListsPublished('Rule', options)],
  ])('is told of %s of this CA alone', (_, type, declare) => {
    const template = withRule(ca => declare(ca, { target: target(ca.stack), description: 'for the fleet' }));
    template.hasResourceProperties('AWS::Events::Rule', {
      Description: 'for the fleet',
      EventPattern: {
        'source': ['private-iot-ca'],
        'account': ['111111111111'],
        'detail-type': [Match.stringLikeRegexp(type)],
        'detail': { ca: [{ Ref: Match.stringLikeRegexp('^Ca') }] },
      },
      Targets: [Match.objectLike({ Arn: 'arn:aws:sns:eu-central-1:111111111111:pki' })],
    });
    expect(announcing(template)).toHaveLength(1);
  });

  test('reads certificates from the stream only if it is about them, since each of them then invokes the function', () => {
    const filters = (template: Template) => Object.values(template.findResources('AWS::Lambda::EventSourceMapping'))
      .flatMap(({ Properties }) => Properties.FilterCriteria.Filters).map(({ Pattern }) => /"prefix":"(.*?)"/.exec(Pattern)![1]);
    expect(filters(withRule(ca => ca.onRevocationChanged('Rule')))).toEqual(['revoked#', 'crl#']);
    expect(filters(withRule(ca => ca.onCertificateRefused('Rule')))).toEqual(['revoked#', 'crl#', 'resource#']);
    expect(filters(withRule(ca => [ca.onCertificateIssued('One'), ca.onCertificateIssued('Two')]))).toEqual(['revoked#', 'crl#', 'issuer#']);
  });

  test('about refusals reads nothing else about resources from the stream', () => {
    const template = withRule(ca => ca.onCertificateRefused('Rule'));
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FilterCriteria: { Filters: Match.arrayWith([{ Pattern: JSON.stringify({ dynamodb: { Keys: { pk: { S: [{ prefix: 'resource#' }] }, sk: { S: ['refused'] } } } }) }]) },
    });
  });

  test('can match less, and be in another stack', () => {
    const app = new App();
    const ca = new PrivateIotCa(new Stack(app, 'Pki'), 'Ca', { subject: { commonName: 'Acme IoT Root CA' } });
    const fleet = new Stack(app, 'Fleet');
    ca.onRevocationChanged('Compromised', { crossStackScope: fleet, eventPattern: { detail: { reason: ['keyCompromise'] } } });
    Template.fromStack(fleet).hasResourceProperties('AWS::Events::Rule', { EventPattern: { detail: { reason: ['keyCompromise'], ca: [Match.anyValue()] } } });
  });

  test('has an id that no construct of this library has', () => {
    expect(() => withRule(ca => ca.onRevocationChanged('Events'))).toThrow(
      'Iot/Ca: id must not be one of Events, Revocation, RevokeFunction, which constructs of this library have below a CA, got "Events"');
  });
});
