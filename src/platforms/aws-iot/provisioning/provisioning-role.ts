import { Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { resourcesOf } from './provisioning-template';
import { description } from '../../../constructs/checks/description';
import { acknowledge } from '../../../constructs/provider/nag';
import { rolePolicy } from '../../../constructs/provider/role-policy';
import { isMap, JsonMap } from '../../../contract/json-map';

/**
 * The actions of AWS IoT in the role when it provisions a device whose certificate is already registered: those of the managed policy
 * AWSIoTThingsRegistration, which AWS documents for this purpose, without the actions that make or register a certificate. That policy
 * allows the actions on everything. Here they are allowed only on the resources that they concern.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSIoTThingsRegistration.html
 */
const ACTIONS: readonly string[] = [
  'AttachPolicy', 'AttachPrincipalPolicy', 'AttachThingPrincipal', 'CreatePolicy', 'CreateThing', 'DescribeCertificate', 'DescribeThing',
  'DescribeThingType', 'DetachPolicy', 'DetachThingPrincipal', 'GetPolicy', 'ListPrincipalThings', 'ListTargetsForPolicy',
  'ListThingGroupsForThing', 'ListThingPrincipals', 'UpdateCertificate', 'UpdateThing',
];

/**
 * The actions that have no resource types, and are never allowed on an ARN.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiot.html
 */
const ACTIONS_WITHOUT_RESOURCE: readonly string[] = ['ListAttachedPolicies', 'ListPolicyPrincipals', 'ListPrincipalPolicies', 'RegisterThing'];

const KINDS: readonly string[] = ['cert', 'thing', 'thingtype'];

/** Further actions that a template needs because of a property of its things. */
const MORE: readonly { readonly property: string; readonly kind: string; readonly actions: readonly string[] }[] = [
  {
    property: 'ThingGroups',
    kind: 'thinggroup',
    actions: ['AddThingToThingGroup', 'DescribeThingGroup', 'RemoveThingFromThingGroup', 'UpdateThingGroupsForThing'],
  },
  { property: 'BillingGroup', kind: 'billinggroup', actions: ['AddThingToBillingGroup', 'DescribeBillingGroup', 'RemoveThingFromBillingGroup'] },
];

/**
 * The role in which AWS IoT provisions devices with a template. It can be passed only in its own account, and assumed only on that
 * account's behalf. The value of `aws:SourceArn` for provisioning is not documented.
 * https://docs.aws.amazon.com/iot/latest/developerguide/cross-service-confused-deputy-prevention.html
 *
 * Its rights are made when the stack is synthesized, from the template as AWS IoT gets it. They are not lazy values themselves, because a
 * report on policies does not resolve lazy values.
 *
 * @param body returns that template, in which tokens stand for values that are known only at deployment
 */
export function provisioningRole(scope: Construct, body: () => unknown): Role {
  const stack = Stack.of(scope);
  const role = new Role(scope, 'ProvisioningRole', {
    assumedBy: new ServicePrincipal('iot.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
    description: description('role', `Provisions devices of the CA ${scope.node.path}`),
  });
  const rights = (): Rights => rightsOf(stack, body());
  let given: unknown;
  const policy = rolePolicy(role, 'Rights', role, ({ document }) => {
    given = stack.resolve(rights());
    document.addStatements(new PolicyStatement(rights()), new PolicyStatement({ actions: named(ACTIONS_WITHOUT_RESOURCE), resources: ['*'] }));
  });
  scope.node.addValidation({
    validate: () => JSON.stringify(given) === JSON.stringify(stack.resolve(rights())) ? []
      : ['lazy values in the provisioning template must stay the same once aspects run, because the rights of the role are derived from them; '
        + 'change them earlier, or give a role'],
  });
  acknowledge(policy, 'AwsSolutions-IAM5', 'The things and certificates are not known before devices connect',
    ['Resource::*', ...[...KINDS, ...MORE.map(({ kind }) => kind), 'policy'].map(kind => `Resource::arn:<AWS::Partition>:iot:${shown(stack.region, 'Region')}:${shown(stack.account, 'AccountId')}:${kind}/*`)]);
  return role;
}

interface Rights {
  readonly actions: string[];
  readonly resources: string[];
}

/** The rights that provisioning with a template needs. */
function rightsOf(stack: Stack, body: unknown): Rights {
  const more = moreOf(body);
  const arn = (resource: string, resourceName = '*'): string => stack.formatArn({ service: 'iot', resource, resourceName });
  return {
    actions: named([...ACTIONS, ...more.flatMap(({ actions }) => actions)]),
    resources: [...[...KINDS, ...more.map(({ kind }) => kind)].map(kind => arn(kind)), ...policiesOf(body).map(name => arn('policy', name))],
  };
}

function named(actions: readonly string[]): string[] {
  return actions.map(action => `iot:${action}`);
}

function propertiesOf(resource: unknown): JsonMap {
  return isMap(resource) && isMap(resource.Properties) ? resource.Properties : {};
}

function moreOf(body: unknown): typeof MORE {
  return MORE.filter(({ property }) => resourcesOf(body).some(([, resource]) => propertiesOf(resource)[property] !== undefined));
}

/** The names of the policies that devices get, or a wildcard for a policy that AWS IoT names. */
function policiesOf(body: unknown): string[] {
  const policies = resourcesOf(body).filter(([, resource]) => isMap(resource) && resource.Type === 'AWS::IoT::Policy');
  return [...new Set(policies.map(([, resource]) => {
    const { PolicyName: name } = propertiesOf(resource);
    return typeof name === 'string' ? name : Token.isUnresolved(name) ? Token.asString(name) : '*';
  }))];
}

/** How cdk-nag writes a part of an ARN. */
function shown(value: string, pseudoParameter: string): string {
  return Token.isUnresolved(value) ? `<AWS::${pseudoParameter}>` : value;
}
