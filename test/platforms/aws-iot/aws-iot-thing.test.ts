import { Aws, CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { needsOf } from './aws-iot-stack';
import {
  AwsIotCaRegistration, AwsIotCertificateMode, AwsIotThing, AwsIotThingPolicy, AwsIotThingProps, DeviceCertificate, KeyAlgorithm, PemSource,
  PrivateIotCa, SubjectRule,
} from '../../../src';
import { propertiesOf, stackOf, stackWithCa } from '../../support/stacks';

function deviceOf(commonName = 'sensor-001') {
  const { stack, ca } = stackWithCa();
  return { stack, ca, certificate: ca.addDeviceCertificate('Sensor', { subject: { commonName } }) };
}

/** What AWS IoT makes of a policy's statements for a thing. */
function resourcesFor(stack: Parameters<typeof propertiesOf>[0], thingName: string): string[][] {
  const { Statement } = propertiesOf(stack, 'AWS::IoT::Policy').PolicyDocument as { Statement: { Resource: { 'Fn::Join': [string, unknown[]] }[] }[] };
  return Statement.map(({ Resource }) => Resource.map(arn =>
    String(arn['Fn::Join'][1].at(-1)).slice(1).replace('${iot:Connection.Thing.ThingName}', thingName)));
}

/** What CloudFormation makes at a time: all that needs nothing that is not there yet. */
function stepsOf(resources: { [id: string]: object }): string[][] {
  const done = new Set<string>();
  const steps: string[][] = [];
  while (done.size < Object.keys(resources).length) {
    const step = Object.keys(resources).filter(id => !done.has(id) && needsOf(resources[id]).every(need => done.has(need) || !(need in resources)));
    if (step.length === 0) {
      throw new Error('resources need each other');
    }
    step.forEach(id => done.add(id));
    steps.push(step);
  }
  return steps;
}

test('a thing is named by its certificate, which is registered by itself, and both are attached', () => {
  const { stack, certificate } = deviceOf();
  const thing = new AwsIotThing(stack, 'Thing', { certificate });
  expect(propertiesOf(stack, 'AWS::IoT::Thing')).toEqual({ ThingName: 'sensor-001' });
  expect(propertiesOf(stack, 'AWS::IoT::Certificate')).toEqual({
    CertificatePem: stack.resolve(certificate.certificatePem),
    CertificateMode: 'SNI_ONLY',
    Status: 'ACTIVE',
  });
  const principal = { 'Fn::GetAtt': ['ThingCertificateDC4A4BBD', 'Arn'] };
  expect(propertiesOf(stack, 'AWS::IoT::ThingPrincipalAttachment')).toEqual({ ThingName: { Ref: 'Thing5BC8BEC5' }, Principal: principal });
  expect(propertiesOf(stack, 'AWS::IoT::PolicyPrincipalAttachment')).toEqual({ PolicyName: stack.resolve(thing.policy.policyName), Principal: principal });
  expect(stack.resolve([thing.thingName, thing.certificateArn])).toEqual([{ Ref: 'Thing5BC8BEC5' }, principal]);
});

test('what AWS IoT knows the certificate by is known without asking it: the fingerprint', () => {
  const { stack, certificate } = deviceOf();
  const { certificateId } = new AwsIotThing(stack, 'Thing', { certificate });
  expect(stack.resolve(certificateId)).toEqual(stack.resolve(certificate.sha256Fingerprint));
});

test('with a CA in the mode DEFAULT the certificate is registered as one of that CA, after it', () => {
  const { stack, ca, certificate } = deviceOf();
  const caRegistration = new AwsIotCaRegistration(stack, 'Registration', { ca, mode: AwsIotCertificateMode.DEFAULT });
  new AwsIotThing(stack, 'Thing', { certificate, caRegistration, active: false, thingName: 'another', attributes: { site: 'north' } });
  expect(propertiesOf(stack, 'AWS::IoT::Certificate')).toMatchObject({
    CertificateMode: 'DEFAULT', CACertificatePem: stack.resolve(ca.certificatePem), Status: 'INACTIVE',
  });
  expect(propertiesOf(stack, 'AWS::IoT::Thing')).toEqual({ ThingName: 'another', AttributePayload: { Attributes: { site: 'north' } } });
  const [{ DependsOn }] = Object.values(Template.fromStack(stack).findResources('AWS::IoT::Certificate'));
  expect(DependsOn).toContain(Object.keys(Template.fromStack(stack).findResources('AWS::IoT::CACertificate'))[0]);
});

describe('a thing that is retained', () => {
  /** The ids of the constructs whose resources CloudFormation keeps, of types of AWS IoT. */
  const kept = (stack: Stack, keptBy = 'Retain') => Object.entries<{ Type: string; DeletionPolicy?: string }>(Template.fromStack(stack).toJSON().Resources)
    .filter(([, { Type, DeletionPolicy }]) => Type.startsWith('AWS::IoT::') && DeletionPolicy === keptBy).map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).sort();
  const ofThing = ['Thing', 'ThingCertificate', 'ThingPolicyAttachment', 'ThingThingAttachment'];

  test('is kept with its certificate, what attaches them, and the policy that it shares, so that the device can go on connecting', () => {
    const { stack, ca, certificate } = deviceOf();
    new AwsIotThing(stack, 'Thing', { certificate }).applyRemovalPolicy(RemovalPolicy.RETAIN);
    new AwsIotThing(stack, 'Other', { certificate: ca.addDeviceCertificate('Other', { subject: { commonName: 'other' } }) }).applyRemovalPolicy(RemovalPolicy.DESTROY);
    expect(kept(stack)).toEqual(['PrivateIotCaAwsIotThingPolicy', ...ofThing]);
    expect(kept(stack, 'Delete')).toEqual(['Other', 'OtherCertificate', 'OtherPolicyAttachment', 'OtherThingAttachment']);
  });

  test('leaves a policy of one\'s own as it is', () => {
    const { stack, certificate } = deviceOf();
    new AwsIotThing(stack, 'Thing', { certificate, policy: new AwsIotThingPolicy(stack, 'Policy') }).applyRemovalPolicy(RemovalPolicy.RETAIN);
    expect(kept(stack)).toEqual(ofThing);
  });

  test('can\'t be a snapshot', () => {
    const { stack, certificate } = deviceOf();
    expect(() => new AwsIotThing(stack, 'Thing', { certificate }).applyRemovalPolicy(RemovalPolicy.SNAPSHOT))
      .toThrow('Stack/Thing: removalPolicy must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT');
  });
});

test('80 things fit into a stack, and no more than ten are registered at a time, as AWS IoT takes them in a second', () => {
  const { stack, ca } = stackWithCa();
  for (let number = 1; number <= 80; number++) {
    const certificate = ca.addDeviceCertificate(`Sensor${number}`, { subject: { commonName: `sensor-${number}` } });
    new AwsIotThing(stack, `Thing${number}`, { certificate });
  }
  const resources: { [id: string]: { Type: string } } = Template.fromStack(stack).toJSON().Resources;
  expect(Object.keys(resources).length).toBeLessThanOrEqual(500);
  const registrations = stepsOf(resources).map(step => step.filter(id => resources[id].Type === 'AWS::IoT::Certificate').length);
  expect(registrations.filter(count => count > 0)).toEqual(Array(8).fill(10));
});

test('with a CA in the mode SNI_ONLY the certificate is registered without the CA\'s, which AWS takes in the other mode only', () => {
  const { stack, ca, certificate } = deviceOf();
  new AwsIotThing(stack, 'Thing', { certificate, caRegistration: new AwsIotCaRegistration(stack, 'Registration', { ca }) });
  expect(propertiesOf(stack, 'AWS::IoT::Certificate')).not.toHaveProperty('CACertificatePem');
});

test('the things of a stack share one policy, by which each may connect as itself and use its own topics', () => {
  const { stack, ca } = stackWithCa();
  for (let number = 0; number < 10; number++) {
    new AwsIotThing(stack, `Thing${number}`, { certificate: ca.addDeviceCertificate(`Sensor${number}`, { subject: { commonName: `sensor-${number}` } }) });
  }
  expect(resourcesFor(stack, 'sensor-7')).toEqual([
    ['client/sensor-7'],
    ['topic/sensor-7/*', 'topic/$aws/things/sensor-7/*', 'topic/$aws/commands/things/sensor-7/*'],
    ['topicfilter/sensor-7/*', 'topicfilter/$aws/things/sensor-7/*', 'topicfilter/$aws/commands/things/sensor-7/*'],
  ]);
  const { Statement } = propertiesOf(stack, 'AWS::IoT::Policy').PolicyDocument as { Statement: { Action: string[]; Condition: object }[] };
  expect(Statement.map(({ Action }) => Action)).toEqual([['iot:Connect'], ['iot:Publish', 'iot:Receive'], ['iot:Subscribe']]);
  Statement.forEach(({ Condition }) => expect(Condition).toEqual({ Bool: { 'iot:Connection.Thing.IsAttached': 'true' } }));
});

test('a policy of its own has the topics that are declared', () => {
  const { stack, certificate } = deviceOf();
  const policy = new AwsIotThingPolicy(stack, 'Policy', { topics: [`telemetry/${AwsIotThingPolicy.THING_NAME}`] });
  new AwsIotThing(stack, 'Thing', { certificate, policy });
  expect(resourcesFor(stack, 'sensor-001')).toEqual([['client/sensor-001'], ['topic/telemetry/sensor-001'], ['topicfilter/telemetry/sensor-001']]);
});

test.each([
  ['with a wildcard of MQTT', ['telemetry/#'], 'topics must not be empty, and must have * as their wildcard, not + or #, got "telemetry/#"'],
  ['with an empty topic', [''], 'topics must not be empty'],
  ['with more topics than AWS takes', Array.from({ length: 20 }, (_, number) => `acme/line-${number}/*`),
    /topics must result in a policy of at most 2048 characters for AWS IoT Core, got up to \d{4} from 20 topics; combine several of them into one with \*/],
])('a policy %s is refused', (_, topics, message) => {
  expect(() => new AwsIotThingPolicy(stackOf(), 'Policy', { topics })).toThrow(message);
});

test('a certificate that AWS IoT does not take as a device\'s is refused, whatever the CA is for', () => {
  const { stack, ca } = stackWithCa();
  const certificate = ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, keyAlgorithm: KeyAlgorithm.ED25519 });
  expect(() => new AwsIotThing(stack, 'Thing', { certificate })).toThrow(/Stack\/Thing: keyAlgorithm must be one of RSA_2048, .* for AWS IoT Core, got "ED25519"/);
});

test('a CA that is imported twice is the same one', () => {
  const { stack, ca } = deviceOf();
  const attributes = {
    caId: 'ca-0123456789abcdef0123456789abcdef',
    certificatePem: ca.certificatePem,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:key-AbCdEf',
  };
  const [one, two] = ['One', 'Two'].map(id => PrivateIotCa.fromPrivateIotCaAttributes(stack, id, attributes));
  const caRegistration = new AwsIotCaRegistration(stack, 'Registration', { ca: one });
  const certificate = two.addDeviceCertificate('Device', { subject: { commonName: 'sensor-002' } });
  expect(() => new AwsIotThing(stack, 'Thing', { certificate, caRegistration })).not.toThrow();
});

test('the registration of another CA than the one that issues the certificate is refused', () => {
  const { stack, certificate } = deviceOf();
  const other = new PrivateIotCa(stack, 'Other', { subject: { commonName: 'Another CA' } });
  const caRegistration = new AwsIotCaRegistration(stack, 'Registration', { ca: other });
  expect(() => new AwsIotThing(stack, 'Thing', { certificate, caRegistration }))
    .toThrow('Stack/Thing: caRegistration must be that of the CA that issues the certificate, Stack/Ca, got that of Stack/Other');
});

test('a policy of the user\'s own, whatever its name, is not the one that things share', () => {
  const { stack, certificate } = deviceOf();
  const own = new AwsIotThingPolicy(stack, 'AwsIotThingPolicy', { topics: ['*'] });
  expect(new AwsIotThing(stack, 'Thing', { certificate }).policy).not.toBe(own);
});

test('a policy without topics is refused', () => {
  expect(() => new AwsIotThingPolicy(stackOf(), 'Policy', { topics: [] })).toThrow('Stack/Policy: topics must contain at least one topic, got none');
});

test.each<[string, Partial<AwsIotThingProps>, string]>([
  ['a common name that is no name of a thing', {}, 'thingName must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got "Sensor 1"'],
  ['a name that could stand for several things', { thingName: 'sensor-*' }, 'thingName must be 1 to 128 letters'],
  ['an attribute with a space in its value', { thingName: 'a', attributes: { site: 'North Hall' } },
    'attributes.site must be at most 800 letters, digits and _ . , @ / : # = [ ] -, without spaces, for AWS IoT Core, got "North Hall"'],
  ['an attribute with a space in its value, beside one that is known at deployment', { thingName: 'a', attributes: { region: Aws.REGION, site: 'North Hall' } },
    'attributes.site must be at most 800 letters'],
  ['an attribute that is too long', { thingName: 'a', attributes: { site: 'x'.repeat(801) } }, 'attributes.site must be at most 800 letters'],
  ['an attribute with a space in its name', { thingName: 'a', attributes: { 'my site': 'north' } },
    'the names of attributes must be 1 to 128 letters, digits and _ . , @ / : # -, without spaces, got "my site"'],
  ['a fourth attribute', { thingName: 'a', attributes: { a: '1', b: '2', c: '3', d: '4' } },
    'attributes must have at most 3 entries for a thing without a thing type, got 4: "a, b, c, d"'],
])('%s is refused', (_, props, message) => {
  const { stack, certificate } = deviceOf('Sensor 1');
  expect(() => new AwsIotThing(stack, 'Thing', { certificate, ...props })).toThrow(`Stack/Thing: ${message}`);
});

test('the values of attributes may be all that AWS IoT takes, and known at deployment', () => {
  const { stack, certificate } = deviceOf();
  new AwsIotThing(stack, 'Thing', { certificate, attributes: { 'a_.,@/:#-': 'Az09_.,@/:#=[]-', 'empty': '', 'region': Aws.REGION } });
  expect(propertiesOf(stack, 'AWS::IoT::Thing')).toMatchObject({
    AttributePayload: { Attributes: { 'a_.,@/:#-': 'Az09_.,@/:#=[]-', 'empty': '', 'region': { Ref: 'AWS::Region' } } },
  });
});

test('a certificate that has its subject from a request needs a name for the thing', () => {
  const { stack, ca } = stackWithCa();
  const { valueAsString } = new CfnParameter(stack, 'Request');
  const certificate = new DeviceCertificate(stack, 'Sensor', { ca, certificateSigningRequest: PemSource.inline(valueAsString), allowedSubject: SubjectRule.commonName('sensor-*') });
  expect(() => new AwsIotThing(stack, 'Thing', { certificate }))
    .toThrow('Stack/Thing: thingName must be given for a certificate whose subject comes from a certificateSigningRequest');
});
