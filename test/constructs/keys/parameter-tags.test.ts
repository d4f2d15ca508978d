import { App, CfnParameter, ITaggableV2, Lazy, NestedStack, Stack, StackProps, Stage, TagManager, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DeviceCertificate, DeviceCertificateOptions, KeyStorage, PemSource, PrivateIotCa } from '../../../src';
import { opensslRequest } from '../../support/foreign-ca';

const DEVICE = 'Custom::IotDeviceCertificate';

interface Declared {
  app: App;
  stack: Stack;
  ca: PrivateIotCa;
  device: DeviceCertificate;
}

/** A device whose key is in a parameter. */
function withDevice(options: Partial<DeviceCertificateOptions> = {}, props?: StackProps): Declared {
  const app = new App();
  const stack = new Stack(app, 'Stack', props);
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  return { app, stack, ca, device: ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, keyStorage: KeyStorage.parameterStore(), ...options }) };
}

/** The tags of the one device, or server, of a stack, as they stand in its template. */
function tagsIn(stack: Stack, type = DEVICE): unknown {
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources(type));
  return Properties.Tags;
}

/** The same as a map. */
function valuesIn(stack: Stack): { [key: string]: string } {
  return Object.fromEntries((tagsIn(stack) as { Key: string; Value: string }[] ?? []).map(({ Key, Value }) => [Key, Value]));
}

describe('the parameter of a device\'s key', () => {
  test('gets the tags of its scope as a property of the custom resource, in this shape and in the order of the keys', () => {
    const { app, stack } = withDevice();
    Tags.of(app).add('team', 'iot');
    Tags.of(stack).add('cost centre', '');
    expect(tagsIn(stack)).toEqual([{ Key: 'cost centre', Value: '' }, { Key: 'team', Value: 'iot' }]);
  });

  test('gets the tags of its scope for a server too', () => {
    const { app, stack, ca } = withDevice();
    const broker = ca.addServerCertificate('Broker', {
      subject: { commonName: 'broker' }, subjectAlternativeNames: { dns: ['broker.acme.example'] }, keyStorage: KeyStorage.parameterStore({ path: '/iot/broker' }),
    });
    Tags.of(app).add('team', 'iot');
    Tags.of(broker).add('role', 'broker');
    expect(tagsIn(stack, 'Custom::IotServerCertificate')).toEqual([{ Key: 'role', Value: 'broker' }, { Key: 'team', Value: 'iot' }]);
    expect(valuesIn(stack)).toEqual({ team: 'iot' });
  });

  test('gets the nearest tag, unless another one has a higher priority', () => {
    const { app, stack, device } = withDevice();
    Tags.of(device).add('team', 'device');
    Tags.of(app).add('team', 'app');
    Tags.of(stack).add('owner', 'stack', { priority: 300 });
    Tags.of(device).add('owner', 'device');
    expect(valuesIn(stack)).toEqual({ team: 'device', owner: 'stack' });
  });

  test('does not get a tag that is removed', () => {
    const { app, stack, device } = withDevice();
    Tags.of(app).add('team', 'iot');
    Tags.of(app).add('owner', 'acme');
    Tags.of(device).remove('team');
    expect(valuesIn(stack)).toEqual({ owner: 'acme' });
  });

  test.each<[string, string[], boolean]>([
    ['includeResourceTypes', ['AWS::SSM::Parameter'], true],
    ['includeResourceTypes', ['AWS::S3::Bucket', DEVICE], true],
    ['includeResourceTypes', ['AWS::SecretsManager::Secret'], false],
    ['includeResourceTypes', [], true],
    ['excludeResourceTypes', ['AWS::SSM::Parameter'], false],
    ['excludeResourceTypes', ['AWS::S3::Bucket', DEVICE], false],
    ['excludeResourceTypes', ['AWS::SecretsManager::Secret', 'Custom::IotServerCertificate'], true],
  ])('follows the restriction to types of resources: %s: %j: %s', (option, types, reaches) => {
    const { app, stack } = withDevice();
    Tags.of(app).add('team', 'iot', { [option]: types });
    expect(valuesIn(stack)).toEqual(reaches ? { team: 'iot' } : {});
  });

  test('keeps a tag that is removed from some other types of resources', () => {
    const { app, stack, ca } = withDevice();
    Tags.of(app).add('team', 'iot');
    Tags.of(app).remove('team', { includeResourceTypes: ['AWS::SSM::Parameter'] });
    expect(valuesIn(stack)).toEqual({});
    const secrets = Template.fromStack(ca.stack).findResources('AWS::SecretsManager::Secret');
    expect(Object.values(secrets).map(({ Properties }) => Properties.Tags)).toEqual([[{ Key: 'team', Value: 'iot' }]]);
  });

  test('gets the tags of the stack too, which CloudFormation gives only to its own resources; those of a scope come first', () => {
    const { app, stack } = withDevice({}, { tags: { team: 'stack', owner: 'acme', stage: 'prod' } });
    Tags.of(app).add('team', 'iot');
    Tags.of(app).remove('stage');
    expect(valuesIn(stack)).toEqual({ team: 'iot', owner: 'acme' });
  });

  test('gets the tags of the stack around a nested stack too', () => {
    const stack = new Stack(new App(), 'Stack', { tags: { owner: 'acme' } });
    const nested = new NestedStack(stack, 'Nested');
    const ca = new PrivateIotCa(nested, 'Ca', { subject: { commonName: 'Root' } });
    ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, keyStorage: KeyStorage.parameterStore() });
    Tags.of(stack).add('team', 'iot');
    expect(valuesIn(nested)).toEqual({ owner: 'acme', team: 'iot' });
  });

  test('gets the tags of a stage too', () => {
    const app = new App();
    const stage = new Stage(app, 'Prod');
    const stack = new Stack(stage, 'Stack');
    new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } })
      .addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' }, keyStorage: KeyStorage.parameterStore() });
    Tags.of(stage).add('stage', 'prod');
    expect(valuesIn(stack)).toEqual({ stage: 'prod' });
  });

  test('can have tokens as keys and values', () => {
    const { stack } = withDevice();
    const [key, value] = ['Key', 'Value'].map(id => new CfnParameter(stack, id).valueAsString);
    Tags.of(stack).add('team', value);
    Tags.of(stack).add(key, 'iot');
    expect(tagsIn(stack)).toEqual(expect.arrayContaining([{ Key: 'team', Value: { Ref: 'Value' } }, { Key: { Ref: 'Key' }, Value: 'iot' }]));
  });

  test('has a tag manager that the CDK\'s own tools find', () => {
    const { stack, device } = withDevice();
    const taggable: ITaggableV2 = device;
    expect(TagManager.of(device)).toBe(taggable.cdkTagManager);
    taggable.cdkTagManager.setTag('team', 'iot');
    expect(device.cdkTagManager.tagValues()).toEqual({ team: 'iot' });
    expect(valuesIn(stack)).toEqual({ team: 'iot' });
  });
});

describe('a certificate has no property for tags', () => {
  const COMMON: Partial<DeviceCertificateOptions> = { keyStorage: KeyStorage.parameterStore() };

  test.each<[string, Partial<DeviceCertificateOptions>, boolean]>([
    ['without tags', COMMON, false],
    ['whose key is in a secret, which is a resource of the stack and has them', { keyStorage: KeyStorage.secretsManager() }, true],
    ['whose key is in the device', { keyStorage: undefined, certificateSigningRequest: PemSource.inline(opensslRequest('/CN=sensor-001')) }, true],
  ])('%s', (_, options, tagged) => {
    const { app, stack } = withDevice(options);
    if (tagged) {
      Tags.of(app).add('team', 'iot');
    }
    expect(tagsIn(stack)).toBeUndefined();
  });
});

test('tags are no part of what makes a certificate another one', () => {
  const properties = (tag?: string): unknown => {
    const { app, stack } = withDevice();
    if (tag) {
      Tags.of(app).add('team', tag);
    }
    const [{ Properties: { Tags: _, ...others } }] = Object.values(Template.fromStack(stack).findResources(DEVICE));
    return others;
  };
  expect(properties('iot')).toEqual(properties());
});

describe('a tag that AWS would refuse of a parameter', () => {
  const WAY_OUT = 'choose other tags, or exclude parameters from a tag: Tags.of(…).add(…, { excludeResourceTypes: [\'AWS::SSM::Parameter\'] })';
  const KEY_RULE = 'the key of a tag of a parameter must have 1 to 128 letters, digits, spaces and _ . : / = + - @, and must not begin with aws:, got ';

  test.each<[string, string, string]>([
    ['aws:team', 'iot', `${KEY_RULE}"aws:team"`],
    ['AWS:team', 'iot', `${KEY_RULE}"AWS:team"`],
    ['team#', 'iot', `${KEY_RULE}"team#"`],
    ['k'.repeat(129), 'iot', `${KEY_RULE}"kkk`],
    ['', 'iot', `${KEY_RULE}""`],
    ['team', 'i(o)t', 'the value of the tag "team" of a parameter must have up to 256 letters, digits, spaces and _ . : / = + - @, got "i(o)t"'],
    ['team', 'v'.repeat(257), 'the value of the tag "team" of a parameter must have up to 256 letters'],
    ['team', 5 as unknown as string, 'the value of the tag "team" of a parameter must have up to 256 letters, digits, spaces and _ . : / = + - @, got 5'],
    ['team', Lazy.string({ produce: () => 'i(o)t' }), 'the value of the tag "team" of a parameter must have up to 256 letters, digits, spaces and _ . : / = + - @, got "i(o)t"'],
    ['team', Lazy.string({ produce: () => undefined }), 'the value of the tag "team" of a parameter must have up to 256 letters, digits, spaces and _ . : / = + - @, got undefined'],
  ])('fails the synthesis with the way out, such as %j: %j', (key, value, message) => {
    const { app } = withDevice();
    Tags.of(app).add(key, value);
    expect(() => app.synth()).toThrow(`[Stack/Ca/Sensor] ${message}`);
    expect(() => app.synth()).toThrow(WAY_OUT);
  });

  test.each([[50, undefined], [51, `[Stack/Ca/Sensor] a parameter must have at most 50 tags, got 51; ${WAY_OUT}`]])('fails the synthesis with the way out if it is one of %d tags', (number, message) => {
    const { app } = withDevice();
    Array.from({ length: number }, (_, n) => Tags.of(app).add(`tag-${n}`, 'x'));
    if (message === undefined) {
      expect(() => app.synth()).not.toThrow();
    } else {
      expect(() => app.synth()).toThrow(message);
    }
  });

  test('does not fail the synthesis if the way out is gone, nor do letters of any script, the longest strings, and tokens', () => {
    const { app, stack } = withDevice();
    Tags.of(app).add('team#', 'iot', { excludeResourceTypes: ['AWS::SSM::Parameter'] });
    Tags.of(app).add('größe', 'グループ 7');
    Tags.of(app).add('𝒌'.repeat(128), '𝒗'.repeat(256));
    Tags.of(app).add('owner', new CfnParameter(stack, 'Owner').valueAsString);
    expect(() => app.synth()).not.toThrow();
  });

  test('does not fail the synthesis if the key is in a secret, which has its own rules', () => {
    const { app } = withDevice({ keyStorage: KeyStorage.secretsManager() });
    Tags.of(app).add('team#', 'iot');
    expect(() => app.synth()).not.toThrow();
  });
});
