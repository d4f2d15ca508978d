import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsIotRevocation, PrivateIotCa } from '../../../src';

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
    StartingPosition: 'TRIM_HORIZON',
  });
});

test('the function can read that, and put events on the default bus, and nothing else', () => {
  const rights = Object.entries(declared().findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('CaRevocationEvents'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource, Condition }) => ({ action: [Action].flat().sort(), resource: Resource, condition: Condition }))
    .filter(({ action }) => !action[0].startsWith('logs:'));
  expect(rights).toEqual(expect.arrayContaining([
    { action: ['dynamodb:GetItem'], resource: expect.anything(), condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['revoked#*', 'crl#*'] } } },
    {
      action: ['events:PutEvents'],
      resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-central-1:111111111111:event-bus/default']] },
      condition: undefined,
    },
    { action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], resource: expect.anything(), condition: undefined },
    { action: ['dynamodb:ListStreams'], resource: '*', condition: undefined },
  ]));
  expect(rights).toHaveLength(4);
});

test('the logical IDs are final', () => {
  const { Resources } = declared().toJSON() as { Resources: { [id: string]: { Type: string } } };
  expect(Object.entries(Resources).filter(([id]) => /^(CaRevocationEvents|Revocation)/.test(id)).map(([id, { Type }]) => `${Type} ${id}`).sort()).toEqual([
    'AWS::CloudWatch::Alarm RevocationAlarmB0365322',
    'AWS::Events::Rule RevocationEventsB72925D0',
    'AWS::Events::Rule RevocationSchedule0AD28670',
    'AWS::IAM::Policy CaRevocationEventsLogging8FFEF1C9',
    'AWS::IAM::Policy CaRevocationEventsRights181D4F41',
    'AWS::IAM::Policy CaRevocationEventsStreamCB7DA8B5',
    'AWS::IAM::Policy RevocationLoggingCD222F83',
    'AWS::IAM::Policy RevocationMessagesEDF04DA0',
    'AWS::IAM::Policy RevocationRights728C9A1D',
    'AWS::IAM::Role CaRevocationEventsRole4510B4D3',
    'AWS::IAM::Role RevocationRole69B4E0B7',
    'AWS::Lambda::EventSourceMapping CaRevocationEventsRevocationsA880DE55',
    'AWS::Lambda::EventSourceMapping RevocationDeliveriesB4D938CF',
    'AWS::Lambda::Function CaRevocationEventsFunction5ADEA7A5',
    'AWS::Lambda::Function RevocationFunction1DD5D3CD',
    'AWS::Lambda::Permission RevocationFunctionSchedule4492AC94',
    'AWS::Logs::LogGroup CaRevocationEventsLog8BF6352B',
    'AWS::Logs::LogGroup RevocationLogC0683E0B',
    'AWS::SQS::Queue RevocationQueue56A829B1',
    'AWS::SQS::QueuePolicy RevocationQueuePolicy2FB68CBB',
  ]);
});
