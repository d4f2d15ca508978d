import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PrivateIotCa, PrivateIotCaProps } from '../../src';

/** An empty stack of an app of its own. */
export function stackOf(app = new App(), id = 'Stack'): Stack {
  return new Stack(app, id);
}

/** A stack with a CA of the fewest properties, or with more. */
export function stackWithCa(props: Partial<PrivateIotCaProps> = {}): { stack: Stack; ca: PrivateIotCa } {
  const stack = stackOf();
  return { stack, ca: new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Acme IoT Root CA' }, ...props }) };
}

/** The properties of the one resource of a type. */
export function propertiesOf(stack: Stack, type: string): Record<string, unknown> {
  const resources = Object.values(Template.fromStack(stack).findResources(type));
  expect(resources).toHaveLength(1);
  return resources[0].Properties;
}

/** Every statement of every policy in a stack, with the logical id of its policy. */
export function statementsOf(stack: Stack): { policy: string; Action: string | string[]; Resource: unknown; Condition?: unknown }[] {
  const template = Template.fromStack(stack);
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap(type => Object.entries(template.findResources(type))
    .flatMap(([policy, { Properties }]) => Properties.PolicyDocument.Statement.map((statement: object) => ({ policy, ...statement }))));
}
