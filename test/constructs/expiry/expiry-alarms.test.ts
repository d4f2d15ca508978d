import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { ExpiryAlarms, ExpiryAlarmsProps, PrivateIotCa } from '../../../src';

function declared(props: Partial<ExpiryAlarmsProps> = {}, validity = Duration.days(3650)): { template: Template; made: ExpiryAlarms } {
  const stack = new Stack(new App(), 'Iot', { env: { account: '111111111111', region: 'eu-central-1' } });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, validity });
  const made = new ExpiryAlarms(stack, 'Expiry', { ca, ...props });
  return { made, template: Template.fromStack(stack) };
}

/** A number that is known only at deployment. */
const DAYS = Token.asNumber({ Ref: 'Days' });

/** The alarms of thresholds: the kind, and the days. */
const thresholds = (template: Template): { [kind: string]: number } => Object.fromEntries(
  Object.values(template.findResources('AWS::CloudWatch::Alarm', { Properties: { MetricName: 'DaysToExpiry' } })).map(({ Properties }) =>
    [Properties.Dimensions.find(({ Name }: { Name: string }) => Name === 'Kind').Value, Properties.Threshold]));

test('by default, alarms go off a year before the end of a CA of ten years, and in time for what it has issued', () => {
  expect(thresholds(declared().template)).toEqual({ ca: 365, subordinate: 180, server: 14, device: 28 });
});

test('the alarm of a CA whose validity is known only at deployment goes off 180 days before its end', () => {
  expect(thresholds(declared({}, Duration.days(DAYS)).template)).toMatchObject({ ca: 180 });
});

test('the alarm of a CA that lives for a shorter time goes off later', () => {
  expect(thresholds(declared({}, Duration.days(500)).template)).toMatchObject({ ca: 100 });
});

test('thresholds can be declared, also for verification certificates', () => {
  const { template } = declared({ thresholds: { ca: Duration.days(800), devices: Duration.days(10), verificationCertificates: Duration.days(5) } });
  expect(thresholds(template)).toEqual({ ca: 800, subordinate: 180, server: 14, device: 10, verification: 5 });
});

test('the alarms compare the least days within a day, and one more alarm goes off if the function fails', () => {
  const { template, made } = declared();
  expect(made.alarms).toHaveLength(5);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'PrivateIotCa',
    MetricName: 'DaysToExpiry',
    Statistic: 'Minimum',
    Period: 86_400,
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
    AlarmDescription: 'A device certificate that was issued by Iot/Ca ends in less than 28 days; private-iot-ca list --expiring 28d shows which one',
  });
});

test('one of the alarms goes off if the function fails, or is no longer invoked, but not before its first run', () => {
  declared().template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: 'The ends of the certificates of the CA Iot/Ca are not watched; see the log of the function',
    Metrics: [
      Match.objectLike({ Expression: 'FILL(errors, 1) + 0 * FILL(errors, REPEAT)' }),
      Match.objectLike({ Id: 'errors', MetricStat: { Metric: Match.objectLike({ Namespace: 'AWS/Lambda', MetricName: 'Errors' }), Period: 43_200, Stat: 'Sum' }, ReturnData: false }),
    ],
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    TreatMissingData: 'ignore',
  });
});

test('a topic is told of every alarm', () => {
  const stack = new Stack(new App(), 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' } });
  new ExpiryAlarms(stack, 'Expiry', { ca, topic: new Topic(stack, 'Topic') });
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).toHaveLength(5);
  alarms.forEach(({ Properties }) => expect(Properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Topic/) }]));
});

test('the function looks twice a day, as far ahead as the longest threshold, and may record nothing but what it announces', () => {
  const { template } = declared({ announce: [7, 90].map(days => Duration.days(days)) });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'index.watch', Environment: { Variables: Match.objectLike({ ANNOUNCED_DAYS: '[7,90]', WINDOW_DAYS: '365' }) },
  });
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(12 hours)' });
  const [{ Properties }] = Object.values(template.findResources('AWS::IAM::Policy', { Properties: { PolicyName: Match.stringLikeRegexp('^ExpiryRights') } }));
  const rights = Properties.PolicyDocument.Statement.map(({ Action, Condition }: any) => [Action, Condition?.['ForAllValues:StringLike']['dynamodb:LeadingKeys']]);
  expect(rights).toEqual([
    ['dynamodb:Query', undefined],
    ['dynamodb:GetItem', ['identity#*', 'issuer#*', 'revoked#*', 'expiry#*']],
    ['dynamodb:Query', ['revoked#*']],
    ['dynamodb:PutItem', ['expiry#*']],
  ]);
});

test('the logical IDs are final', () => {
  const { Resources } = declared().template.toJSON() as { Resources: { [id: string]: { Type: string } } };
  expect(Object.entries(Resources).filter(([id]) => id.startsWith('Expiry')).map(([id, { Type }]) => `${Type} ${id}`).sort()).toEqual([
    'AWS::CloudWatch::Alarm ExpiryAlarmca706FFCCB',
    'AWS::CloudWatch::Alarm ExpiryAlarmdevice1867D195',
    'AWS::CloudWatch::Alarm ExpiryAlarmserver3049C373',
    'AWS::CloudWatch::Alarm ExpiryAlarmsubordinateB49CE2A6',
    'AWS::CloudWatch::Alarm ExpiryFailedChecks1E03A7CA',
    'AWS::Events::Rule ExpirySchedule7FE23E17',
    'AWS::IAM::Policy ExpiryLoggingC858E40B',
    'AWS::IAM::Policy ExpiryRightsF780FC20',
    'AWS::IAM::Role ExpiryRole1401B7F6',
    'AWS::Lambda::Function ExpiryFunctionA4503985',
    'AWS::Lambda::Permission ExpiryFunctionSchedule66146DBC',
    'AWS::Logs::LogGroup ExpiryLog36827F29',
  ]);
});

test.each<[string, Partial<ExpiryAlarmsProps>, RegExp]>([
  ['a threshold that is not in whole days', { thresholds: { servers: Duration.hours(30) } }, /^Iot\/Expiry: thresholds\.servers must be whole days, from 1 to 3650, got 1\.25$/],
  ['an announcement after the end', { announce: [Duration.days(0)] }, /^Iot\/Expiry: announce must be whole days, from 1 to 3650, got 0$/],
  ['a threshold that is not known at synthesis', { thresholds: { ca: Duration.days(DAYS) } }, /^Iot\/Expiry: thresholds\.ca must be known at synthesis, because the function looks as far ahead, got a token; use a number$/],
  ['an announcement that is not known at synthesis', { announce: [Duration.days(7), Duration.days(DAYS)] }, /^Iot\/Expiry: announce must be known at synthesis, .* got a token; use a number$/],
  ['too many announcements', { announce: Array.from({ length: 11 }, (_, n) => Duration.days(n + 1)) }, /^Iot\/Expiry: announce must have at most 10 items, got 11$/],
])('%s is refused at synthesis', (_, props, expected) => {
  expect(() => declared(props)).toThrow(expected);
});

test('a topic in another Region is refused at synthesis, because an alarm can\'t publish there', () => {
  const stack = new Stack(new App(), 'Elsewhere', { env: { account: '111111111111', region: 'us-east-1' } });
  const topic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:111111111111:Alarms');
  expect(() => declared({ topic })).toThrow(/^Iot\/Expiry: topic must be in the Region of the stack, eu-central-1, because an alarm can't publish elsewhere, got Elsewhere\/Topic in us-east-1$/);
});

test.each([
  ['account and Region', { account: '222222222222', region: 'us-east-1' }, '222222222222/us-east-1'],
  ['account', { account: '222222222222' }, '222222222222/unknown-region'],
])('a CA in another %s is refused at synthesis, because its metrics are there', (_, env, place) => {
  const app = new App();
  const ca = new PrivateIotCa(new Stack(app, 'Pki', { env: { account: '111111111111', region: 'eu-central-1' } }), 'Ca', { subject: { commonName: 'Root' } });
  expect(() => new ExpiryAlarms(new Stack(app, 'Elsewhere', { env }), 'Expiry', { ca }))
    .toThrow(`Elsewhere/Expiry: ca must be in the account and the Region of the stack, ${place}, got Pki/Ca in 111111111111/eu-central-1`);
});
