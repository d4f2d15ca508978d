import { App, Duration, Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, Effect, ManagedPolicy, PermissionsBoundary, PolicyStatement, PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { PrivateIotCa, Renewal } from '../../../src';

/** What the function of a CA whose key is in a secret does. */
const NEEDED = ['cloudformation:ListStackResources', 'dynamodb:*', 'logs:*', 'secretsmanager:*'];

/** An app with a CA whose roles have a boundary of these statements. */
function withBoundary(...statements: PolicyStatementProps[]): App {
  const app = new App();
  const stack = new Stack(app, 'Iot');
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  const boundary = new ManagedPolicy(stack, 'Boundary', { statements: statements.map(props => new PolicyStatement({ resources: ['*'], ...props })) });
  PermissionsBoundary.of(app).apply(boundary);
  return app;
}

test.each<[string, PolicyStatementProps[]]>([
  ['everything', [{ actions: ['*'] }]],
  ['each action that a function needs', [{ actions: NEEDED }]],
  ['each action by patterns, in another case', [{ actions: ['cloudformation:List*kResources', 'DynamoDB:*', 'logs:*', 'secretsmanager:*'] }]],
  ['everything but what is dangerous', [{ notActions: ['iam:*', 'organizations:*'] }]],
  ['everything, and denies another action', [{ actions: ['*'] }, { effect: Effect.DENY, actions: ['iam:*'] }]],
  ['everything, and denies an action on some resources', [{ actions: ['*'] }, { effect: Effect.DENY, actions: ['dynamodb:*'], resources: ['arn:aws:dynamodb:*:*:table/x'] }]],
])('a boundary that allows %s is good', (_, statements) => {
  expect(() => withBoundary(...statements).synth()).not.toThrow();
});

test.each<[string, PolicyStatementProps[], string]>([
  ['lacks an action', [{ actions: NEEDED.filter(action => !action.startsWith('cloudformation')) }], 'cloudformation:ListStackResources'],
  ['excludes an action', [{ notActions: ['dynamodb:PutItem', 'iam:*'] }], 'dynamodb:PutItem'],
  ['denies an action', [{ actions: ['*'] }, { effect: Effect.DENY, actions: ['secretsmanager:Get*'] }], 'secretsmanager:GetSecretValue'],
])('a boundary that %s is an error, which names the action and the boundary', (_, statements, action) => {
  expect(() => withBoundary(...statements).synth()).toThrow('[Iot/PrivateIotCaProvider] the permissions boundary of the role must allow what the function does, '
    + `got Iot/Boundary/Resource, which does not allow ${action}; add these actions to the boundary`);
});

test('a boundary must allow a function whose role is that of another function what that one does', () => {
  const app = withBoundary({ actions: ['*'] }, { effect: Effect.DENY, actions: ['secretsmanager:PutSecretValue'] });
  const ca = app.node.findChild('Iot').node.findChild('Ca') as PrivateIotCa;
  ca.addDeviceCertificate('Device', { subject: { commonName: 'sensor-001' }, renewal: Renewal.beforeExpiry(Duration.days(30)) });
  expect(() => app.synth()).toThrow('[Iot/PrivateIotCaRenewals] the permissions boundary of the role must allow what the function does, '
    + 'got Iot/Boundary/Resource, which does not allow secretsmanager:PutSecretValue; add these actions to the boundary');
});

test('a boundary that is made elsewhere is left to IAM', () => {
  const app = new App();
  const stack = new Stack(app, 'Iot');
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'iot-boundary'));
  expect(() => app.synth()).not.toThrow();
});

test.each([['??????????????:ListStack*', true], ['cloudformation.ListStackResources', false]])('a pattern of IAM (%s) is read as IAM reads it', (pattern, isAllowed) => {
  const app = new App();
  const stack = new Stack(app, 'Iot');
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  const { ref } = new CfnManagedPolicy(stack, 'Boundary', {
    policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [...NEEDED.slice(1), pattern], Resource: '*' }] },
  });
  PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyArn(stack, 'Imported', ref));
  isAllowed ? expect(() => app.synth()).not.toThrow() : expect(() => app.synth()).toThrow('got Iot/Boundary, which does not allow cloudformation:ListStackResources');
});
