import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, CfnStack, CustomResource, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { AwsIotCaRegistration, AwsIotThing, DeviceCertificate, KeyAlgorithm, PrivateIotCa, VerificationCertificate } from '../../../src';
import { temporaryFolder } from '../../support/cli-assembly';
import { cliFailure, cliOk, readJson, stem } from '../../support/cli-run';
import { synthesized } from '../../support/synthesized';

interface Props {
  readonly devices?: readonly string[];
  readonly generation?: number;
  readonly replaces?: string;
  readonly deeper?: boolean;
  readonly removalPolicy?: RemovalPolicy;
}

const KEY = { keyAlgorithm: KeyAlgorithm.EC_P256 };

/** A CA in a stack, and devices in a stack in it. */
function declare(app: App, { devices = ['pump-1'], generation, replaces, deeper = false, removalPolicy }: Props = {}): void {
  const stack = new Stack(app, 'Iot');
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, generation, replaces, ...KEY });
  const nested = devices.length > 0 ? new NestedStack(stack, 'Devices', { removalPolicy }) : stack;
  const scope = deeper ? new NestedStack(nested, 'Deeper') : nested;
  for (const commonName of devices) {
    const device = new DeviceCertificate(scope, commonName, { ca, subject: { commonName }, ...KEY });
    new CfnOutput(stack, `Out${commonName.replace('-', '')}`, { value: device.certificateChainPem });
  }
  new CfnOutput(stack, 'Pem', { value: ca.certificatePem });
}

let out: string;

beforeEach(() => {
  out = join(temporaryFolder(), 'out');
});

const local = (props: Props = {}): Promise<string> => cliOk('local', '--app', synthesized(app => declare(app, props)), '--out', out);
const outputs = (stack = 'Iot'): { [key: string]: string } => readJson(join(out, 'outputs.json'))[stack];
const keys = (): string[] => readdirSync(join(out, 'keys')).sort();
const caId = (): string => readJson(join(out, 'state.json')).stacks.Iot.resources.Ca1E0C8272.physicalId;
const nestedState = (): { physicalId: string } => Object.values<{ type: string; physicalId: string }>(readJson(join(out, 'state.json')).stacks.Iot.resources)
  .find(({ type }) => type === 'AWS::CloudFormation::Stack')!;

test('a device that is declared in a nested stack gets its certificate, signed by the CA of the stack around it, as an output', async () => {
  const said = await local();
  expect(said).toMatch(/Devices\/pump-1 +Custom::IotDeviceCertificate +created/);
  expect(said).toMatch(/Devices +AWS::CloudFormation::Stack +created/);
  expect(said).not.toContain('× AWS::CloudFormation::Stack');
  const [device, ca] = [new X509Certificate(outputs().Outpump1), new X509Certificate(outputs().Pem)];
  expect(device.checkIssued(ca) && device.verify(ca.publicKey)).toBe(true);
  expect(Object.keys(readJson(join(out, 'outputs.json')))).toEqual(['Iot']);
  expect(keys().map(stem)).toContainEqual(expect.stringMatching(/^Iot-DevicesNestedStack\w+-[0-9a-f]{6}-pump1PrivateKey\w+$/));
});

test('a second run of the same nested stacks changes nothing', async () => {
  await local({ deeper: true });
  const before = outputs();
  expect(await local({ deeper: true })).toContain('no changes');
  expect(outputs()).toEqual(before);
});

test('a nested stack in a nested stack is deployed too, and its outputs come up to the top', async () => {
  expect(await local({ deeper: true })).toMatch(/Devices\/Deeper\/pump-1 +Custom::IotDeviceCertificate +created/);
  expect(new X509Certificate(outputs().Outpump1).checkIssued(new X509Certificate(outputs().Pem))).toBe(true);
});

test('nested stacks keep their id and their names from run to run, and get others when they were gone in between', async () => {
  await local();
  const first = nestedState().physicalId;
  expect(first).toMatch(/^arn:aws:cloudformation:local:000000000000:stack\/Iot-DevicesNestedStack\w+-[0-9a-f]{6}\/[0-9a-f-]{36}$/);
  await local({ devices: ['pump-1', 'pump-2'] });
  expect(nestedState().physicalId).toBe(first);
  expect(await local({ devices: [] })).toMatch(/Devices +AWS::CloudFormation::Stack +removed/);
  expect(keys().map(stem)).toEqual([expect.stringMatching(/^Iot-CaPrivateKey/)]);
  await local();
  expect(nestedState().physicalId).not.toBe(first);
});

test('a nested stack that is retained keeps its certificates and their keys, which nobody is told to lose', async () => {
  await local({ removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE });
  const before = keys();
  const said = await local({ devices: [] });
  expect(said).toMatch(/Devices\/pump-1 +Custom::IotDeviceCertificate +kept/);
  expect(said).not.toContain('warning:');
  expect(keys()).toEqual(before);
});

test('a failure in a nested stack rolls the stack around it back, to the byte', async () => {
  await local();
  const [before, files] = [outputs(), keys()];
  const app = synthesized(root => declare(root, { generation: 2, replaces: caId() }));
  const template = join(app, readdirSync(app).find(file => file.endsWith('.nested.template.json'))!);
  writeFileSync(template, readFileSync(template, 'utf8').replace('"ValidityDays": 365', '"ValidityDays": 5000')); // synthesis would not let it pass
  const error = await cliFailure('local', '--app', app, '--out', out);
  expect(error).toMatch(/stack Iot, resource DevicesNestedStack\w+\.pump1\w+ \(Devices\/pump-1, Custom::IotDeviceCertificate\): validity .*rolled back/);
  expect([outputs(), keys()]).toEqual([before, files]);
  expect(await local()).toContain('no changes');
});

test('a CA that is replaced takes the devices of nested stacks with it, and the run says so', async () => {
  await local();
  expect(await local({ generation: 2, replaces: caId() })).toContain('warning: stack Iot: the CA Ca will be replaced, along with 1 device certificate\n');
  expect(new X509Certificate(outputs().Outpump1).verify(new X509Certificate(outputs().Pem).publicKey)).toBe(true);
});

test('a nested stack is found without the metadata of the command line too, and in each stage of a pipeline', async () => {
  const app = synthesized(root => {
    for (const name of ['Beta', 'Prod']) {
      const stack = new Stack(new Stage(root, name, { env: { account: '111111111111', region: 'eu-central-1' } }), 'Iot');
      const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: `Fleet ${name}` }, ...KEY });
      const nested = new NestedStack(stack, 'Devices');
      const certificate = new DeviceCertificate(nested, 'Dev', { ca, subject: { commonName: 'pump-1' }, ...KEY });
      new AwsIotThing(nested, 'Thing', { certificate, caRegistration: new AwsIotCaRegistration(stack, 'Reg', { ca }) });
      new CfnOutput(stack, 'Dev', { value: certificate.certificatePem });
    }
  }, { context: { 'aws:cdk:enable-path-metadata': false, 'aws:cdk:enable-asset-metadata': false } });
  const said = await cliOk('local', '--app', app, '--out', out);
  expect(said).toContain('AWS::IoT::Thing');
  expect(new X509Certificate(outputs('Beta-Iot').Dev).subject).toBe('CN=pump-1');
  expect(outputs('Prod-Iot').Dev).not.toBe(outputs('Beta-Iot').Dev);
});

test('a nested stack whose template is not in the assembly is reported as left out, with the reason', async () => {
  const app = synthesized(root => {
    const stack = new Stack(root, 'Iot');
    new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...KEY });
    new CfnStack(stack, 'Elsewhere', { templateUrl: 'https://s3.amazonaws.com/acme/devices.json' });
  });
  expect(await cliOk('local', '--app', app, '--out', out)).toContain('Elsewhere (AWS::CloudFormation::Stack) of stack Iot: its template is not in the assembly, '
    + 'so the certificates that it may declare are not made\n');
  expect(existsSync(join(out, 'keys'))).toBe(true);
});

test('a verification certificate in a nested stack whose code the registration around it fetches is left out, as it is beside the registration', async () => {
  const app = synthesized(root => {
    const stack = new Stack(root, 'Iot');
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...KEY });
    const upload = new CustomResource(stack, 'Upload', { serviceToken: 'arn:aws:lambda:eu-central-1:111111111111:function:f', resourceType: 'Custom::AzureCaUpload' });
    const deeper = new NestedStack(new NestedStack(stack, 'Nested'), 'Deeper');
    const verification = new VerificationCertificate(deeper, 'Verification', { ca, registrationCode: upload.getAttString('VerificationCode') });
    const device = new DeviceCertificate(deeper, 'Device', { ca, subject: { commonName: 'pump-1' }, ...KEY });
    new CfnOutput(stack, 'VerificationPem', { value: verification.certificatePem });
    new CfnOutput(stack, 'DevicePem', { value: device.certificatePem });
  });
  const said = await cliOk('local', '--app', app, '--out', out);
  expect(said).toContain('Nested/Deeper/Verification (Custom::IotVerificationCertificate) of stack Iot: its code comes from the platform, in the deployment of Upload (Custom::AzureCaUpload)\n');
  expect(Object.keys(outputs())).toEqual(['DevicePem']);
  expect(await cliOk('local', '--app', app, '--out', out)).toContain('no changes');
});
