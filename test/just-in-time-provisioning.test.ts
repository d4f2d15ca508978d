import { Aws, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPolicy } from 'aws-cdk-lib/aws-iot';
import {
  AwsIotCaRegistration, AwsIotThingPolicy, CertificateSubject, DeviceCertificate, JustInTimeProvisioning, JustInTimeProvisioningOptions, PrivateIotCa,
  ProvisioningParameter,
} from '../src';
import { propertiesOf, stackWithCa, statementsOf } from './support/stacks';

const TYPE = 'AWS::IoT::CACertificate';
const DOCUMENT = { Version: '2012-10-17', Statement: [{ Action: 'iot:Connect', Effect: 'Allow', Resource: '*' }] };

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

  const { ORGANIZATION, COUNTRY, STATE_NAME, SERIAL_NUMBER } = ProvisioningParameter;

  test.each<[string, JustInTimeProvisioningOptions, string]>([
    ['no policy', {}, 'either policyName or policyDocument must be given, for a device without a policy may do nothing, got neither'],
    ['two policies', { policyName: 'devices', policyDocument: new PolicyDocument() }, 'either policyName or policyDocument must be given, .* got both'],
    ['a policy without a name', { policyName: '' }, 'policyName must be 1 to 128 letters, digits and _ + = , . @ - for AWS IoT Core, got ""'],
    ['a prefix that no name begins with', { policyName: 'devices', thingNamePrefix: 'line 1/' },
      'thingNamePrefix must be at most 127 letters, digits and : _ - for AWS IoT Core, got "line 1/"'],
    ['a prefix as long as a name', { policyName: 'devices', thingNamePrefix: 'x'.repeat(128) }, 'thingNamePrefix must be at most 127 letters'],
    ['a type with a space', { policyName: 'devices', thingTypeName: 'my sensor' }, 'thingTypeName must be 1 to 128 letters, .* got "my sensor"'],
    ['a group with a space', { policyName: 'devices', thingGroups: ['a', 'my field'] }, 'thingGroups must be 1 to 128 letters, .* got "my field"'],
    ['an attribute with a space in its name', { policyName: 'devices', thingAttributes: { 'my vendor': ORGANIZATION } },
      'the names of thingAttributes must be 1 to 128 letters, digits and _ . , @ / : # -, without a space, got "my vendor"'],
    ['four attributes without a type', { policyName: 'devices', thingAttributes: { a: ORGANIZATION, b: COUNTRY, c: STATE_NAME, d: SERIAL_NUMBER } },
      'thingAttributes must be at most 3 for a thing without a thing type, got 4: "a, b, c, d"; a thing of a type may have 50'],
  ])('with %s are refused', (_, options, message) => {
    const pattern = message.split('.*').map(part => part.replace(/[.+]/g, '\\$&')).join('.*');
    expect(() => JustInTimeProvisioning.forThings(options)).toThrow(new RegExp(`^${pattern}`));
  });

  test('may have four attributes where they have a type', () => {
    const thingAttributes = { a: ORGANIZATION, b: COUNTRY, c: STATE_NAME, d: SERIAL_NUMBER };
    expect(() => provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices', thingTypeName: 'sensor', thingAttributes }))).not.toThrow();
  });
});

describe('a template of one\'s own', () => {
  const ID = { Ref: 'AWS::IoT::Certificate::Id' };
  const withThing = (Properties: object) => templateWith([], { thing: { Type: 'AWS::IoT::Thing', Properties } });

  test('is taken as a map or as JSON, and sent without white space', () => {
    const expected = JSON.stringify(templateWith());
    const asJson = JustInTimeProvisioning.fromJson(JSON.stringify(templateWith(), null, 4));
    for (const provisioning of [JustInTimeProvisioning.fromTemplate(templateWith()), asJson]) {
      expect(propertiesOf(provisioned(provisioning), TYPE).RegistrationConfig).toMatchObject({ TemplateBody: expected });
    }
  });

  test.each<[string, unknown, string]>([
    ['without resources', { Parameters: {} }, 'the provisioning template must be a map with Resources, got "Parameters"'],
    ['with a parameter that AWS IoT does not fill', templateWith(['ThingName']),
      'the Parameters of a provisioning template must be of AWS::IoT::Certificate::Country, '],
    ['that refers to what it does not declare', withThing({ ThingName: { Ref: 'AWS::IoT::Certificate::Country' } }),
      'every Ref and Fn::Sub in a provisioning template must be to one of its Parameters or Resources, got "AWS::IoT::Certificate::Country"'],
    ['that substitutes what it does not declare', withThing({ ThingName: { 'Fn::Sub': 'acme-${AWS::IoT::Certificate::Country}' } }),
      'every Ref and Fn::Sub in a provisioning template must be to one of its Parameters or Resources, got "AWS::IoT::Certificate::Country"'],
    ['that substitutes by what it does not declare', withThing({ ThingName: { 'Fn::Sub': ['${name}', { name: { Ref: 'Name' } }] } }),
      'every Ref and Fn::Sub in a provisioning template must be to one of its Parameters or Resources, got "Name"'],
    ['with a policy that is neither named nor given', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: {} } }),
      'the resource "policy" of the provisioning template must have a PolicyName or a PolicyDocument, and not both, got no properties; name a policy that exists'],
    ['with a policy that is named and given', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'a', PolicyDocument: '{}' } } }),
      'the resource "policy" of the provisioning template must have a PolicyName or a PolicyDocument, and not both, got PolicyName and PolicyDocument; '],
    ['with a policy without a name', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: '' } } }),
      'the provisioning template\'s Resources.policy.Properties.PolicyName must be 1 to 128 letters, digits and _ + = , . @ - for AWS IoT Core, got ""'],
    ['with a thing without a name', withThing({ ThingTypeName: 'sensor' }),
      'the resource "thing" of the provisioning template must have a ThingName, got ThingTypeName; name it by a parameter, such as {"Ref": '],
    ['with a thing that no certificate can give a valid name', templateWith(['AWS::IoT::Certificate::CommonName'], {
      thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { 'Fn::Join': ['', ['line 1/', { Ref: 'AWS::IoT::Certificate::CommonName' }]] } } },
    }), 'the provisioning template\'s Resources.thing.Properties.ThingName must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got "line 1/x", '
      + 'where x is what a certificate may give'],
    ['with an attribute that AWS IoT refuses', withThing({ ThingName: ID, AttributePayload: { site: 'North Hall' } }),
      'the provisioning template\'s Resources.thing.Properties.AttributePayload.site must be at most 800 letters, digits and _ . , @ / : # = [ ] -, without a space, '],
    ['with four attributes of a thing without a type', withThing({ ThingName: ID, AttributePayload: { a: ID, b: ID, c: ID, d: ID } }),
      'the provisioning template\'s Resources.thing.Properties.AttributePayload must be at most 3 for a thing without a thing type, got 4'],
    ['with a resource of another type', templateWith([], { role: { Type: 'AWS::IAM::Role', Properties: {} } }),
      'the Type of the resource "role" of the provisioning template must be one of AWS::IoT::Thing, AWS::IoT::Certificate, AWS::IoT::Policy, got "AWS::IAM::Role"'],
    ['with a resource that is nothing', { Resources: { cert: null } },
      'the resource "cert" of the provisioning template must be a map with Type and Properties, got null'],
    ['without a certificate', { Resources: { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'devices' } } } },
      'the Resources of a provisioning template must hold one of the Type AWS::IoT::Certificate, got policy; the one that a device connects with is {"Ref": '],
    ['with a certificate that is not the device\'s', { Resources: { cert: { Type: 'AWS::IoT::Certificate', Properties: { CertificateSigningRequest: 'x' } } } },
      'the resource "cert" of the provisioning template must have a CertificateId, got CertificateSigningRequest; the one that a device connects with is {"Ref": '],
  ])('%s is refused', (_, template, message) => {
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(template as object))).toThrow(`Stack/Registration: ${message}`);
  });

  test.each([
    ['no JSON', '{', 'json must be a provisioning template in JSON, got '],
    ['JSON of no map', 'null', 'JustInTimeProvisioning.fromJson(): json must be a map, got null'],
    ['a token', Aws.STACK_NAME, 'json must be known at synthesis'],
  ])('%s is refused', (_, json, message) => {
    expect(() => JustInTimeProvisioning.fromJson(json)).toThrow(message);
  });

  test('may hold what is known only at deployment', () => {
    const { stack, ca } = stackWithCa();
    const policy = new CfnPolicy(stack, 'Policy', { policyDocument: {} });
    const template = templateWith([], {
      byAttribute: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: policy.getAtt('Id') } },
      byReference: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: policy.ref } },
      thing: {
        Type: 'AWS::IoT::Thing',
        Properties: { ThingName: Fn.join('-', [Aws.REGION, 'sensor']), AttributePayload: { region: Aws.REGION, policy: policy.getAtt('Id') } },
      },
    });
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.fromTemplate(template) });
    const body = JSON.stringify(propertiesOf(stack, TYPE).RegistrationConfig);
    expect(body).toContain('{"Fn::GetAtt":["Policy","Id"]}');
    expect(body).toContain('{"Ref":"AWS::Region"}');
  });

  const lazy = (section: string, value: unknown) => ({ ...templateWith(), [section]: Lazy.any({ produce: () => value }) });

  test.each([
    ['Parameters', templateWith().Parameters],
    ['Resources', templateWith().Resources],
  ])('may have lazy %s', (section, value) => {
    const stack = provisioned(JustInTimeProvisioning.fromTemplate(lazy(section, value)));
    expect(JSON.parse((propertiesOf(stack, TYPE).RegistrationConfig as { TemplateBody: string }).TemplateBody)).toEqual(templateWith());
  });

  test.each([
    ['Parameters', { Name: { Type: 'String' } }, 'the Parameters of a provisioning template must be of AWS::IoT::Certificate::Country, '],
    ['Resources', { cert: { Type: 'AWS::IoT::Thing', Properties: {} } }, 'the resource "cert" of the provisioning template must have a ThingName, got no properties'],
  ])('is refused for what is lazy in its %s', (section, value, message) => {
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(lazy(section, value))))).toThrow(`Stack/Registration: ${message}`);
  });

  test('may have variables of a policy where it substitutes', () => {
    const document = { 'Fn::Sub': '{"Resource":"arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}-${AWS::IoT::Certificate::Id}"}' };
    const template = templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: document } } });
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(template))).not.toThrow();
  });

  test.each<[string, unknown]>([
    ['a map', DOCUMENT],
    ['a document of aws-cdk-lib', PolicyDocument.fromJson(DOCUMENT)],
    ['a text', JSON.stringify(DOCUMENT)],
  ])('may give the document of a policy as %s, of which AWS IoT gets the JSON', (_, given) => {
    const template = templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: given } } });
    const { RegistrationConfig } = propertiesOf(provisioned(JustInTimeProvisioning.fromTemplate(template)), TYPE);
    const { PolicyDocument: sent } = JSON.parse((RegistrationConfig as { TemplateBody: string }).TemplateBody).Resources.policy.Properties;
    expect(typeof sent).toBe('string');
    expect(JSON.parse(sent)).toEqual(DOCUMENT);
  });

  test('is refused where the document of a policy takes something from the certificate, which AWS IoT does not fill in', () => {
    const Statement = [{ Effect: 'Allow', Action: 'iot:Connect', Resource: { 'Fn::Sub': 'client/${AWS::IoT::Certificate::CommonName}' } }];
    const document = { Version: '2012-10-17', Statement };
    const template = templateWith(['AWS::IoT::Certificate::CommonName'], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: document } } });
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(template))).toThrow('Stack/Registration: the PolicyDocument of the resource "policy" of the '
      + 'provisioning template must be without Ref and Fn::Sub, for AWS IoT takes it as a text, got one to "AWS::IoT::Certificate::CommonName"; use a policy variable');
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

  const defaulted = (Default: unknown) => {
    const template = templateWith([], { thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'AWS::IoT::Certificate::OrganizationalUnit' } } } });
    const Parameters = { ...template.Parameters as object, 'AWS::IoT::Certificate::OrganizationalUnit': { Type: 'String', Default } };
    return JustInTimeProvisioning.fromTemplate({ ...template, Parameters });
  };

  test('need not have what has a default', () => {
    expect(() => Template.fromStack(provisioned(defaulted('unclaimed'), { commonName: 'sensor-002' }))).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ['of which AWS IoT makes no name of a thing', 'not claimed', 'the provisioning template\'s Resources.thing.Properties.ThingName must be 1 to 128 letters, '
      + 'digits and : _ - for AWS IoT Core, got "not claimed", where each parameter that has a Default stands for that'],
    ['that is no text', 7, 'the Default of the parameter AWS::IoT::Certificate::OrganizationalUnit of a provisioning template must be a text, got 7'],
  ])('is not made up for by a default %s', (_, value, message) => {
    expect(() => provisioned(defaulted(value), { commonName: 'sensor-002' })).toThrow(`Stack/Registration: ${message}`);
  });

  test.each<[string, Partial<JustInTimeProvisioningOptions>, CertificateSubject, string]>([
    ['a name that is no name of a thing', { thingNamePrefix: 'acme-' }, { commonName: 'Sensor 1' },
      'the provisioning template\'s Resources.thing.Properties.ThingName must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got "acme-Sensor 1", '
      + 'made of subject.commonName; change that, or what the just-in-time provisioning template of the CA takes'],
    ['a name that is too long with the prefix', { thingNamePrefix: 'x'.repeat(100) }, { commonName: 'y'.repeat(29) },
      'the provisioning template\'s Resources.thing.Properties.ThingName must be 1 to 128 letters'],
    ['a value that is none of an attribute', { thingAttributes: { vendor: ProvisioningParameter.ORGANIZATION } }, { commonName: 'a', organization: 'Acme Corp' },
      'the provisioning template\'s Resources.thing.Properties.AttributePayload.vendor must be at most 800 letters, digits and _ . , @ / : # = [ ] -, without a space, '
      + 'for AWS IoT Core, got "Acme Corp", made of subject.organization; '],
  ])('must not have %s', (_, options, subject, message) => {
    const stack = provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices', ...options }), { commonName: 'a', organization: 'Acme' }, subject);
    expect(() => Template.fromStack(stack)).toThrow(`Stack/Ca/Device1: ${message}`);
  });

  test.each([
    ['Fn::Sub of a text', { 'Fn::Sub': 'acme-${AWS::IoT::Certificate::CommonName}' }],
    ['Fn::Sub of a list', { 'Fn::Sub': ['acme-${name}', { name: { Ref: 'AWS::IoT::Certificate::CommonName' } }] }],
    ['Fn::Join', { 'Fn::Join': ['-', ['acme', { Ref: 'AWS::IoT::Certificate::CommonName' }]] }],
  ])('is put into a name by %s', (_, ThingName) => {
    const template = templateWith(['AWS::IoT::Certificate::CommonName'], { thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName } } });
    const provisioning = JustInTimeProvisioning.fromTemplate(template);
    expect(() => Template.fromStack(provisioned(provisioning, { commonName: 'sensor-1' }))).not.toThrow();
    expect(() => Template.fromStack(provisioned(provisioning, { commonName: 'Sensor 1' }))).toThrow('got "acme-Sensor 1", made of subject.commonName');
  });

  test('is not judged where it is known only at deployment, or what is made of it', () => {
    const ThingName = { 'Fn::Select': ['0', { 'Fn::Split': ['.', { Ref: 'AWS::IoT::Certificate::CommonName' }] }] };
    const template = templateWith(['AWS::IoT::Certificate::CommonName'], { thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName } } });
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(template), { commonName: 'sensor-1.acme example' }))).not.toThrow();
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices' }), { commonName: Aws.STACK_NAME }))).not.toThrow();
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

  test('may add things to groups where it is not known yet whether the template names groups', () => {
    const template = { ...templateWith(), Resources: Lazy.any({ produce: () => templateWith().Resources }) };
    const [things] = rights(JustInTimeProvisioning.fromTemplate(template));
    expect(kindsOf(things.Resource)).toEqual([':billinggroup/*', ':cert/*', ':policy/*', ':thing/*', ':thinggroup/*', ':thingtype/*']);
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
