import { AspectPriority, Aspects, Aws, Fn, Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { DOCUMENT, provisioned, REGISTRATION, templateWith, withThing } from './provisioning';
import { AwsIotCaRegistration, JustInTimeProvisioning } from '../../../src';
import { propertiesOf, stackWithCa, statementsOf } from '../../support/stacks';

describe('the role', () => {
  const rights = (provisioning: JustInTimeProvisioning) => statementsOf(provisioned(provisioning)).filter(({ policy }) => policy.includes('ProvisioningRole'));
  const kindsOf = (resources: unknown): string[] => (resources as { 'Fn::Join': [string, string[]] }[]).map(arn => arn['Fn::Join'][1].at(-1)!);

  const ON_RESOURCES = [
    'iot:AttachPolicy', 'iot:AttachPrincipalPolicy', 'iot:AttachThingPrincipal', 'iot:CreatePolicy', 'iot:CreateThing', 'iot:DescribeCertificate',
    'iot:DescribeThing', 'iot:DescribeThingType', 'iot:DetachPolicy', 'iot:DetachThingPrincipal', 'iot:GetPolicy', 'iot:ListPrincipalThings',
    'iot:ListTargetsForPolicy', 'iot:ListThingGroupsForThing', 'iot:ListThingPrincipals', 'iot:UpdateCertificate', 'iot:UpdateThing',
  ];

  test('has the rights on things, certificates and policies of the account and Region that provisioning takes, and only AWS IoT can assume it', () => {
    const stack = provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices' }));
    const [things, unbound, ...others] = statementsOf(stack).filter(({ policy }) => policy.includes('ProvisioningRole'));
    expect(kindsOf(things.Resource)).toEqual([':cert/*', ':policy/devices', ':thing/*', ':thingtype/*']);
    expect(things.Action).toEqual(ON_RESOURCES);
    // What the service authorization reference has no resource types for is never allowed on an ARN.
    expect(unbound.Action).toEqual(['iot:ListAttachedPolicies', 'iot:ListPolicyPrincipals', 'iot:ListPrincipalPolicies', 'iot:RegisterThing']);
    expect(unbound.Resource).toBe('*');
    expect(others).toEqual([]);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'iot.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }],
      },
      Description: 'Provisions devices of the CA Stack/Registration',
    });
  });

  test('may add things to groups only where the template names groups', () => {
    const [things] = rights(JustInTimeProvisioning.forThings({ policyName: 'devices', thingGroups: ['field'] }));
    expect(kindsOf(things.Resource)).toEqual([':cert/*', ':policy/devices', ':thing/*', ':thinggroup/*', ':thingtype/*']);
    expect(things.Action).toEqual([
      ...ON_RESOURCES, 'iot:AddThingToThingGroup', 'iot:DescribeThingGroup', 'iot:RemoveThingFromThingGroup', 'iot:UpdateThingGroupsForThing',
    ].sort());
  });

  test.each<[string, unknown]>([
    ['are lazy', Lazy.any({ produce: () => withThing({ ThingGroups: ['field'], BillingGroup: 'b' }).Resources })],
    ['are there', withThing({ ThingGroups: ['field'], BillingGroup: 'b' }).Resources],
  ])('may add things to groups where the resources that name them %s', (_, Resources) => {
    const [things] = rights(JustInTimeProvisioning.fromTemplate({ ...withThing(), Resources }));
    expect(kindsOf(things.Resource)).toEqual([':billinggroup/*', ':cert/*', ':thing/*', ':thinggroup/*', ':thingtype/*']);
    expect(things.Action).toEqual(expect.arrayContaining(['iot:AddThingToThingGroup', 'iot:AddThingToBillingGroup']));
  });

  test.each<[string, unknown, unknown]>([
    ['a lazy type', { Type: Lazy.string({ produce: () => 'AWS::IoT::Policy' }), Properties: { PolicyName: 'devices' } }, ':policy/devices'],
    ['a lazy name', { Type: 'AWS::IoT::Policy', Properties: { PolicyName: Lazy.string({ produce: () => 'devices' }) } }, ':policy/devices'],
    ['lazy properties', { Type: 'AWS::IoT::Policy', Properties: Lazy.any({ produce: () => ({ PolicyName: 'devices' }) }) }, ':policy/devices'],
    ['a name that is taken from the certificate', { Type: 'AWS::IoT::Policy', Properties: { PolicyName: Fn.join('-', ['p', Fn.ref('AWS::IoT::Certificate::Id')]) } }, ':policy/*'],
    ['a document', { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: DOCUMENT } }, ':policy/*'],
  ])('has rights on a policy of %s', (_, policy, expected) => {
    const [things] = rights(JustInTimeProvisioning.fromTemplate(templateWith([], { policy })));
    expect(kindsOf(things.Resource)).toEqual([':cert/*', expected, ':thing/*', ':thingtype/*']);
  });

  test('has rights on a policy that CloudFormation names', () => {
    const policy = { Type: 'AWS::IoT::Policy', Properties: { PolicyName: Fn.join('-', [Aws.STACK_NAME, 'devices']) } };
    const [things] = rights(JustInTimeProvisioning.fromTemplate(templateWith([], { policy })));
    expect(JSON.stringify(things.Resource)).toContain('":policy/",{"Fn::Join":["-",[{"Ref":"AWS::StackName"},"devices"]]}');
  });

  test('must not be for another template than the one that AWS IoT gets', () => {
    let policyName = 'early';
    const policy = { Type: 'AWS::IoT::Policy', Properties: { PolicyName: Lazy.uncachedString({ produce: () => policyName }) } };
    const stack = provisioned(JustInTimeProvisioning.fromTemplate(templateWith([], { policy })));
    Aspects.of(stack.node.findChild('Registration')).add({ visit: ({ node }) => { policyName = node.id === 'Rights' ? 'late' : policyName; } }, { priority: AspectPriority.READONLY });
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Registration] lazy values in the provisioning template must stay the same once aspects run');
  });

  test('is there with its rights before the CA is registered', () => {
    const template = Template.fromStack(provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices' })));
    const [registration] = Object.values(template.findResources(REGISTRATION));
    expect(registration.DependsOn).toContain(Object.keys(template.findResources('AWS::IAM::Policy')).find(id => id.includes('ProvisioningRole')));
  });

  test('can be another one', () => {
    const { stack, ca } = stackWithCa();
    const role = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('iot.amazonaws.com') });
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.fromTemplate(templateWith(), role) });
    expect(propertiesOf(stack, REGISTRATION).RegistrationConfig).toMatchObject({ RoleArn: stack.resolve(role.roleArn) });
    expect(stack.node.findChild('Registration').node.tryFindChild('ProvisioningRole')).toBeUndefined();
  });
});