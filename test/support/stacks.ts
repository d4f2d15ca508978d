import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { PrivateIotCa, PrivateIotCaProps } from '../../src';

/** An empty stack of an app of its own. */
export function stackOf(app: Construct = new App(), id = 'Stack'): Stack {
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

/** What the function of a stack may do, statement by statement: on what, and under which condition. */
export function rightsOf(stack: Stack, policy = 'PrivateIotCaProvider'): object[] {
  return statementsOf(stack)
    .filter(each => each.policy.startsWith(policy) && !/^(logs|cloudformation):/.test(String(each.Action)))
    .map(({ Action, Resource, Condition }) => ({ Action, Resource, ...Condition === undefined ? {} : { Condition } }));
}

/** The attribute of a resource, as a template refers to it. */
export function attributeOf(logicalId: string, name: string): object {
  return { 'Fn::GetAtt': [logicalId, name] };
}

/** The actions on a ledger of whoever issues. */
export const LEDGER_ACTIONS = ['dynamodb:ConditionCheckItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'];

/** That it is of the items of certificates: decisions/0004-ledger.md. */
export const CERTIFICATES_ONLY = {
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['identity#*', 'issuer#*', 'resource#*', 'name#*', 'revoked#*', 'crl#*'] },
};

/** The rights to read what a ledger holds of certificates, and to add to it. */
export function ledgerRights(table: unknown): object {
  return { Action: LEDGER_ACTIONS, Resource: table, Condition: CERTIFICATES_ONLY };
}

/** That a KMS key is used through another service, in a stack that does not say where it is: China's suffix is allowed too. */
export function onlyVia(service: string): object {
  const names = ['.amazonaws.com', '.amazonaws.com.cn'].map(suffix => ({ 'Fn::Join': ['', [`${service}.`, { Ref: 'AWS::Region' }, suffix]] }));
  return { StringEquals: { 'kms:ViaService': names } };
}

/** The logical ids of a stack's resources, by type; those of the provider left out. */
export function logicalIds(stack: Stack): Record<string, string[]> {
  const ids: Record<string, string[]> = {};
  for (const [id, { Type }] of Object.entries<{ Type: string }>(Template.fromStack(stack).toJSON().Resources)) {
    if (!id.startsWith('PrivateIotCaProvider')) {
      (ids[Type] ??= []).push(id);
    }
  }
  return ids;
}

/** Every statement of every policy in a stack, with the logical id of its policy. */
export function statementsOf(stack: Stack): { policy: string; Action: string | string[]; Resource: unknown; Condition?: unknown }[] {
  const template = Template.fromStack(stack);
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap(type => Object.entries(template.findResources(type))
    .flatMap(([policy, { Properties }]) => Properties.PolicyDocument.Statement.map((statement: object) => ({ policy, ...statement }))));
}
