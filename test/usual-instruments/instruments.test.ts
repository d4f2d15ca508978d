import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App, AppProps, Aspects, BootstraplessSynthesizer, CfnResource, CliCredentialsStackSynthesizer, DefaultStackSynthesizer,
  NestedStack, PermissionsBoundary as StageBoundary, RemovalPolicies, RemovalPolicy, Resource, Stack, StackProps, Stage, Tags,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnRole, ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { CfnFunction, Function } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CodePipeline, CodePipelineSource, ShellStep } from 'aws-cdk-lib/pipelines';
import { IConstruct } from 'constructs';
import { DeviceCertificate, KeyStorage, PrivateIotCa, ProofOfPossessionSignature } from '../../src';
import { ResourceType } from '../../src/contract/resource-types';
import { registeredStack } from '../support/registered-stack';
import { REGISTRATIONS } from '../support/registrations';
import { stackOf } from '../support/stacks';

type Resources = { [logicalId: string]: { Type: string; Properties?: any; DeletionPolicy?: string; UpdateReplacePolicy?: string } };

const ENV = { account: '111111111111', region: 'eu-central-1' };

function resources(stack: Stack): Resources {
  return Template.fromStack(stack).toJSON().Resources;
}

function ofType(all: Resources, type: string): [string, Resources[string]][] {
  return Object.entries(all).filter(([, { Type }]) => Type === type);
}

/** Everything the library has, with an instrument that the app applies. */
function withInstrument(apply: (app: App) => void, props?: AppProps): Resources {
  const app = new App(props);
  const stack = registeredStack(app);
  apply(app);
  return resources(stack);
}

/** A CA and a device. */
function smallStack(scope: App | Stage, id: string, props?: StackProps): Stack {
  const stack = new Stack(scope, id, props);
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } }).addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' } });
  return stack;
}

describe('every role', () => {
  const BOUNDARY = 'arn:aws:iam::111111111111:policy/boundary';

  test('gets the permissions boundary that an app applies', () => {
    const roles = ofType(withInstrument(app => {
      PermissionsBoundary.of(app).apply(ManagedPolicy.fromManagedPolicyArn(app.node.findChild('Stack'), 'Boundary', BOUNDARY));
    }), 'AWS::IAM::Role');
    expect(roles).toHaveLength(13);
    roles.forEach(([, { Properties }]) => expect(Properties.PermissionsBoundary).toBe(BOUNDARY));
  });

  test('gets the boundary of its stage, whatever synthesizer its stack has', () => {
    for (const synthesizer of [undefined, new CliCredentialsStackSynthesizer(), new DefaultStackSynthesizer({ qualifier: 'acme' })]) {
      const stage = new Stage(new App(), 'Prod', { env: ENV, permissionsBoundary: StageBoundary.fromArn(BOUNDARY) });
      const roles = ofType(resources(smallStack(stage, 'Iot', { synthesizer })), 'AWS::IAM::Role');
      roles.forEach(([, { Properties }]) => expect(Properties.PermissionsBoundary).toBe(BOUNDARY));
      expect(roles).toHaveLength(1);
    }
  });
});

test('tags of an app reach every function, role, log group, secret, table, key and CA in AWS IoT', () => {
  const all = withInstrument(app => Tags.of(app).add('team', 'iot'));
  for (const type of ['AWS::Lambda::Function', 'AWS::IAM::Role', 'AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret', 'AWS::KMS::Key', 'AWS::SNS::Topic',
    'AWS::IoT::CACertificate']) {
    expect(ofType(all, type).length).toBeGreaterThan(0);
    ofType(all, type).forEach(([, { Properties }]) => expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'iot' }));
  }
  ofType(all, 'AWS::DynamoDB::GlobalTable')
    .forEach(([, { Properties }]) => expect(Properties.Replicas[0].Tags).toContainEqual({ Key: 'team', Value: 'iot' }));
});

test('an Aspect sets any property of every function, role and log group', () => {
  const all = withInstrument(app => Aspects.of(app).add({
    visit: node => {
      if (node instanceof CfnFunction) {
        Object.assign(node, { runtime: 'nodejs24.x', memorySize: 3008, tracingConfig: { mode: 'Active' } });
      } else if (node instanceof CfnRole) {
        node.path = '/iot/';
      } else if (node instanceof CfnLogGroup) {
        node.retentionInDays = RetentionDays.TEN_YEARS;
      }
    },
  }));
  ofType(all, 'AWS::Lambda::Function').forEach(([, { Properties }]) => expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', MemorySize: 3008 }));
  ofType(all, 'AWS::IAM::Role').forEach(([, { Properties }]) => expect(Properties.Path).toBe('/iot/'));
  ofType(all, 'AWS::Logs::LogGroup').forEach(([, { Properties }]) => expect(Properties.RetentionInDays).toBe(3653));
});

test('an Aspect puts the functions into a VPC, and gives their roles the right to be there', () => {
  const app = new App();
  const stack = registeredStack(app);
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 1, subnetConfiguration: [{ name: 'p', subnetType: SubnetType.PRIVATE_ISOLATED }], restrictDefaultSecurityGroup: false });
  const subnetIds = vpc.isolatedSubnets.map(({ subnetId }) => subnetId);
  Aspects.of(app).add({
    visit: node => {
      if (node instanceof Function) {
        (node.node.defaultChild as CfnFunction).vpcConfig = { subnetIds, securityGroupIds: [vpc.vpcDefaultSecurityGroup] };
        node.role!.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'));
      }
    },
  });
  const all = resources(stack);
  ofType(all, 'AWS::Lambda::Function').forEach(([, { Properties }]) => expect(Properties.VpcConfig.SubnetIds).toHaveLength(1));
  expect(JSON.stringify(ofType(all, 'AWS::IAM::Role').find(([id]) => id.startsWith('PrivateIotCaProvider')))).toContain('AWSLambdaVPCAccessExecutionRole');
});

test('the same stack in two stages has the same logical ids, and each its own name', () => {
  const app = new App();
  const [beta, prod] = ['Beta', 'Prod'].map(name => registeredStack(new Stage(app, name, { env: ENV })));
  app.synth();
  const ids = (stack: Stack): string[] => Object.entries(resources(stack)).filter(([, { Type }]) => Type !== 'AWS::IAM::Policy').map(([id]) => id);
  expect(ids(beta)).toEqual(ids(prod));
  expect([beta.stackName, prod.stackName]).toEqual(['Beta-Stack', 'Prod-Stack']);
});

test('a pipeline of CDK Pipelines deploys the library in its stages', () => {
  const app = new App();
  const stack = new Stack(app, 'Delivery', { env: ENV });
  const pipeline = new CodePipeline(stack, 'Pipeline', {
    synth: new ShellStep('Synth', { input: CodePipelineSource.s3(new Bucket(stack, 'Source'), 'source.zip'), commands: ['npx cdk synth'] }),
  });
  const stage = new Stage(app, 'Prod', { env: ENV });
  smallStack(stage, 'Iot');
  pipeline.addStage(stage);
  expect(() => app.synth()).not.toThrow();
  expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::CodePipeline::Pipeline'))).toContain('Prod-Iot');
});

describe('removal policies', () => {
  const KEPT = ['AWS::SecretsManager::Secret', 'AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'];

  test.each([[RemovalPolicy.DESTROY, 'Delete'], [RemovalPolicy.RETAIN, 'Retain']])('of an app (%s) hold for all that holds data', (policy, expected) => {
    const all = withInstrument(app => RemovalPolicies.of(app)[policy === RemovalPolicy.DESTROY ? 'destroy' : 'retain']());
    KEPT.forEach(type => ofType(all, type).forEach(([id, { DeletionPolicy }]) => expect([id, DeletionPolicy]).toEqual([id, expected])));
  });

  test.each(['destroy', 'retain', 'snapshot', 'retainOnUpdateOrDelete'] as const)(
    'of an app (%s) leave CloudFormation to ask for the removal of every CA and certificate', policy => {
      const all = withInstrument(app => RemovalPolicies.of(app)[policy]());
      const asked = Object.entries(all).filter(([, { Type }]) => Object.values<string>(ResourceType).includes(Type));
      expect(new Set(asked.map(([, { Type }]) => Type)).size).toBeGreaterThan(3);
      asked.forEach(([id, { DeletionPolicy, UpdateReplacePolicy }]) => expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'Delete', 'Delete']));
    });

  test.each<[string, (app: IConstruct) => void, { [id: string]: true | undefined }]>([
    ['nothing', () => undefined, { Ca: true, Pump: undefined, Valve: undefined }],
    ['everything', app => RemovalPolicies.of(app).retain(), { Ca: true, Pump: true, Valve: true }],
    ['no data', app => RemovalPolicies.of(app).destroy(), { Ca: undefined, Pump: undefined, Valve: undefined }],
    ['secrets', app => RemovalPolicies.of(app).retain({ applyToResourceTypes: ['AWS::SecretsManager::Secret'] }), { Ca: true, Pump: true, Valve: undefined }],
  ])('of an app that retain %s tell the function which keys it keeps', (_, apply, expected) => {
    const app = new App();
    const stack = new Stack(app, 'Iot');
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
    new DeviceCertificate(stack, 'Pump', { ca, subject: { commonName: 'pump-1' } });
    new DeviceCertificate(stack, 'Valve', { ca, subject: { commonName: 'valve-1' }, keyStorage: KeyStorage.parameterStore() });
    apply(app);
    const found = Object.entries(resources(stack)).filter(([, { Type }]) => Type in { 'Custom::PrivateIotCa': 1, 'Custom::IotDeviceCertificate': 1 });
    expect(Object.fromEntries(found.map(([id, { Properties }]) => [id.slice(0, -8), Properties.RetainKey]))).toEqual(expected);
  });
});

test('a template passes the validation that the CDK does by default', () => { // it takes its time
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const app = new App();
    registeredStack(app);
    const { directory } = app.synth();
    const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
    expect(JSON.stringify(report)).not.toContain('"severity":"error"');
  } finally {
    process.env.CDK_VALIDATION = before;
  }
}, 180_000);

test('the flags that cdk init sets leave the logical ids of CAs, certificates, keys and functions as they are', () => {
  const flags = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8'));
  const [plain, flagged] = [withInstrument(() => undefined), withInstrument(() => undefined, { context: flags })];
  expect(Object.keys(flagged).filter(id => !(id in plain)).filter(id => /^(Ca|InKms|Below|PrivateIotCaProviderFunction)/.test(id))).toEqual([]);
});

test('flags can be set on a stack by itself', () => {
  const stack = new Stack(new App(), 'Iot');
  Object.entries(JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8')))
    .forEach(([flag, value]) => stack.node.setContext(flag, value));
  new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  expect(ofType(resources(stack), 'Custom::PrivateIotCa')).toHaveLength(1);
});

test('a nested stack has a function of its own, and its CA and devices', () => {
  const app = new App();
  const parent = new Stack(app, 'Iot');
  const ca = new PrivateIotCa(parent, 'Ca', { subject: { commonName: 'Root' } });
  const nested = new NestedStack(parent, 'Devices');
  new DeviceCertificate(nested, 'Pump', { ca, subject: { commonName: 'pump-1' } });
  const { directory } = app.synth();
  const file = readdirSync(directory).find(name => name.endsWith('.nested.template.json'))!;
  const all = JSON.parse(readFileSync(join(directory, file), 'utf8')).Resources;
  expect(ofType(all, 'Custom::IotDeviceCertificate')).toHaveLength(1);
  expect(ofType(all, 'AWS::Lambda::Function')).toHaveLength(1);
});

test.each<[string, StackProps]>([
  ['termination protection', { terminationProtection: true, env: ENV }],
  ['a qualifier of its own', { synthesizer: new DefaultStackSynthesizer({ qualifier: 'acme' }), env: ENV }],
  ['the credentials of whoever deploys', { synthesizer: new CliCredentialsStackSynthesizer(), env: ENV }],
])('a stack with %s synthesizes', (_, props) => {
  const app = new App();
  const stack = smallStack(app, 'Iot', props);
  app.synth();
  expect(stack.terminationProtection ?? false).toBe(props.terminationProtection ?? false);
  expect(ofType(resources(stack), 'Custom::IotDeviceCertificate')).toHaveLength(1);
});

test('a visitor touches every resource of the library', () => {
  const visited: string[] = [];
  const all = withInstrument(app => Aspects.of(app).add({
    visit: node => {
      visited.push(node.node.path);
      if (CfnResource.isCfnResource(node)) {
        node.addMetadata('visited', true);
      }
    },
  }));
  expect(visited.length).toBeGreaterThan(Object.keys(all).length);
});

test('a removal policy that is applied to a CA or a certificate later is refused, and the message names the property to set', () => {
  const ca = new PrivateIotCa(stackOf(), 'Ca', { subject: { commonName: 'Root' } });
  const device = ca.addDeviceCertificate('Pump', { subject: { commonName: 'pump-1' } });
  for (const construct of [ca, device]) {
    expect(() => construct.applyRemovalPolicy(RemovalPolicy.DESTROY)).toThrow(`${construct.node.path}: applyRemovalPolicy must not be called, because it would `
      + 'not apply to keys and ledgers, got DESTROY; set removalPolicy in the declaration, or call RemovalPolicies.of(), which applies to everything in the construct');
  }
});

test('a removal policy is refused for a construct that has nothing to keep, without naming a property that it does not have', () => {
  const stack = stackOf();
  const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } });
  const imported = PrivateIotCa.fromKeptCa(stack, 'Kept', {
    caId: `ca-${'0'.repeat(32)}`,
    ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Ledger',
    privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:CaKey-AbCdEf',
  });
  const signature = new ProofOfPossessionSignature(stack, 'Proof', { ca, verificationCode: 'code' });
  for (const construct of [ca.addVerificationCertificate('Verification', { registrationCode: 'code' }), imported, signature]) {
    expect(() => construct.applyRemovalPolicy(RemovalPolicy.RETAIN)).toThrow(new Error(`${construct.node.path}: applyRemovalPolicy must not be called, because the construct has `
      + 'no key and no table in this stack to retain, got RETAIN; remove the call'));
  }
});

test.each(REGISTRATIONS)('a registration with $platform is retained by a policy that is applied later', ({ declare, retainedType }) => {
  const stack = stackOf();
  declare(stack, 'Registration', new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Root' } }), Secret.fromSecretNameV2(stack, 'Credentials', 'credentials'));
  (stack.node.findChild('Registration') as Resource).applyRemovalPolicy(RemovalPolicy.RETAIN);
  const [[, { DeletionPolicy }]] = ofType(resources(stack), retainedType);
  expect(DeletionPolicy).toBe('Retain');
});

test('a stack that can hold no assets is refused by the CDK, and the message says so', () => {
  expect(() => smallStack(new App(), 'Iot', { synthesizer: new BootstraplessSynthesizer() })).toThrow('BootstraplessSynthesizer');
});
