import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { PrivateIotCa } from '../../../src';
import { resourceFinder } from '../../../src/cli/revoke/construct-paths';
import { temporaryFolder } from '../../support/cli-assembly';

/** An app with a device in a stack, in a construct, in a stage and in a nested stack. */
let assembly: string;
let logicalIds: { [of in 'ca' | 'cross' | 'device' | 'inStage']: string };
const before = process.cwd();

beforeAll(() => {
  assembly = join(temporaryFolder(), 'cdk.out');
  const app = new App({ outdir: assembly, context: { 'aws:cdk:enable-path-metadata': true } }); // as `cdk synth` has it
  const stack = new Stack(app, 'Iot', { stackName: 'acme-iot' });
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'CA' }, pathLength: 1 });
  ca.addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-001' } });
  ca.addCrossCertificate('Cross', { subjectCa: new PrivateIotCa(stack, 'Next', { subject: { commonName: 'Next CA' } }) });
  const nested = new NestedStack(stack, 'Nested');
  new PrivateIotCa(nested, 'Ca', { subject: { commonName: 'Nested CA' } }).addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-002' } });
  const staged = new Stack(new Stage(app, 'Prod'), 'Iot');
  new PrivateIotCa(new Construct(staged, 'Fleet'), 'Ca', { subject: { commonName: 'CA' } }).addDeviceCertificate('Sensor', { subject: { commonName: 'sensor-003' } });
  app.synth();
  const only = (of: Stack, type: string): string => Object.keys(Template.fromStack(of).findResources(type))[0];
  logicalIds = {
    ca: only(stack, 'Custom::PrivateIotCa'),
    cross: only(stack, 'Custom::IotCrossCertificate'),
    device: only(stack, 'Custom::IotDeviceCertificate'),
    inStage: only(staged, 'Custom::IotDeviceCertificate'),
  };
});

afterEach(() => process.chdir(before));

const found = (path: string): string => resourceFinder(assembly)('--resource', path);

describe('the path of a construct leads to its stack and its logical ID', () => {
  test('in a stack, whether the path names the construct of the stack or the stack in CloudFormation', () => {
    expect([found('Iot/Ca/Sensor'), found('acme-iot/Ca/Sensor')]).toEqual(Array(2).fill(`acme-iot/${logicalIds.device}`));
    expect(found('Iot/Ca')).toBe(`acme-iot/${logicalIds.ca}`);
    expect(found('Iot/Ca/Cross')).toBe(`acme-iot/${logicalIds.cross}`);
  });

  test('in a stage', () => {
    expect([found('Prod/Iot/Fleet/Ca/Sensor'), found('Prod-Iot/Fleet/Ca/Sensor')]).toEqual(Array(2).fill(`Prod-Iot/${logicalIds.inStage}`));
  });

  test('in the folder cdk.out, which need not be named', () => {
    process.chdir(join(assembly, '..'));
    expect(resourceFinder(undefined)('--resource', 'Iot/Ca/Sensor')).toBe(`acme-iot/${logicalIds.device}`);
  });
});

describe('<stack>/<logical ID> is taken as it is', () => {
  test('beside an assembly, which may be of another state of the app', () => {
    expect(found('acme-iot/Former1234')).toBe('acme-iot/Former1234');
  });

  test('without an assembly, and with one in cdk.out that can\'t be read', () => {
    const folder = temporaryFolder();
    process.chdir(folder);
    expect(resourceFinder(undefined)('--resource', 'acme-iot/Sensor1234')).toBe('acme-iot/Sensor1234');
    mkdirSync('cdk.out');
    writeFileSync(join('cdk.out', 'manifest.json'), 'no JSON');
    expect(resourceFinder(undefined)('--resource', 'acme-iot/Sensor1234')).toBe('acme-iot/Sensor1234');
    expect(() => resourceFinder(undefined)('--resource', 'Iot/Ca/Sensor')).toThrow(/the cloud assembly cdk\.out can't be read: .*manifest\.json/);
  });
});

describe('an error says', () => {
  test('that a path is not in the assembly', () => {
    expect(() => found('Iot/Ca/Nobody')).toThrow(/^--resource must be <stack>\/<logical ID>, or the path of .*, got "Iot\/Ca\/Nobody"; .* has no such construct$/);
  });

  test('how to get an assembly', () => {
    process.chdir(temporaryFolder());
    expect(() => resourceFinder(undefined)('--below', 'Prod/Iot/Ca')).toThrow(/^--below must be .*; there is no cloud assembly cdk\.out here that leads to its logical ID: run `cdk synth`, or pass --app$/);
  });

  test('that an assembly that was named can\'t be read', () => {
    expect(() => resourceFinder(join(assembly, 'nowhere'))('--resource', 'acme-iot/Sensor1234')).toThrow(/manifest\.json: there is no such file; run `cdk synth` first/);
  });

  test('how to name a resource of a nested stack, whose name only CloudFormation knows', () => {
    expect(() => found('Iot/Nested/Ca/Sensor')).toThrow(/^--resource must name a resource of a nested stack by the name that CloudFormation has given to the stack, .*, got "Iot\/Nested\/Ca\/Sensor"$/);
  });
});
