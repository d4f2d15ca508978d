import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, App, CfnOutput, CfnParameter, Duration, RemovalPolicies, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { TrustStore } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { CfnCACertificate, CfnDomainConfiguration } from 'aws-cdk-lib/aws-iot';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnTrustAnchor } from 'aws-cdk-lib/aws-rolesanywhere';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as ts from 'typescript';
import * as library from '../../src';
import { cli } from '../support/cli-run';
import { ROOT, Snippet, snippets } from '../support/documents';
import { CONTEXTS } from '../support/feature-flags';
import { opensslCa, opensslRequest } from '../support/foreign-ca';

/** The recipes that the snippets are, by the page and the heading above them. */
const RECIPES = snippets().map((snippet, n): [string, Snippet] => [`${n + 1}, ${snippet.document}: ${snippet.heading}`, snippet]);

const CA = opensslCa('Acme IoT Root CA');
const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-recipes-'));
const before = process.cwd();

beforeAll(() => {
  ['ca.pem', 'myIoTCARoot.crt', 'iot-ca.pem'].forEach(name => writeFileSync(join(folder, name), CA.certificate));
  writeFileSync(join(folder, 'iot-ca.csr'), opensslRequest('/CN=Acme IoT CA'));
  writeFileSync(join(folder, 'sensor-006.csr'), opensslRequest('/O=Acme/CN=sensor-006'));
  writeFileSync(join(folder, 'ca.key'), CA.key);
  writeFileSync(join(folder, 'devices.csv'), 'deviceId\nsensor-001\n');
  writeFileSync(join(folder, 'recipient.pem'), generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }));
  symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
  process.chdir(folder); // files in the recipes are relative to the user's project
});

afterAll(() => process.chdir(before));

/** The app of a reader: what the text above a recipe has declared already, and the recipe. */
function appOf(code: string, context: { readonly [flag: string]: unknown }): App {
  const app = new App({ outdir: mkdtempSync(join(folder, 'out-')), context });
  if (/^import /m.test(code)) {
    run(code.replace(/^import .*$/gm, '').replace('new App()', 'app'), { app });
    return app;
  }
  const stack = new Stack(app, 'Iot');
  const ca = new library.PrivateIotCa(stack, 'IotCa', {
    subject: { commonName: 'Acme IoT Root CA' },
    keyAlgorithm: library.KeyAlgorithm.EC_P256,
    pathLength: 1,
  });
  run(code, {
    app,
    stack,
    ca,
    verification: ca.addVerificationCertificate('Verification', { registrationCode: 'code-1' }),
    device: ca.addDeviceCertificate('Sensor001', { subject: { commonName: 'sensor-001' }, keyAlgorithm: library.KeyAlgorithm.EC_P256 }),
    provisioningRole: Role.fromRoleArn(stack, 'ProvisioningRole', 'arn:aws:iam::111111111111:role/provisioning'),
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
    }),
    decisionFunction: LambdaFunction.fromFunctionAttributes(stack, 'Decision', {
      functionArn: 'arn:aws:lambda:eu-central-1:111111111111:function:decision', sameEnvironment: true,
    }),
    caRegistration: /\bcaRegistration\./.test(code) && !/const caRegistration\b/.test(code) ? new library.AwsIotCaRegistration(stack, 'CaRegistration', { ca }) : undefined,
    attributesOfOldCa: {
      caId: 'ca-0123456789abcdef0123456789abcdef',
      certificatePem: CA.certificate,
      ledgerTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/Iot-OldCaLedger-ABCDEF',
      privateKeySecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:OldCaPrivateKey-AbCdEf',
    },
  });
  return app;
}

/** What one who follows all recipes has in one stack. Those below one heading go on from each other. */
function appOfAll(context: { readonly [flag: string]: unknown }): App {
  const below = new Map<string, string>();
  for (const { document, heading, code } of snippets().filter(({ code: each }) => !/^import /m.test(each))) {
    below.set(`${document} ${heading}`, (below.get(`${document} ${heading}`) ?? '') + code);
  }
  return appOf([...below.values()].map(code => `{\n${code}}`).join('\n'), context);
}

/** Runs a snippet with the names that it takes for granted. */
function run(code: string, names: { readonly [name: string]: unknown }): void {
  const imported = {
    AccountPrincipal,
    Annotations,
    App,
    CfnOutput,
    CfnParameter,
    Duration,
    RemovalPolicies,
    RetentionDays,
    Stack,
    SubnetType,
    CfnCACertificate,
    CfnDomainConfiguration,
    CfnTrustAnchor,
    Key,
    Secret,
    SnsTopic,
    Topic,
    TrustStore,
    EmailSubscription,
    readFileSync,
    ...library,
  };
  const known = { ...imported, ...names };
  const { outputText } = ts.transpileModule(`{\n${code}}`, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS } });
  new Function(...Object.keys(known), outputText)(...Object.values(known));
}

/** What a local deployment is given besides the app: values of parameters, and what secrets hold. */
function givenTo(app: App): string[] {
  const template = JSON.stringify(app.synth().stacks.map(stack => stack.template));
  return [
    ...['RegistrationCode', 'TencentCode', 'CumulocityCode'].filter(name => template.includes(`"${name}":{"Type"`))
      .flatMap(name => ['--parameters', `${name}=code1`]),
    ...['key', 'passphrase'].filter(name => template.includes(`acme-iot-root-ca/${name}`))
      .flatMap(name => ['--secret', `acme-iot-root-ca/${name}=${join(folder, 'ca.key')}`]),
    ...template.includes('requests/sensor-006') ? ['--secret', `requests/sensor-006=${join(folder, 'sensor-006.csr')}`] : [],
  ];
}

describe.each(CONTEXTS)('with %s', (_, context) => {
  test.each(RECIPES)('recipe %s is synthesized, and deployed locally', async (__, { code }) => {
    const app = appOf(code, context);
    const out = mkdtempSync(join(folder, 'local-'));
    const { code: status, stderr } = await cli('local', '--app', app.synth().directory, '--out', out, ...givenTo(app));
    // The ledger and the key of a CA that is imported by its attributes, or taken back in, are in AWS only.
    const expected = /'ImportedCa'|'KeptCa'/.test(code) ? [expect.stringMatching(/ca must be a CA in this ledger|caId must name a CA in the ledger .*, got/), 1] : ['', 0];
    expect([stderr.replace(/^note: .*\n/gm, ''), status]).toEqual(expected);
  }, 60_000);

  test('all recipes together in one stack are synthesized', () => {
    expect(appOfAll(context).synth().stacks.map(({ stackName }) => stackName)).toContain('Iot');
  });
});
