import { Aws, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPolicy } from 'aws-cdk-lib/aws-iot';
import { DOCUMENT, ID, provisioned, sentTemplateOf, templateBodyOf, templateWith, withPolicy, withThing } from './provisioning';
import { AwsIotCaRegistration, JustInTimeProvisioning } from '../../../src';
import { stackWithCa } from '../../support/stacks';

const COMMON_NAME = 'AWS::IoT::Certificate::CommonName';

type Sent = { readonly Resources: { readonly [name: string]: { readonly Properties: { readonly [property: string]: unknown } } } };

/** A text as CloudFormation makes it, with the name of each value that it fills in for the value. */
function filledIn(value: unknown): string {
  const join = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  return typeof value === 'string' ? value : join ? join[1].map(filledIn).join(join[0]) : `<${Object.values(value as object).flat().join('.')}>`;
}

/** What AWS IoT gets as a property. */
function sentProperty(stack: Stack, resource: string, property: string): unknown {
  return (JSON.parse(filledIn(templateBodyOf(stack))) as Sent).Resources[resource].Properties[property];
}

const thingNamed = (name: unknown): unknown => sentProperty(provisioned(JustInTimeProvisioning.fromTemplate(withThing({ ThingName: name }))), 'thing', 'ThingName');

describe('what AWS IoT takes from the certificate', () => {
  const own = { Ref: COMMON_NAME };

  test.each<[string, unknown, unknown]>([
    ['Fn.ref', Fn.ref(COMMON_NAME), own],
    ['a token of a map', Token.asAny(own), own],
    ['a lazy map', Lazy.any({ produce: () => own }), own],
    ['a lazy text', Lazy.string({ produce: () => `dev-${Fn.ref(COMMON_NAME)}` }), { 'Fn::Join': ['', ['dev-', own]] }],
    ['Fn.join', Fn.join('-', ['dev', Fn.ref(COMMON_NAME)]), { 'Fn::Join': ['-', ['dev', own]] }],
    ['Fn.sub', Fn.sub(`dev-\${${COMMON_NAME}}`), { 'Fn::Join': ['', ['dev-', own]] }],
    ['Fn.sub with variables', Fn.sub('dev-${x}', { x: Fn.ref(COMMON_NAME) }), { 'Fn::Join': ['', ['dev-', own]] }],
    ['Fn.select and Fn.split', Fn.select(0, Fn.split('.', Fn.ref(COMMON_NAME))), { 'Fn::Select': [0, { 'Fn::Split': ['.', own] }] }],
    ['a string with it inside', `dev-${Fn.ref(COMMON_NAME)}-x`, { 'Fn::Join': ['', ['dev-', own, '-x']] }],
  ])('may be written with %s, as one does in an app', (_, name, expected) => {
    expect(thingNamed(name)).toEqual(expected);
  });

  test.each<[string, unknown, unknown]>([
    ['Fn.join', Fn.join('-', [Aws.REGION, Fn.ref(COMMON_NAME)]), { 'Fn::Join': ['-', ['<AWS::Region>', own]] }],
    ['Fn.sub', Fn.sub(`\${AWS::Region}-\${${COMMON_NAME}}`), { 'Fn::Join': ['', ['<${AWS::Region}>', '-', own]] }],
    ['a string', `${Aws.REGION}-${Fn.ref(COMMON_NAME)}`, { 'Fn::Join': ['', ['<AWS::Region>', '-', own]] }],
    ['a map', { 'Fn::Join': ['-', [Aws.REGION, own]] }, { 'Fn::Join': ['-', ['<AWS::Region>', own]] }],
  ])('may stand in %s beside what CloudFormation fills in', (_, name, expected) => {
    expect(thingNamed(name)).toEqual(expected);
  });

  test('leaves a variable of a policy alone in Fn.sub', () => {
    const document = Fn.sub(`{"Statement":["\${!iot:ClientId}","\${${ID.Ref}}"]}`);
    expect(sentProperty(provisioned(JustInTimeProvisioning.fromTemplate(withPolicy({ PolicyDocument: document }))), 'policy', 'PolicyDocument'))
      .toEqual({ 'Fn::Join': ['', ['{"Statement":["', '${iot:ClientId}', '","', ID, '"]}']] });
  });

  test('is judged however it is written', () => {
    const stack = provisioned(JustInTimeProvisioning.fromTemplate(withThing({ ThingName: Fn.join('-', ['dev', Fn.ref(COMMON_NAME)]) })), { commonName: 'Sensor 1' });
    expect(() => Template.fromStack(stack)).toThrow('got "dev-Sensor 1", made of subject.commonName');
  });

  test('must be declared however it is written', () => {
    const template = templateWith([], { thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: Fn.ref(COMMON_NAME) } } });
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(template)))).toThrow('[Stack/Registration] every Ref and Fn::Sub in a '
      + `provisioning template must refer to one of its Parameters or Resources, got "${COMMON_NAME}"`);
  });

  test('must not go through a function that only CloudFormation has', () => {
    const template = withThing({ ThingName: Fn.base64(Fn.ref(COMMON_NAME)) });
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(template)))).toThrow(/must be a map with one of Ref, .*, got "Fn::Base64"/);
  });
});

test('a lazy reference to a resource of the template is AWS IoT\'s', () => {
  const template = withThing({ ThingTypeName: Lazy.any({ produce: () => ({ Ref: 'certificate' }) }) });
  expect(sentTemplateOf(provisioned(JustInTimeProvisioning.fromTemplate(template)))).toEqual(withThing({ ThingTypeName: { Ref: 'certificate' } }));
});

describe('what CloudFormation fills in', () => {
  test('may stand for names, attributes and parts of a policy document', () => {
    const { stack, ca } = stackWithCa();
    const policy = new CfnPolicy(stack, 'Policy', { policyDocument: {} });
    const Resource = `arn:${Aws.PARTITION}:iot:${Aws.REGION}:${Aws.ACCOUNT_ID}:client/\${iot:Connection.Thing.ThingName}`;
    const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource }] };
    const policyOf = (Properties: object) => ({ Type: 'AWS::IoT::Policy', Properties });
    const template = templateWith([], {
      byAttribute: policyOf({ PolicyName: policy.getAtt('Id') }),
      byReference: policyOf({ PolicyName: policy.ref }),
      asMap: policyOf({ PolicyDocument: document }),
      asText: policyOf({ PolicyDocument: stack.toJsonString(document) }),
      thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: ID, ThingTypeName: Fn.join('-', [Aws.REGION, 'sensor']), AttributePayload: { region: Aws.REGION } } },
    });
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.fromTemplate(template) });
    const sent = (resource: string, property: string) => sentProperty(stack, resource, property);
    expect(sent('byAttribute', 'PolicyName')).toBe('<Policy.Id>');
    expect(sent('byReference', 'PolicyName')).toBe('<Policy>');
    expect(sent('thing', 'ThingTypeName')).toBe('<AWS::Region>-sensor');
    expect(sent('thing', 'AttributePayload')).toEqual({ region: '<AWS::Region>' });
    for (const resource of ['asMap', 'asText']) {
      expect(JSON.parse(sent(resource, 'PolicyDocument') as string).Statement[0].Resource)
        .toBe('arn:<AWS::Partition>:iot:<AWS::Region>:<AWS::AccountId>:client/${iot:Connection.Thing.ThingName}');
    }
  });

  test.each<[string, unknown]>([
    ['alone', Aws.REGION],
    ['beside a constant', Fn.join('-', [Aws.REGION, 'sensor'])],
  ])('must not name the thing of all devices %s', (_, ThingName) => {
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(withThing({ ThingName })))))
      .toThrow('[Stack/Registration] the provisioning template\'s Resources.thing.Properties.ThingName must contain a value that differs from device to device, such as '
        + '{"Ref": "AWS::IoT::Certificate::CommonName"}, got a token, which is known only at deployment: otherwise all devices would become one thing');
  });

  test('may stand beside what AWS IoT takes from the certificate in the name of a thing', () => {
    const stack = provisioned(JustInTimeProvisioning.fromTemplate(withThing({ ThingName: Fn.join('-', [Aws.REGION, Fn.ref(COMMON_NAME)]) })));
    expect(sentProperty(stack, 'thing', 'ThingName')).toEqual({ 'Fn::Join': ['-', ['<AWS::Region>', { Ref: COMMON_NAME }]] });
  });

  describe('must not be a number where AWS IoT wants a string:', () => {
    const number = (stack: Stack) => new CfnParameter(stack, 'Number', { type: 'Number' });
    const withDefault = (value: unknown) => ({ ...templateWith(), Parameters: { ...templateWith().Parameters as object, [COMMON_NAME]: { Type: 'String', Default: value } } });
    const bound = (made: (stack: Stack) => object): Stack => {
      const { stack, ca } = stackWithCa();
      new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.fromTemplate(made(stack)) });
      return stack;
    };
    test.each<[string, (value: unknown) => object, string]>([
      ['the default of a parameter', withDefault, `the Default of the parameter ${COMMON_NAME} of a provisioning template must be a string`],
      ['a type', value => withThing({ ThingTypeName: value }), 'Resources.thing.Properties.ThingTypeName must be a string, or a Ref or function that results in a string'],
      ['an attribute', value => withThing({ AttributePayload: { rack: value } }),
        'Resources.thing.Properties.AttributePayload.rack must be a string, or a Ref or function that results in a string'],
    ])('%s', (_, withValue, message) => {
      expect(() => Template.fromStack(bound(stack => withValue(number(stack).valueAsNumber))))
        .toThrow(`${message}, got a token for a number; convert it to a string with Token.asString()`);
      expect(templateBodyOf(bound(stack => withValue(Token.asString(number(stack).valueAsNumber))))).toEqual(expect.objectContaining({ 'Fn::Join': expect.anything() }));
    });
  });

  test.each<[string, (name: string) => unknown]>([
    ['alone', name => name],
    ['beside what AWS IoT takes from the certificate', name => Fn.join('-', [name, Fn.ref(COMMON_NAME)])],
    ['in Fn.sub beside what AWS IoT takes from the certificate', name => Fn.sub(`\${x}-\${${COMMON_NAME}}`, { x: name })],
  ])('may come of another stack, %s', (_, made) => {
    const { stack, ca } = stackWithCa();
    const policy = new CfnPolicy(new Stack(stack.node.root, 'Other'), 'Policy', { policyDocument: {} });
    const template = withThing({ ThingTypeName: made(policy.ref) });
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.fromTemplate(template) });
    expect(JSON.stringify(sentProperty(stack, 'thing', 'ThingTypeName'))).toContain('<Other:ExportsOutputRefPolicy');
  });

  test.each<[string, (stack: Stack) => unknown, string]>([
    ['the template, as a reference', stack => new CfnParameter(stack, 'Parameter').value, 'the provisioning template must be a map with Resources, got a token, '],
    ['its resources', () => ({ ...templateWith(), Resources: Token.asAny(Fn.importValue('x')) }), 'the provisioning template must be a map with Resources, got "Parameters, '],
    ['a type', () => templateWith([], { policy: { Type: Aws.REGION, Properties: { PolicyName: 'x' } } }), 'the Type of the resource "policy" of the provisioning template must be one of '],
    ['the id of the certificate', () => ({ Resources: { certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: Aws.REGION } } } }),
      'the provisioning template\'s Resources.certificate.Properties.CertificateId must be {"Ref": "AWS::IoT::Certificate::Id"}, '],
  ])('must not stand for %s, of which the rest is made', (_, made, message) => {
    const { stack, ca } = stackWithCa();
    new AwsIotCaRegistration(stack, 'Registration', { ca, justInTimeProvisioning: JustInTimeProvisioning.fromTemplate(made(stack) as object) });
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Registration] ${message}`);
  });

  test('may not be a list among other texts', () => {
    const groups = ['field', ...new CfnParameter(new Stack(), 'Groups', { type: 'CommaDelimitedList' }).valueAsList];
    expect(() => provisioned(JustInTimeProvisioning.fromTemplate(withThing({ ThingGroups: groups })))).toThrow('Stack/Registration: the provisioning template\'s '
      + 'Resources.thing.Properties.ThingGroups must be a list of strings or a token for the whole list');
  });
});

describe('what is lazy', () => {
  const policy = withPolicy({ PolicyDocument: DOCUMENT });
  const lazy = (value: unknown) => Lazy.any({ produce: () => value });
  const { certificate, policy: { Type, Properties } } = (policy as Sent).Resources as any;

  test.each<[string, object]>([
    ['a template', lazy(policy)],
    ['parameters', { ...policy, Parameters: lazy(policy.Parameters) }],
    ['resources', { ...policy, Resources: lazy(policy.Resources) }],
    ['a resource', { ...policy, Resources: { certificate, policy: lazy({ Type, Properties }) } }],
    ['a type', { ...policy, Resources: { certificate, policy: { Type: Lazy.string({ produce: () => Type }), Properties } } }],
    ['properties', { ...policy, Resources: { certificate, policy: { Type, Properties: lazy(Properties) } } }],
    ['a policy document', { ...policy, Resources: { certificate, policy: { Type, Properties: { PolicyDocument: lazy(DOCUMENT) } } } }],
    ['a statement', { ...policy, Resources: { certificate, policy: { Type, Properties: { PolicyDocument: { ...DOCUMENT, Statement: lazy(DOCUMENT.Statement) } } } } }],
  ])('may be %s, and the document of the policy becomes a string all the same', (_, template) => {
    const sent = sentTemplateOf(provisioned(JustInTimeProvisioning.fromTemplate(template)));
    expect(sent).toEqual({ ...policy, Resources: { certificate, policy: { Type, Properties: { PolicyDocument: JSON.stringify(DOCUMENT) } } } });
  });

  test('may be made when the stack is synthesized', () => {
    const groups: string[] = [];
    const stack = provisioned(JustInTimeProvisioning.fromTemplate(withThing({ ThingGroups: Lazy.list({ produce: () => groups }) })));
    groups.push('field');
    expect((sentTemplateOf(stack) as Sent).Resources.thing.Properties.ThingGroups).toEqual(['field']);
  });

  const resources = (value: unknown) => ({ ...templateWith(), Resources: lazy(value) });
  const statement = (Resource: unknown) => withPolicy({ PolicyDocument: { ...DOCUMENT, Statement: [{ ...DOCUMENT.Statement[0], Resource }] } });

  test.each<[string, object, string]>([
    ['parameters', { ...templateWith(), Parameters: lazy({ Name: { Type: 'String' } }) }, 'each parameter of a provisioning template must be one of AWS::IoT::Certificate::Country, '],
    ['resources', resources({ cert: { Type: 'AWS::IoT::Thing', Properties: {} } }), 'the resource "cert" of the provisioning template must have a ThingName, got no properties'],
    ['a number for a string', withThing({ ThingTypeName: lazy(5) }), 'the provisioning template\'s Resources.thing.Properties.ThingTypeName must be a string, '],
    ['a reference in a policy document', statement(lazy(ID)), 'the provisioning template\'s Resources.policy.Properties.PolicyDocument must not contain a Ref or a function, '],
    ['a list of references in one', statement(lazy([ID])), 'the provisioning template\'s Resources.policy.Properties.PolicyDocument must not contain a Ref or a function, '],
    ['a function', resources({ x: () => undefined }), 'the provisioning template\'s Resources.x must be a JSON value (a string, a number, '],
    ['a date', withThing({ X: lazy(new Date(0)) }), 'the provisioning template\'s Resources.thing.Properties.X must be '],
  ])('is refused as it would be otherwise: %s', (_, template, message) => {
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(template)))).toThrow(`[Stack/Registration] ${message}`);
  });

  test('may fail in its own words', () => {
    const template = withThing({ ThingTypeName: Lazy.string({ produce: () => { throw new Error('the list of types is empty'); } }) });
    expect(() => Template.fromStack(provisioned(JustInTimeProvisioning.fromTemplate(template)))).toThrow('the list of types is empty');
  });

  test('is read as it was given, whatever becomes of the map', () => {
    const template = { ...withThing() };
    const stack = provisioned(JustInTimeProvisioning.fromTemplate(template));
    template.Resources = {};
    expect(sentTemplateOf(stack)).toEqual(withThing());
  });
});
