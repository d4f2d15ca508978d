import { generateKeyPairSync } from 'node:crypto';
import { Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { DOCUMENT, ID, provisioned, sentTemplateOf, templateBodyOf, templateWith, withPolicy, withThing } from './provisioning';
import { JustInTimeProvisioning } from '../../../src';

describe('a template of one\'s own', () => {
  const thingOf = (Properties: object) => templateWith([], { thing: { Type: 'AWS::IoT::Thing', Properties } });
  const certificateOf = (Properties: object) => ({ ...templateWith(), Resources: { cert: { Type: 'AWS::IoT::Certificate', Properties } } });

  test('is taken as a map or as JSON, and sent without white space', () => {
    const expected = JSON.stringify(templateWith());
    const asJson = JustInTimeProvisioning.fromJson(JSON.stringify(templateWith(), null, 4));
    for (const provisioning of [JustInTimeProvisioning.fromTemplate(templateWith()), asJson]) {
      expect(templateBodyOf(provisioned(provisioning))).toBe(expected);
    }
  });

  test.each<[string, unknown, string]>([
    ['without resources', { Parameters: {} }, 'the provisioning template must be a map with Resources, got "Parameters"'],
    ['with a parameter that AWS IoT does not fill', templateWith(['ThingName']),
      'each parameter of a provisioning template must be one of AWS::IoT::Certificate::Country, '],
    ['that refers to what it does not declare', thingOf({ ThingName: { Ref: 'AWS::IoT::Certificate::Country' } }),
      'every Ref and Fn::Sub in a provisioning template must refer to one of its Parameters or Resources, got "AWS::IoT::Certificate::Country"'],
    ['that substitutes what it does not declare', thingOf({ ThingName: { 'Fn::Sub': 'acme-${AWS::IoT::Certificate::Country}' } }),
      'every Ref and Fn::Sub in a provisioning template must refer to one of its Parameters or Resources, got "AWS::IoT::Certificate::Country"'],
    ['that substitutes by what it does not declare', thingOf({ ThingName: { 'Fn::Sub': ['${name}', { name: { Ref: 'Name' } }] } }),
      'every Ref and Fn::Sub in a provisioning template must refer to one of its Parameters or Resources, got "Name"'],
    ['with a policy that is neither named nor given', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: {} } }),
      'the resource "policy" of the provisioning template must have a PolicyName or a PolicyDocument, and not both, got no properties; name an existing policy'],
    ['with a policy that is named and given', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'a', PolicyDocument: '{}' } } }),
      'the resource "policy" of the provisioning template must have a PolicyName or a PolicyDocument, and not both, got PolicyName and PolicyDocument; '],
    ['with a policy without a name', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: '' } } }),
      'the provisioning template\'s Resources.policy.Properties.PolicyName must be 1 to 128 letters, digits and _ + = , . @ - for AWS IoT Core, got ""'],
    ['with a thing without a name', thingOf({ ThingTypeName: 'sensor' }),
      'the resource "thing" of the provisioning template must have a ThingName, got ThingTypeName; name it with a parameter, such as {"Ref": '],
    ['with a thing that no certificate can give a valid name', templateWith(['AWS::IoT::Certificate::CommonName'], {
      thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { 'Fn::Join': ['', ['line 1/', { Ref: 'AWS::IoT::Certificate::CommonName' }]] } } },
    }), 'the provisioning template\'s Resources.thing.Properties.ThingName must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got "line 1/x", '
      + 'where x stands for a value from a certificate'],
    ['with an attribute that AWS IoT refuses', thingOf({ ThingName: ID, AttributePayload: { site: 'North Hall' } }),
      'the provisioning template\'s Resources.thing.Properties.AttributePayload.site must be at most 800 letters, digits and _ . , @ / : # = [ ] -, without spaces, '],
    ['with four attributes of a thing without a type', thingOf({ ThingName: ID, AttributePayload: { a: ID, b: ID, c: ID, d: ID } }),
      'the provisioning template\'s Resources.thing.Properties.AttributePayload must have at most 3 entries for a thing without a thing type, got 4'],
    ['with a resource of another type', templateWith([], { role: { Type: 'AWS::IAM::Role', Properties: {} } }),
      'the Type of the resource "role" of the provisioning template must be one of AWS::IoT::Thing, AWS::IoT::Certificate, AWS::IoT::Policy, got "AWS::IAM::Role"'],
    ['with a resource that is nothing', { Resources: { cert: null } },
      'the resource "cert" of the provisioning template must be a map with Type and Properties, got null'],
    ['without a certificate', { Resources: { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'devices' } } } },
      'the Resources of a provisioning template must contain a resource of the Type AWS::IoT::Certificate, got policy; the certificate with which a device connects is {"Ref": '],
    ['with a certificate that is not the device\'s', { Resources: { cert: { Type: 'AWS::IoT::Certificate', Properties: { CertificateSigningRequest: 'x' } } } },
      'the resource "cert" of the provisioning template must have a CertificateId, got CertificateSigningRequest; the certificate with which a device connects is {"Ref": '],
    ['with a certificate that is a certain one', certificateOf({ CertificateId: 'abc' }),
      'the provisioning template\'s Resources.cert.Properties.CertificateId must be {"Ref": "AWS::IoT::Certificate::Id"}, the certificate with which a device connects, '
      + 'got "abc"'],
    ['with a certificate that is told by its name', { ...withThing(), ...certificateOf({ CertificateId: { Ref: 'AWS::IoT::Certificate::CommonName' } }) },
      'the provisioning template\'s Resources.cert.Properties.CertificateId must be {"Ref": "AWS::IoT::Certificate::Id"}, the certificate with which a device connects, '
      + 'got an expression with "AWS::IoT::Certificate::CommonName"'],
    ['with a certificate in a state that there is not', certificateOf({ CertificateId: ID, Status: 'on' }),
      'the provisioning template\'s Resources.cert.Properties.Status must be ACTIVE or INACTIVE, got "on"'],
    ...[null, 5, ['sensor'], { name: 'sensor' }].map((ThingName): [string, unknown, string] => [`with a thing named ${JSON.stringify(ThingName)}`, thingOf({ ThingName }),
      'the provisioning template\'s Resources.thing.Properties.ThingName must be a string, or a Ref or function that results in a string, got ']),
    ['with one thing for all devices', thingOf({ ThingName: 'sensor' }),
      'the provisioning template\'s Resources.thing.Properties.ThingName must contain a value that differs from device to device, such as '
      + '{"Ref": "AWS::IoT::Certificate::CommonName"}, got "sensor": otherwise all devices would become one thing'],
    ['with one thing for all devices, of pieces', thingOf({ ThingName: { 'Fn::Join': ['-', ['sensor', 'x']] } }),
      'the provisioning template\'s Resources.thing.Properties.ThingName must contain a value that differs from device to device'],
    ['with groups that are no list', thingOf({ ThingName: ID, ThingGroups: 'field' }),
      'the provisioning template\'s Resources.thing.Properties.ThingGroups must be a list of strings, got "field"'],
    ['with a group that AWS IoT refuses', thingOf({ ThingName: ID, ThingGroups: ['field', 'my field'] }),
      'the provisioning template\'s Resources.thing.Properties.ThingGroups.1 must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got "my field"'],
    ['with attributes that are a list', thingOf({ ThingName: ID, AttributePayload: ['version'] }),
      'the provisioning template\'s Resources.thing.Properties.AttributePayload must be a map of names to texts, got a list'],
    ['with an attribute that is a number', thingOf({ ThingName: ID, AttributePayload: { version: 1 } }),
      'the provisioning template\'s Resources.thing.Properties.AttributePayload.version must be a string, or a Ref or function that results in a string, got 1'],
    ['with properties that are a list', templateWith([], { policy: { Type: 'AWS::IoT::Policy', Properties: ['PolicyName'] } }),
      'the Properties of the resource "policy" of the provisioning template must be a map, got a list'],
    ['with parameters that are a list', { ...templateWith(), Parameters: ['AWS::IoT::Certificate::Id'] },
      'the Parameters of a provisioning template must be a map, got a list'],
    ['with a parameter that is nothing', { ...templateWith(), Parameters: { 'AWS::IoT::Certificate::Id': null } },
      'the parameter AWS::IoT::Certificate::Id of a provisioning template must be a map with Type, got null'],
    ...['{not json', '5', '[]', 'null', '{}', 5, ['x'], {}].map((document): [string, unknown, string] => [
      `with the policy document ${JSON.stringify(document)}`, withPolicy({ PolicyDocument: document }),
      'the provisioning template\'s Resources.policy.Properties.PolicyDocument must be a policy document with a Statement, as a map or as JSON text, got ',
    ]),
    ['that refers in two ways at once', thingOf({ ThingName: { ...ID, 'Fn::Join': ['', ['x']] } }),
      'each map with a Ref or a function in the resource "thing" of the provisioning template must be a map with one of Ref, Fn::Join, Fn::Sub, Fn::Select, Fn::Split, '
      + 'Fn::FindInMap and its argument, got "Ref and Fn::Join"'],
    ['with a function that only CloudFormation has', thingOf({ ThingName: { 'Fn::Base64': ID } }), 'each map with a Ref or a function in the resource "thing" of '],
    ...Object.entries({ 'Ref': 5, 'Fn::Join': 'x', 'Fn::Sub': { x: 1 }, 'Fn::Select': ['0'], 'Fn::Split': '-', 'Fn::FindInMap': ['a', 'b'] })
      .map(([name, argument]): [string, unknown, string] => [`with ${name} of ${JSON.stringify(argument)}`, thingOf({ ThingName: { [name]: argument } }),
        `each ${name} in the resource "thing" of the provisioning template must take `]),
  ])('%s is refused', (_, template, message) => {
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(template as object))).toThrow(`Stack/Registration: ${message}`);
  });

  test.each([
    ['no JSON', '{', 'json must be a provisioning template in JSON, got "{"; for a file, pass its content'],
    ['null', 'null', 'json must be a provisioning template in JSON, got "null"'],
    ['a list', '[]', 'json must be a provisioning template in JSON, got "[]"'],
    ['a token', Aws.STACK_NAME, 'json must be known at synthesis'],
  ])('%s is refused', (_, json, message) => {
    expect(() => JustInTimeProvisioning.fromJson(json)).toThrow(message);
  });

  test.each<[string, () => unknown, string]>([
    ['a string', () => 'Resources', 'a string "Resources"'],
    ['null', () => null, 'null'],
    ['a token in a string', () => Aws.REGION, 'a token in a string'],
    ['a token in a number', () => new CfnParameter(new Stack(), 'Parameter', { type: 'Number' }).valueAsNumber, 'a token in a number'],
  ])('that is %s is refused', (_, template, got) => {
    expect(() => JustInTimeProvisioning.fromTemplate(template() as object)).toThrow(`JustInTimeProvisioning.fromTemplate(): template must be a map, got ${got}`);
  });

  test('may make a list of groups of what is in the certificate', () => {
    const template = withThing({ ThingGroups: { 'Fn::Split': ['-', { Ref: 'AWS::IoT::Certificate::CommonName' }] } });
    expect(sentTemplateOf(provisioned(JustInTimeProvisioning.fromTemplate(template)))).toEqual(template);
  });

  test('may have variables of a policy where it substitutes', () => {
    const document = { 'Fn::Sub': '{"Statement":[{"Resource":"arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}-${AWS::IoT::Certificate::Id}"}]}' };
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(withPolicy({ PolicyDocument: document })))).not.toThrow();
  });

  test.each<[string, unknown]>([
    ['a map', DOCUMENT],
    ['a document of aws-cdk-lib', PolicyDocument.fromJson(DOCUMENT)],
    ['a string', JSON.stringify(DOCUMENT)],
  ])('may give the document of a policy as %s, of which AWS IoT gets the JSON', (_, given) => {
    const { Resources } = sentTemplateOf(provisioned(JustInTimeProvisioning.fromTemplate(withPolicy({ PolicyDocument: given }))));
    const { PolicyDocument: sent } = (Resources as { policy: { Properties: { PolicyDocument: string } } }).policy.Properties;
    expect(typeof sent).toBe('string');
    expect(JSON.parse(sent)).toEqual(DOCUMENT);
  });

  test('is refused where the document of a policy takes something from the certificate, which AWS IoT does not fill in', () => {
    const Statement = [{ Effect: 'Allow', Action: 'iot:Connect', Resource: { 'Fn::Sub': 'client/${AWS::IoT::Certificate::CommonName}' } }];
    const document = { Version: '2012-10-17', Statement };
    const template = templateWith(['AWS::IoT::Certificate::CommonName'], { policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: document } } });
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(template))).toThrow('Stack/Registration: the provisioning template\'s '
      + 'Resources.policy.Properties.PolicyDocument must not contain a Ref or a function, because AWS IoT treats it as a string, got an expression with '
      + '"AWS::IoT::Certificate::CommonName"; use a policy variable');
  });

  /** A template of so many characters as it is sent. */
  const ofLength = (length: number): { [section: string]: unknown } => {
    const ofText = (text: string) => withPolicy({ PolicyDocument: JSON.stringify({ ...DOCUMENT, Id: text }) });
    return ofText('x'.repeat(length - JSON.stringify(ofText('')).length));
  };

  test('may have 10,240 characters', () => {
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(ofLength(10_240))))).not.toThrow();
  });

  test('may not have one more', () => {
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(ofLength(10_241)))))
      .toThrow('[Stack/Registration] the provisioning template must be at most 10240 characters long, got 10241');
  });

  const itself: { [name: string]: unknown } = {};
  itself.itself = itself;

  test.each<[string, unknown, string]>([
    ['what holds itself', withThing({ X: itself }),
      'the provisioning template\'s Resources.thing.Properties.X.itself… must be at most 50 levels deep, got a deeper value, or one that contains itself'],
    ['a document that holds itself', withPolicy({ PolicyDocument: itself }), 'the provisioning template\'s Resources.policy.Properties.PolicyDocument.itself… must be at most'],
    ['a function', withThing({ X: () => 'x' }), 'the provisioning template\'s Resources.thing.Properties.X must be a JSON value (a string, a number, a boolean, '
      + 'a list or a map), got a function'],
    ['a construct', withThing({ X: new Stack(undefined, 'Mine') }), 'the provisioning template\'s Resources.thing.Properties.X must be .* got the construct "Mine"'],
    ['a date', withThing({ X: new Date(0) }), 'the provisioning template\'s Resources.thing.Properties.X must be .* got an object of another kind'],
    ['a number without bounds', withThing({ X: Infinity }), 'the provisioning template\'s Resources.thing.Properties.X must be .* got Infinity'],
    ['a token as a name', withThing({ AttributePayload: { [Aws.REGION]: 'x' } }),
      'the provisioning template\'s Resources.thing.Properties.AttributePayload must be a map whose names are known at synthesis, got a token as a name'],
    ['the name __proto__', JSON.parse(JSON.stringify(withThing()).replace('"thing"', '"__proto__"')), 'the provisioning template\'s Resources must be a map without the '
      + 'name __proto__'],
  ])('that holds %s is refused in words of this library', (_, template, message) => {
    const pattern = `Stack/Registration: ${message}`.split('.*').map(part => part.replace(/[.+…()]/g, '\\$&')).join('.*');
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(template as object))).toThrow(new RegExp(`^${pattern}`));
  });

  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const base64 = pem.split('\n').slice(1, -2).join('');

  test('that holds a private key in PEM where nothing else is wrong is refused', () => {
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate({ ...templateWith(), DeviceConfiguration: { key: pem } })))
      .toThrow('Stack/Registration: the provisioning template must not hold a private key; take the key out of it, and consider it disclosed');
  });

  describe.each([['PEM', pem], ['base64 of DER', base64]])('that holds a private key as %s', (_, key) => {
    test.each<[string, unknown]>([
      ['a section', { [key]: {} }],
      ['a parameter', { ...templateWith(), Parameters: { [key]: { Type: 'String' } } }],
      ['a default', { ...templateWith(), Parameters: { 'AWS::IoT::Certificate::Id': { Type: 'String', Default: { key } } } }],
      ['a default of a list', { ...templateWith(), Parameters: { 'AWS::IoT::Certificate::Id': { Type: 'String', Default: [key] } } }],
      ['the name of a resource', { Resources: { [key]: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'x' } } } }],
      ['the name of a resource with a fault', templateWith([], { [key]: { Type: 'AWS::IoT::Thing', Properties: { ThingName: 'a b' } } })],
      ['the name of a property', withPolicy({ [key]: 1 })],
      ['the name of an attribute', withThing({ AttributePayload: { [key]: 'x' } })],
      ['a policy document', withPolicy({ PolicyDocument: key })],
      ['the name of what is no JSON', withThing({ [key]: () => undefined })],
    ])('in %s is refused, and not shown', (__, template) => {
      const refused = refusal(() => provisioned(JustInTimeProvisioning.fromTemplate(template as object)));
      expect(refused).toMatch(/^Stack\/Registration: /);
      expect(refused).not.toContain(base64.slice(20, 45));
    });

    test('in JSON with a fault is refused, and not shown', () => {
      expect(refusal(() => JustInTimeProvisioning.fromJson(`${key}`))).not.toContain(base64.slice(0, 8));
    });
  });
});

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}
