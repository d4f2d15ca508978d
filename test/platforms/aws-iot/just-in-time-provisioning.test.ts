import { Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { provisioned, REGISTRATION, sentTemplateOf, templateWith } from './provisioning';
import {
  AwsIotCaRegistration, AwsIotThingPolicy, CertificateSubject, DeviceCertificate, JustInTimeProvisioning, JustInTimeProvisioningOptions, PrivateIotCa,
  ProvisioningParameter,
} from '../../../src';
import { propertiesOf, stackWithCa } from '../../support/stacks';

describe('things', () => {
  test('are named by the common name, unless something else is declared', () => {
    const stack = provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices' }));
    expect(propertiesOf(stack, REGISTRATION).AutoRegistrationStatus).toBe('ENABLE');
    expect(sentTemplateOf(stack)).toEqual({
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
    const { Parameters, Resources } = sentTemplateOf(stack) as { Parameters: object; Resources: { [name: string]: { Properties: object } } };
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
    expect(JSON.stringify(propertiesOf(stack, REGISTRATION).RegistrationConfig)).toContain('{"Ref":"Policy23B91518"}');
  });

  const { ORGANIZATION, COUNTRY, STATE_NAME, SERIAL_NUMBER } = ProvisioningParameter;

  test.each<[string, JustInTimeProvisioningOptions, string]>([
    ['no policy', {}, 'either policyName or policyDocument must be given, because a device without a policy has no permissions, got neither'],
    ['two policies', { policyName: 'devices', policyDocument: new PolicyDocument() }, 'either policyName or policyDocument must be given, .* got both'],
    ['a policy without a name', { policyName: '' }, 'policyName must be 1 to 128 letters, digits and _ + = , . @ - for AWS IoT Core, got ""'],
    ['a prefix that no name begins with', { policyName: 'devices', thingNamePrefix: 'line 1/' },
      'thingNamePrefix must be at most 127 letters, digits and : _ - for AWS IoT Core, got "line 1/"'],
    ['a prefix as long as a name', { policyName: 'devices', thingNamePrefix: 'x'.repeat(128) }, 'thingNamePrefix must be at most 127 letters'],
    ['a type with a space', { policyName: 'devices', thingTypeName: 'my sensor' }, 'thingTypeName must be 1 to 128 letters, .* got "my sensor"'],
    ['a group with a space', { policyName: 'devices', thingGroups: ['a', 'my field'] }, 'thingGroups must be 1 to 128 letters, .* got "my field"'],
    ['an attribute with a space in its name', { policyName: 'devices', thingAttributes: { 'my vendor': ORGANIZATION } },
      'the names of thingAttributes must be 1 to 128 letters, digits and _ . , @ / : # -, without spaces, got "my vendor"'],
    ['four attributes without a type', { policyName: 'devices', thingAttributes: { a: ORGANIZATION, b: COUNTRY, c: STATE_NAME, d: SERIAL_NUMBER } },
      'thingAttributes must have at most 3 entries for a thing without a thing type, got 4: "a, b, c, d"; a thing with a thing type may have 50'],
  ])('with %s are refused', (_, options, message) => {
    const pattern = message.split('.*').map(part => part.replace(/[.+]/g, '\\$&')).join('.*');
    expect(() => JustInTimeProvisioning.forThings(options)).toThrow(new RegExp(`^JustInTimeProvisioning\\.forThings\\(\\): ${pattern}`));
  });

  test('may have four attributes where they have a type', () => {
    const thingAttributes = { a: ORGANIZATION, b: COUNTRY, c: STATE_NAME, d: SERIAL_NUMBER };
    expect(() => provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices', thingTypeName: 'sensor', thingAttributes }))).not.toThrow();
  });
});

describe('the subject of every device\'s certificate', () => {
  const byCountry = JustInTimeProvisioning.forThings({ policyName: 'devices', thingAttributes: { country: ProvisioningParameter.COUNTRY } });

  test('must have what the template declares, or the device would stay PENDING_ACTIVATION', () => {
    const stack = provisioned(byCountry, { commonName: 'sensor-001', country: 'CH' }, { commonName: 'sensor-002' });
    expect(() => Template.fromStack(stack)).toThrow('Stack/Ca/Device1: subject.country must be given, because the just-in-time provisioning template of '
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
      + 'digits and : _ - for AWS IoT Core, got "not claimed", where each parameter with a Default has that value'],
    ['that is no text', 7, 'the Default of the parameter AWS::IoT::Certificate::OrganizationalUnit of a provisioning template must be a string, got 7'],
  ])('is not made up for by a default %s', (_, value, message) => {
    expect(() => provisioned(defaulted(value), { commonName: 'sensor-002' })).toThrow(`Stack/Registration: ${message}`);
  });

  test.each<[string, Partial<JustInTimeProvisioningOptions>, CertificateSubject, string]>([
    ['a name that is no name of a thing', { thingNamePrefix: 'acme-' }, { commonName: 'Sensor 1' },
      'the provisioning template\'s Resources.thing.Properties.ThingName must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got "acme-Sensor 1", '
      + 'made of subject.commonName; change that, or what the just-in-time provisioning template of the CA makes of it'],
    ['a name that is too long with the prefix', { thingNamePrefix: 'x'.repeat(100) }, { commonName: 'y'.repeat(29) },
      'the provisioning template\'s Resources.thing.Properties.ThingName must be 1 to 128 letters'],
    ['a value that is none of an attribute', { thingAttributes: { vendor: ProvisioningParameter.ORGANIZATION } }, { commonName: 'a', organization: 'Acme Corp' },
      'the provisioning template\'s Resources.thing.Properties.AttributePayload.vendor must be at most 800 letters, digits and _ . , @ / : # = [ ] -, without spaces, '
      + 'for AWS IoT Core, got "Acme Corp", made of subject.organization; '],
  ])('must not have %s', (_, options, subject, message) => {
    const stack = provisioned(JustInTimeProvisioning.forThings({ policyName: 'devices', ...options }), { commonName: 'a', organization: 'Acme' }, subject);
    expect(() => Template.fromStack(stack)).toThrow(`Stack/Ca/Device1: ${message}`);
  });

  test.each([
    ['Fn::Sub of a string', { 'Fn::Sub': 'acme-${AWS::IoT::Certificate::CommonName}' }],
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
    expect(() => Template.fromStack(stack)).toThrow('Devices/Sensor: subject.country must be given');
  });

  test('of another CA need not have it', () => {
    const { stack, ca } = stackWithCa();
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: byCountry });
    new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Other' } }).addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

test('provisioning without auto-registration is refused', () => {
  const { stack, ca } = stackWithCa();
  const justInTimeProvisioning = JustInTimeProvisioning.forThings({ policyName: 'devices' });
  expect(() => new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning, autoRegistration: false }))
    .toThrow('Stack/Registration: autoRegistration must be true for justInTimeProvisioning, got false');
});
