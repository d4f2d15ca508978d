import { Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  AwsIotCaRegistration, AwsIotThingPolicy, CertificateSubject, DeviceCertificate, JustInTimeProvisioning, PrivateIotCa, ProvisioningParameter,
} from '../src';
import { propertiesOf, stackWithCa, statementsOf } from './support/stacks';

const TYPE = 'AWS::IoT::CACertificate';

/** A template that registers a certificate, with these parameters and resources more. */
function templateWith(parameters: string[] = [], resources: object = {}): { [section: string]: unknown } {
  return {
    Parameters: Object.fromEntries([...parameters, 'AWS::IoT::Certificate::Id'].map(name => [name, { Type: 'String' }])),
    Resources: {
      certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' }, Status: 'ACTIVE' } },
      ...resources,
    },
  };
}

/** A CA that is registered with provisioning, and devices of it. */
function provisioned(justInTimeProvisioning: JustInTimeProvisioning, ...subjects: CertificateSubject[]): Stack {
  const { stack, ca } = stackWithCa();
  new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning });
  subjects.forEach((subject, index) => ca.addDeviceCertificate(`Device${index}`, { subject }));
  return stack;
}

function templateOf(stack: Stack): { [section: string]: unknown } {
  return JSON.parse((propertiesOf(stack, TYPE).RegistrationConfig as { TemplateBody: string }).TemplateBody);
}

describe('things', () => {
  test('are named by the common name, unless something else is declared', () => {
    const stack = provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices' }));
    expect(propertiesOf(stack, TYPE).AutoRegistrationStatus).toBe('ENABLE');
    expect(templateOf(stack)).toEqual({
      Parameters: { 'AWS::IoT::Certificate::CommonName': { Type: 'String' }, 'AWS::IoT::Certificate::Id': { Type: 'String' } },
      Resources: {
        thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'AWS::IoT::Certificate::CommonName' } } },
        certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' }, Status: 'ACTIVE' } },
        policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'devices' } },
      },
    });
  });

  test('have whatever is taken from the certificate, a type, groups, and a policy of their own', () => {
    const stack = provisioned(JustInTimeProvisioning.forThings({
      thingName: ProvisioningParameter.SERIAL_NUMBER,
      thingNamePrefix: 'sensor-',
      thingAttributes: { vendor: ProvisioningParameter.ORGANIZATION, site: ProvisioningParameter.STATE_NAME },
      thingTypeName: 'sensor',
      thingGroups: ['field'],
      policyDocument: new PolicyDocument({ statements: [new PolicyStatement({ actions: ['iot:Connect'], resources: ['arn:aws:iot:*:*:client/x'] })] }),
    }));
    const { Parameters, Resources } = templateOf(stack) as { Parameters: object; Resources: { [name: string]: { Properties: object } } };
    expect(Object.keys(Parameters).map(name => name.split('::')[3])).toEqual(['SerialNumber', 'Organization', 'StateName', 'Id']);
    expect(Resources.thing.Properties).toEqual({
      ThingName: { 'Fn::Join': ['', ['sensor-', { Ref: 'AWS::IoT::Certificate::SerialNumber' }]] },
      ThingTypeName: 'sensor',
      ThingGroups: ['field'],
      AttributePayload: { vendor: { Ref: 'AWS::IoT::Certificate::Organization' }, site: { Ref: 'AWS::IoT::Certificate::StateName' } },
    });
    const { PolicyDocument: document } = Resources.policy.Properties as { PolicyDocument: string };
    expect(JSON.parse(document)).toEqual({
      Version: '2012-10-17', Statement: [{ Effect: Effect.ALLOW, Action: 'iot:Connect', Resource: 'arn:aws:iot:*:*:client/x' }],
    });
  });

  test('can have a policy of the stack, which is named at deployment', () => {
    const { stack, ca } = stackWithCa();
    const { policyName } = new AwsIotThingPolicy(stack, 'Policy');
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.forThings({ policyName }) });
    expect(JSON.stringify(propertiesOf(stack, TYPE).RegistrationConfig)).toContain('{"Ref":"Policy23B91518"}');
  });

  test.each([[{}], [{ policyName: 'devices', policyDocument: new PolicyDocument() }]])('need one policy: %j is refused', options => {
    expect(() => JustInTimeProvisioning.forThings(options)).toThrow('either policyName or policyDocument must be given');
  });
});

describe('a template of one\'s own', () => {
  test('is taken as a map or as JSON, and sent without white space', () => {
    const expected = JSON.stringify(templateWith());
    const asJson = JustInTimeProvisioning.fromJson(JSON.stringify(templateWith(), null, 4));
    for (const provisioning of [JustInTimeProvisioning.fromTemplate(templateWith()), asJson]) {
      expect(propertiesOf(provisioned(provisioning), TYPE).RegistrationConfig).toMatchObject({ TemplateBody: expected });
    }
  });

  test.each<[string, unknown, string]>([
    ['without resources', { Parameters: {} }, 'the provisioning template must be a map with Resources'],
    ['with a parameter that AWS IoT does not fill', templateWith(['ThingName']),
      'the Parameters of a provisioning template must be of AWS::IoT::Certificate::Country, '],
    ['that refers to what it does not declare',
      templateWith([], { thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'AWS::IoT::Certificate::Country' } } } }),
      'every Ref in a provisioning template must be to one of its Parameters or Resources, got "AWS::IoT::Certificate::Country"'],
    ['with a policy that is neither named nor given', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: {} } }),
      'the resource "policy" of the provisioning template must have a PolicyName or a PolicyDocument'],
  ])('%s is refused', (_, template, message) => {
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(template as object))).toThrow(`Stack/Registration: ${message}`);
  });

  test.each([
    ['no JSON', '{', 'json must be a provisioning template in JSON, got '],
    ['a token', Aws.STACK_NAME, 'json must be known at synthesis'],
  ])('%s is refused', (_, json, message) => {
    expect(() => JustInTimeProvisioning.fromJson(json)).toThrow(message);
  });

  /** A template of so many characters as it is sent. */
  const ofLength = (length: number): { [section: string]: unknown } => {
    const withPolicy = (text: string) => templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: text } } });
    return withPolicy('x'.repeat(length - JSON.stringify(withPolicy('')).length));
  };

  test('may have 10,240 characters', () => {
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(ofLength(10_240))))).not.toThrow();
  });

  test('may not have one more', () => {
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(ofLength(10_241)))))
      .toThrow('Stack/Registration: the provisioning template must be at most 10240 characters long, got 10241');
  });
});

describe('the subject of every device\'s certificate', () => {
  const byCountry = JustInTimeProvisioning.forThings({ policyName: 'devices', thingAttributes: { country: ProvisioningParameter.COUNTRY } });

  test('must have what the template declares, or the device would stay PENDING_ACTIVATION', () => {
    const stack = provisioned(byCountry, { commonName: 'sensor-001', country: 'CH' }, { commonName: 'sensor-002' });
    expect(() => Template.fromStack(stack)).toThrow('Stack/Ca/Device1: subject.country must be there, since the just-in-time provisioning template of '
      + 'the CA declares AWS::IoT::Certificate::Country');
  });

  test('is looked at in other stacks of the app too', () => {
    const { stack, ca } = stackWithCa();
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: byCountry });
    new DeviceCertificate(new Stack(stack.node.root, 'Devices'), 'Sensor', { ca, subject: { commonName: 'sensor-001' } });
    expect(() => Template.fromStack(stack)).toThrow('Devices/Sensor: subject.country must be there');
  });

  test('of another CA need not have it', () => {
    const { stack, ca } = stackWithCa();
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: byCountry });
    new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other' } }).addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('the role', () => {
  const rights = (provisioning: JustInTimeProvisioning) => statementsOf(provisioned(provisioning)).filter(({ policy }) => policy.includes('ProvisioningRole'));
  const kindsOf = (resources: unknown): string[] => (resources as { 'Fn::Join': [string, string[]] }[]).map(arn => arn['Fn::Join'][1].at(-1)!);

  const ON_RESOURCES = [
    'iot:AttachPolicy', 'iot:AttachPrincipalPolicy', 'iot:AttachThingPrincipal', 'iot:CreatePolicy', 'iot:CreateThing', 'iot:DescribeCertificate',
    'iot:DescribeThing', 'iot:DescribeThingType', 'iot:DetachPolicy', 'iot:DetachThingPrincipal', 'iot:GetPolicy', 'iot:ListPrincipalThings',
    'iot:ListTargetsForPolicy', 'iot:ListThingGroupsForThing', 'iot:ListThingPrincipals', 'iot:UpdateCertificate', 'iot:UpdateThing',
  ];

  test('may do to things, certificates and policies of the account and Region what provisioning takes, and be assumed by AWS IoT only', () => {
    const stack = provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices' }));
    const [things, unbound, ...others] = statementsOf(stack).filter(({ policy }) => policy.includes('ProvisioningRole'));
    expect(kindsOf(things.Resource)).toEqual([':cert/*', ':policy/*', ':thing/*', ':thingtype/*']);
    expect(things.Action).toEqual(ON_RESOURCES);
    // What the service authorization reference has no resource types for is never allowed on an ARN.
    expect(unbound.Action).toEqual(['iot:ListAttachedPolicies', 'iot:ListPolicyPrincipals', 'iot:ListPrincipalPolicies', 'iot:RegisterThing']);
    expect(unbound.Resource).toBe('*');
    expect(others).toEqual([]);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'iot.amazonaws.com' } }] },
      Description: 'Provisions devices of the CA Stack/Registration',
    });
  });

  test('may add things to groups only where the template names groups', () => {
    const [things] = rights(JustInTimeProvisioning.forThings({ policyName: 'devices', thingGroups: ['field'] }));
    expect(kindsOf(things.Resource)).toEqual([':cert/*', ':policy/*', ':thing/*', ':thingtype/*', ':thinggroup/*']);
    expect(things.Action).toEqual([
      ...ON_RESOURCES, 'iot:AddThingToThingGroup', 'iot:DescribeThingGroup', 'iot:RemoveThingFromThingGroup', 'iot:UpdateThingGroupsForThing',
    ]);
  });

  test('is there with its rights before the CA is registered', () => {
    const template = Template.fromStack(provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices' })));
    const [registration] = Object.values(template.findResources(TYPE));
    expect(registration.DependsOn).toContain(Object.keys(template.findResources('AWS::IAM::Policy')).find(id => id.includes('ProvisioningRole')));
  });

  test('can be another one', () => {
    const { stack, ca } = stackWithCa();
    const role = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('iot.amazonaws.com') });
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.fromTemplate(templateWith(), role) });
    expect(propertiesOf(stack, TYPE).RegistrationConfig).toMatchObject({ RoleArn: stack.resolve(role.roleArn) });
    expect(stack.node.findChild('Registration').node.tryFindChild('ProvisioningRole')).toBeUndefined();
  });
});

test('provisioning without auto-registration is refused', () => {
  const { stack, ca } = stackWithCa();
  const justInTimeProvisioning = JustInTimeProvisioning.forThings({ policyName: 'devices' });
  expect(() => new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning, autoRegistration: false }))
    .toThrow('Stack/Registration: autoRegistration must be true for justInTimeProvisioning, got false');
});
