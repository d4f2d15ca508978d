import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';

/** The properties of the function that carries revocations over, by its handler. */
export function functionOf(stack: Stack, handler: string): { readonly Environment: { readonly Variables: { readonly [name: string]: unknown } } } {
  const [made] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function', { Properties: { Handler: `index.${handler}` } }));
  return made.Properties;
}

/** What the function of a construct may do, beside receiving messages, and which secrets it may read. */
export function rightsOf(stack: Stack, id: string): { readonly actions: readonly string[]; readonly secrets: readonly unknown[] } {
  const [, rights] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).find(([name]) => name.startsWith(`${id}Rights`))!;
  const statements: { readonly Action: string | string[]; readonly Resource: unknown }[] = rights.Properties.PolicyDocument.Statement;
  return {
    actions: [...new Set(statements.flatMap(({ Action }) => Action))].sort(),
    secrets: statements.filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue')).map(({ Resource }) => Resource),
  };
}

/** Expects that a construct has one alarm to tell somebody, which says that revocations of the stack's CA are not carried over to a platform. */
export function expectAlarm(stack: Stack, { alarm }: { readonly alarm: CompositeAlarm }, platform: string): void {
  expect(stack.resolve(alarm.alarmArn)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^RevocationAlarm/), 'Arn'] });
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::CompositeAlarm', {
    AlarmDescription: `Revocations of the CA Stack/Ca are not carried over to ${platform}; revoked devices may still connect`,
  });
}
