import { dirname, join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { App, CfnOutput, CfnParameter, CfnResource, Stack, aws_dynamodb as dynamodb, aws_s3 as s3, NestedStack } from 'aws-cdk-lib';
import { DeviceCertificate, KeyAlgorithm, PrivateIotCa } from '../../../src';
import { localDisk } from '../../../src/cli/disk';
import { readAssembly } from '../../../src/cli/local/assembly';
import { deployStack } from '../../../src/cli/local/deployment';
import { directoryEngine, outside } from '../../../src/cli/local/engine';
import { GivenSecrets } from '../../../src/cli/local/given-secrets';
import { ownId } from '../../../src/cli/local/nested-ids';
import { planStack } from '../../../src/cli/local/stack-plan';
import { StateStore } from '../../../src/cli/local/state-store';
import { silentProgress } from '../../../src/cli/terminal';
import { DynamoDbLedger } from '../../../src/issuing/aws/dynamodb-ledger';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { awsCalls, dynamoDb, makeTable } from '../../support/aws-clients';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli, CliResult, readJson } from '../../support/cli-run';
import { FaultProxy } from '../../support/fault-proxy';
import { complaintsOf } from '../../support/json-schema';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { StrictCloudFormation } from '../../support/strict-cloudformation';
import { synthesized } from '../../support/synthesized';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));
const P256 = { keyAlgorithm: KeyAlgorithm.EC_P256 };
const REGION = 'eu-central-1';

// The use cases issue into ledgers in moto, and CloudFormation shows the stacks. Every call of the command is recorded.
const cloudFormation = new StrictCloudFormation();
let proxy: FaultProxy;
let client: DynamoDBClient;
let table = 0;

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
  await cloudFormation.start();
  client = dynamoDb(await motoUrl());
  Object.assign(process.env, { AWS_ENDPOINT_URL: proxy.url, AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url });
}, MOTO_TIMEOUT);

beforeEach(() => {
  proxy.reset();
  cloudFormation.reset();
  table++;
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  delete process.env.AWS_ENDPOINT_URL_CLOUDFORMATION;
  await proxy.stop();
  await cloudFormation.stop();
});

/** Deploys an app with ledgers in moto, as stacks of an account. */
async function deploy(assembly: string): Promise<void> {
  const store = StateStore.open(temporaryFolder(), localDisk);
  const engine = directoryEngine(store, outside, new GivenSecrets([], []), silentProgress);
  const of = (name: string): LedgerTable => new LedgerTable(client, awsCalls(), name);
  const ledger = (name: string): DynamoDbLedger => new DynamoDbLedger(of(name));
  const ports = { ...engine.ports, ledger, anyTable: ledger, revocations: (name: string) => new DynamoDbRevocations(of(name)) };
  for (const stack of readAssembly(assembly)) {
    const stackId = `arn:aws:cloudformation:${REGION}:111111111111:stack/${stack.name}/51af3dc0-da77-11e4-872e-${String(table).padStart(12, '0')}`;
    const plan = planStack(stack, stackId, [], undefined, name => `in AWS: ${name}`);
    await deployStack(plan, { ...engine, ports });
    const { resources, outputs = {}, exports, parameters } = store.state.stacks[stack.name];
    const show = (name: string, prefix: string, template: string, values: { readonly [key: string]: string }): void => {
      const own = Object.entries(resources).filter(([id]) => id === `${prefix}${ownId(id)}`);
      const exportName = (value: string): string | undefined => Object.keys(exports).find(each => exports[each] === value);
      cloudFormation.stacks.set(name, {
        stackId: prefix === '' ? stackId : resources[prefix.slice(0, -1)].physicalId,
        template: readJson(template),
        parameters: prefix === '' ? parameters : resources[prefix.slice(0, -1)].properties.Parameters as { [key: string]: string },
        outputs: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, exportName: prefix === '' ? exportName(value) : undefined }])),
        resources: own.map(([id, { type, physicalId }]) => ({ type, logicalResourceId: ownId(id), physicalResourceId: physicalId })),
      });
    };
    show(stack.name, '', stack.templateFile, outputs);
    for (const [id, { type, physicalId, attributes }] of Object.entries(resources)) {
      if (type === 'AWS::CloudFormation::Stack') {
        const values = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key.slice('Outputs.'.length), value]));
        show(physicalId.split('/')[1], `${id}.`, join(dirname(stack.templateFile), readJson(stack.templateFile).Resources[id].Metadata['aws:asset:path']), values);
      }
    }
  }
}

interface Declared {
  readonly caName?: string;
  readonly devices?: { readonly [id: string]: { readonly commonName?: string; readonly generation?: number; readonly revokeOnRemoval?: boolean } };
  /** Whether the name of the first device comes from a bucket, which only AWS knows. */
  readonly ofBucket?: boolean;
  readonly nameOfParameter?: string;
  /** Whether CloudFormation masks that parameter. */
  readonly noEcho?: boolean;
  /** Whether the stack names no Region. */
  readonly anywhere?: boolean;
}

function app({ caName = 'Fleet', devices = { Sensor: {} }, ofBucket = false, nameOfParameter, noEcho, anywhere = false }: Declared = {}): string {
  return synthesized((root: App) => {
    const stack = new Stack(root, 'Iot', anywhere ? {} : { env: { region: REGION } });
    const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: caName }, ...P256 });
    (ca.ledger.node.defaultChild as dynamodb.CfnGlobalTable).tableName = `ledger-${table}`;
    const bucket = new s3.Bucket(stack, 'Bucket');
    const parameter = new CfnParameter(stack, 'Name', { default: nameOfParameter ?? 'none', allowedPattern: '[a-z0-9-]+', noEcho });
    Object.entries(devices).forEach(([id, { commonName = id.toLowerCase(), ...props }]) => new DeviceCertificate(stack, id, {
      ca, subject: { commonName: ofBucket ? bucket.bucketDomainName : nameOfParameter ? parameter.valueAsString : commonName }, ...P256, ...props,
    }));
    new CfnOutput(stack, 'Pem', { value: ca.certificatePem });
  });
}

interface Row {
  readonly resource: string;
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly serialNumber?: string;
}

async function rows(folder: string, ...more: string[]): Promise<{ code: number; certificates: Row[] }> {
  const { code, stdout, stderr } = await cli('diff', '--app', folder, '--json', ...more);
  expect(stderr).toBe('');
  const document = JSON.parse(stdout);
  expect(complaintsOf(SCHEMA, document)).toBe('');
  return { code, certificates: document.stacks.flatMap(({ certificates }: { certificates: Row[] }) => certificates) };
}

const outcomes = ({ certificates }: { certificates: Row[] }): string[] => certificates.map(({ resource, outcome }) => `${resource} ${outcome}`);

const refused = async (folder: string): Promise<CliResult> => cli('diff', '--app', folder);

describe('the comparison with stacks in AWS', () => {
  test('says that nothing changes after a deployment, and reads the stack and only the entries of the CA', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app());
    proxy.reset();
    expect(await rows(app())).toMatchObject({ code: 0, certificates: [{ resource: 'Ca', outcome: 'none' }, { resource: 'Sensor', outcome: 'none' }] });
    expect([...new Set(cloudFormation.calls)]).toEqual(['DescribeStacks', 'GetTemplate', 'ListStackResources']);
    expect([...new Set(proxy.calls.map(({ operation }) => operation))]).toEqual(['GetItem']);
  });

  test('says what is replaced, issued, withdrawn and revoked, and changes nothing', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app({ devices: { Sensor: {}, Press: {}, Lathe: { revokeOnRemoval: true } } }));
    proxy.reset();
    const found = await rows(app({ devices: { Sensor: { generation: 2 }, Mill: {} } }));
    expect(outcomes(found)).toEqual(['Ca none', 'Lathe revoke', 'Mill issue', 'Press withdraw', 'Sensor replace']);
    expect(found.code).toBe(3);
    expect(found.certificates[4]).toMatchObject({ serialNumber: expect.stringMatching(/^[0-9A-F]{40}$/), reasons: ['generation: "1" → "2"'] });
    expect(proxy.calls.map(({ operation }) => operation).filter(each => !['GetItem', 'Query'].includes(each))).toEqual([]);
  });

  test('refuses the replacement of a CA with living certificates', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app());
    const { code, stdout } = await refused(app({ caName: 'Other' }));
    expect(code).toBe(1);
    expect(stdout).toMatch(/Ca +refused +[0-9A-F]{40} +this update would replace the CA ca-[0-9a-f]{32}, which has living certificates: device CN=sensor/);
  });

  test('says that a stack is new if there is none in its Region', async () => {
    const { code, stdout } = await cli('diff', '--app', app());
    expect(code).toBe(3);
    expect(stdout).toContain('stack Iot: not deployed yet\n');
    expect(stdout).toContain('certificates: 2 issue\n');
  });

  test('takes a value that only AWS knows to be the same if its expression is the same, and does not guess what it becomes', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app({ ofBucket: true }));
    expect(await rows(app({ ofBucket: true }))).toMatchObject({ code: 0 });
    const changed = await rows(app({ ofBucket: true, devices: { Sensor: { generation: 2 } } }));
    expect(outcomes(changed)).toEqual(['Ca none', 'Sensor replace']);
    const named = await rows(app());
    expect(outcomes(named)).toEqual(['Ca none', 'Sensor replace']);
    expect(named.certificates[1].reasons).toEqual([expect.stringMatching(/^subject\.commonName: \(known after the deployment\) → "sensor"$/)]);
  });

  test('says that the outcome is unknown if the identity comes to depend on a value that only AWS knows', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app());
    const unknown = await rows(app({ ofBucket: true }));
    expect(outcomes(unknown)).toEqual(['Ca none', 'Sensor unknown']);
    expect(unknown.certificates[1].reasons).toEqual(['subject', expect.stringMatching(/^unknown until deployed: Bucket\w+\.DomainName$/)]);
    expect(unknown.code).toBe(3);
  });

  test('takes the present values of parameters, unless others are given', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app({ nameOfParameter: 'sensor-1' }));
    expect(await rows(app({ nameOfParameter: 'other' }))).toMatchObject({ code: 0 });
    expect(outcomes(await rows(app({ nameOfParameter: 'other' }), '--parameters', 'Name=sensor-2'))).toEqual(['Ca none', 'Sensor replace']);
  });

  test('takes a masked parameter to keep its value, unless another is given', async () => {
    await makeTable(client, `ledger-${table}`);
    const masked = (generation: number): string => app({ nameOfParameter: 'sensor-1', noEcho: true, devices: { Sensor: { generation } } });
    await deploy(masked(1));
    expect(await rows(masked(1))).toMatchObject({ code: 0, certificates: [{ outcome: 'none' }, { outcome: 'none' }] });
    expect((await rows(masked(2))).certificates[1]).toMatchObject({ outcome: 'replace', reasons: ['generation: "1" → "2"'] });
    expect((await rows(masked(1), '--parameters', 'Name=sensor-2')).certificates[1])
      .toMatchObject({ outcome: 'replace', reasons: ['subject.commonName: (known after the deployment) → "sensor-2"'] });
  });

  test('reads no ledger whose name is masked', async () => {
    await makeTable(client, `ledger-${table}`);
    const masked = (generation: number | undefined, revokeOnRemoval = false): string => synthesized((root: App) => {
      const stack = new Stack(root, 'Iot', { env: { region: REGION } });
      const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256 });
      (ca.ledger.node.defaultChild as dynamodb.CfnGlobalTable).tableName = `ledger-${table}`;
      const name = new CfnParameter(stack, 'LedgerName', { noEcho: true, default: `ledger-${table}` });
      if (generation !== undefined) {
        const device = new DeviceCertificate(stack, 'Sensor', { ca, subject: { commonName: 'sensor' }, ...P256, generation, revokeOnRemoval });
        (device.node.defaultChild!.node.defaultChild as CfnResource).addPropertyOverride('LedgerTable', name.valueAsString);
      }
    });
    await deploy(masked(1, true));
    proxy.reset();
    expect(await rows(masked(1, true), '--expiring', '999d')).toMatchObject({ code: 0 });
    expect(outcomes(await rows(masked(2, true)))).toEqual(['Ca none', 'Sensor replace']);
    expect(outcomes(await rows(masked(undefined)))).toEqual(['Ca none', 'Sensor revoke']);
    expect(proxy.calls.filter(({ body }) => body.includes('unknown'))).toEqual([]);
  });

  test('looks in the configured Region for a new stack that names none', async () => {
    const { code } = await rows(app({ anywhere: true }));
    expect(code).toBe(3);
    expect([...new Set(proxy.calls.map(({ region }) => region))]).toEqual([process.env.AWS_REGION]);
  });

  test('is not carried out if neither the stack nor the configuration names a Region', async () => {
    const { AWS_REGION } = process.env;
    delete process.env.AWS_REGION;
    const { code, stderr } = await refused(app({ anywhere: true }));
    process.env.AWS_REGION = AWS_REGION;
    expect(code).toBe(2);
    expect(stderr).toBe('error: stack Iot can\'t be read: no Region is configured in which to look for Iot; give the stack an env with its Region, or set AWS_REGION\n');
  });

  test('compares nested stacks, which it reads once, and stacks that import from each other', async () => {
    await makeTable(client, `ledger-${table}`);
    const nested = (generation: number): string => synthesized((root: App) => {
      const stack = new Stack(root, 'Iot', { env: { region: REGION } });
      const ca = new PrivateIotCa(stack, 'Ca', { subject: { commonName: 'Fleet' }, ...P256 });
      (ca.ledger.node.defaultChild as dynamodb.CfnGlobalTable).tableName = `ledger-${table}`;
      new DeviceCertificate(new NestedStack(stack, 'Devices'), 'Sensor', { ca, subject: { commonName: 'sensor' }, ...P256, generation });
      new DeviceCertificate(new Stack(root, 'Other', { env: { region: REGION } }), 'Press', { ca, subject: { commonName: 'press' }, ...P256, generation });
    });
    await deploy(nested(1));
    expect(await rows(nested(1))).toMatchObject({ code: 0, certificates: [{ resource: 'Ca' }, { resource: 'Devices/Sensor' }, { resource: 'Press' }] });
    expect(cloudFormation.calls.filter(call => call === 'GetTemplate')).toHaveLength(3);
    expect(outcomes(await rows(nested(2)))).toEqual(['Ca none', 'Devices/Sensor replace', 'Press replace']);
  });

  test('shows what expires soon', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app());
    expect((await rows(app(), '--expiring', '999d')).certificates).toMatchObject([{ expiring: false }, { outcome: 'none', expiring: true }]);
  });

  test('is not carried out if a stack is being changed, or can\'t be read, and says what to do', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app());
    cloudFormation.stacks.set('Iot', { ...cloudFormation.stacks.get('Iot')!, status: 'UPDATE_IN_PROGRESS' });
    expect(await refused(app())).toMatchObject({ code: 2, stdout: '', stderr: 'error: stack Iot is being changed (UPDATE_IN_PROGRESS); compare it once that is over\n' });
    cloudFormation.denies = true;
    const { code, stderr } = await refused(app());
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: stack Iot can't be read: .*; allow these credentials cloudformation:DescribeStacks, .* on the stack\n$/);
  });

  test('is not carried out if a ledger can\'t be read, and names the rights', async () => {
    await makeTable(client, `ledger-${table}`);
    await deploy(app());
    proxy.faults = () => ({ kind: 'denied', when: 'before' });
    const { code, stdout, stderr } = await refused(app({ devices: { Sensor: { generation: 2 } } }));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: the ledger ledger-\d+ can't be read: .*; allow these credentials dynamodb:GetItem and dynamodb:Query on the table/);
  });
});
