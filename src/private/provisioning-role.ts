import { Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { description } from './description';
import { acknowledge } from './nag';
import { rolePolicy } from './role-policy';
import { mayHaveProperty } from '../contract/provisioning-template';

/**
 * What AWS IoT does in the role when it provisions a device whose certificate is registered already: the actions of the
 * managed policy AWSIoTThingsRegistration, which AWS documents for it, without those that make or register a certificate.
 * That policy allows them on everything; here they are for what they are about.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSIoTThingsRegistration.html
 */
const ACTIONS: readonly string[] = [
  'AttachPolicy', 'AttachPrincipalPolicy', 'AttachThingPrincipal', 'CreatePolicy', 'CreateThing', 'DescribeCertificate', 'DescribeThing',
  'DescribeThingType', 'DetachPolicy', 'DetachThingPrincipal', 'GetPolicy', 'ListPrincipalThings', 'ListTargetsForPolicy',
  'ListThingGroupsForThing', 'ListThingPrincipals', 'UpdateCertificate', 'UpdateThing',
];

/**
 * Those that have no resource types, and are never allowed on an ARN.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiot.html
 */
const ACTIONS_WITHOUT_RESOURCE: readonly string[] = ['ListAttachedPolicies', 'ListPolicyPrincipals', 'ListPrincipalPolicies', 'RegisterThing'];

const KINDS: readonly string[] = ['cert', 'thing', 'thingtype'];

/** What a template asks for by a property of its things. */
const MORE: readonly { readonly property: string; readonly kind: string; readonly actions: readonly string[] }[] = [
  {
    property: 'ThingGroups',
    kind: 'thinggroup',
    actions: ['AddThingToThingGroup', 'DescribeThingGroup', 'RemoveThingFromThingGroup', 'UpdateThingGroupsForThing'],
  },
  { property: 'BillingGroup', kind: 'billinggroup', actions: ['AddThingToBillingGroup', 'DescribeBillingGroup', 'RemoveThingFromBillingGroup'] },
];

/**
 * The role in which AWS IoT provisions devices by a template. It can be passed in its own account only, and assumed on that
 * account's behalf only. What `aws:SourceArn` would be is not documented for provisioning.
 * https://docs.aws.amazon.com/iot/latest/developerguide/cross-service-confused-deputy-prevention.html
 *
 * @param template the template, in which UNKNOWN stands for what is known only at deployment
 * @param policyNames the policies that devices get, where all of them have a name; otherwise the role may use any
 */
export function provisioningRole(scope: Construct, template: unknown, policyNames: readonly string[] | undefined): Role {
  const stack = Stack.of(scope);
  const more = MORE.filter(({ property }) => mayHaveProperty(template, property));
  const kinds = [...KINDS, ...more.map(({ kind }) => kind)];
  const role = new Role(scope, 'ProvisioningRole', {
    assumedBy: new ServicePrincipal('iot.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
    description: description('role', `Provisions devices of the CA ${scope.node.path}`),
  });
  const arn = (resource: string, resourceName = '*'): string => stack.formatArn({ service: 'iot', resource, resourceName });
  const resources = [...kinds.map(kind => arn(kind)), ...policyNames?.map(name => arn('policy', name)) ?? [arn('policy')]];
  const policy = rolePolicy(role, 'Rights', role);
  policy.addStatements(new PolicyStatement({ actions: [...ACTIONS, ...more.flatMap(({ actions }) => actions)].map(action => `iot:${action}`), resources }));
  policy.addStatements(new PolicyStatement({ actions: ACTIONS_WITHOUT_RESOURCE.map(action => `iot:${action}`), resources: ['*'] }));
  acknowledge(policy, 'AwsSolutions-IAM5', 'Which things and certificates there will be is not known before devices connect',
    ['Resource::*', ...[...kinds, ...policyNames ? [] : ['policy']].map(kind => `Resource::arn:<AWS::Partition>:iot:${shown(stack.region, 'Region')}:${shown(stack.account, 'AccountId')}:${kind}/*`)]);
  return role;
}

/** How cdk-nag writes a part of an ARN. */
function shown(value: string, pseudoParameter: string): string {
  return Token.isUnresolved(value) ? `<AWS::${pseudoParameter}>` : value;
}
