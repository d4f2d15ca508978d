import { resolve } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openLedger } from '../../../src/cli/aws-ledger';
import { listCommand, ListOptions } from '../../../src/cli/list-command';
import { outside } from '../../../src/cli/local/engine';
import { silentProgress } from '../../../src/cli/terminal';
import { certificatePartition, certificatePartitions } from '../../../src/contract/ledger-keys';
import { DynamoDbLedger } from '../../../src/issuing/aws/dynamodb-ledger';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { Ports } from '../../../src/issuing/ports';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { LifecycleEvent } from '../../../src/resource/lifecycle-event';
import { awsCalls, dynamoDb, makeTable } from '../../support/aws-clients';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { cliError, cliOk, readJson } from '../../support/cli-run';
import { caProperties, deviceProperties, Kind, Properties, request, signatureProperties, subordinateProperties } from '../../support/events';
import { FaultProxy } from '../../support/fault-proxy';
import { complaintsOf } from '../../support/json-schema';
import { MemoryWorld } from '../../support/memory-ports';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));

// The use cases issue into ledgers in moto, behind a proxy that has seen every call of the command.
let proxy: FaultProxy;
let client: DynamoDBClient;
let root: { readonly caId: string; readonly table: string };
let factory: { readonly caId: string; readonly table: string };

const world = new MemoryWorld();

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
  process.env.AWS_ENDPOINT_URL = proxy.url;
  client = dynamoDb(proxy.url);
  const ports = portsOfAws();
  root = { table: await makeTable(client), caId: '' };
  root = { ...root, caId: await made('ca', 'IotCa', caProperties({ LedgerTable: root.table, PathLength: '1' }), ports) };
  const table = await makeTable(client);
  factory = { table, caId: await made('subordinate', 'FactoryCa', subordinateProperties(root.caId, table, { IssuerLedgerTable: root.table }), ports) };
  await made('signature', 'Proof', signatureProperties(root.caId, { LedgerTable: root.table }), ports);
  const devices = ['sensor-001', 'sensor-002', 'sensor-003', 'sensor-004', 'sensor-005'];
  for (const [index, CommonName] of devices.entries()) {
    await made('device', `Sensor${index + 1}`, ofSensor(CommonName), ports);
  }
  await removed('Sensor4', ofSensor('sensor-004'), ports);
  await removed('Sensor5', ofSensor('sensor-005'), ports);
  await made('device', 'Sensor5', ofSensor('sensor-005'), ports);
  await revoked('sensor-001', 'keyCompromise', ports);
  await revoked('sensor-002', 'certificateHold', ports);
  await revoked('sensor-003', 'certificateHold', ports);
  await revoked('sensor-003', 'removeFromCRL', ports);
}, MOTO_TIMEOUT);

beforeEach(() => proxy.reset());

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  await proxy.stop();
});

/** Keys are in memory, ledgers in moto. */
function portsOfAws(): Ports {
  const table = (name: string): LedgerTable => new LedgerTable(client, awsCalls(), name);
  const ledger = (name: string): DynamoDbLedger => new DynamoDbLedger(table(name));
  return { ...world.ports(), ledger, anyTable: ledger, revocations: name => new DynamoDbRevocations(table(name)) };
}

async function made(kind: Kind, logicalResourceId: string, properties: Properties, ports: Ports): Promise<string> {
  return carriedOut({ ...request(kind, 'Create', properties), logicalResourceId }, ports);
}

/** Carries a request out, a second after the one before it. */
async function carriedOut(event: LifecycleEvent, ports: Ports): Promise<string> {
  world.now = new Date(world.now.getTime() + 1_000);
  return (await handleLifecycleEvent(event, ports)).physicalResourceId;
}

function ofSensor(CommonName: string): Properties {
  const SecretArn = `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${CommonName}-AbCdEf`;
  return deviceProperties(factory.caId, { LedgerTable: factory.table, Subject: { CommonName }, KeyStorage: { Type: 'SecretsManager', SecretArn } });
}

async function removed(logicalResourceId: string, properties: Properties, ports: Ports): Promise<void> {
  const physicalId = await made('device', logicalResourceId, properties, ports); // it exists: the same declaration has the same identity
  await carriedOut({ ...request('device', 'Delete', properties, physicalId), logicalResourceId }, ports);
}

async function revoked(commonName: string, reason: 'keyCompromise' | 'certificateHold' | 'removeFromCRL', ports: Ports): Promise<void> {
  const [{ serialNumber }] = await ports.ledger(factory.table).named(factory.caId, commonName, world.now);
  await revokeCertificate({ issuer: factory.caId, serialNumber, reason, orderedBy: 'anna' }, ports.revocations(factory.table), world.now);
}

interface Listed { readonly [member: string]: unknown }

/** What is listed at the time of the world. */
async function listed(options: Partial<ListOptions>, now = world.now): Promise<Listed[]> {
  let said = '';
  const terminal = { progress: silentProgress, print: (text: string) => { said += text; }, warn: () => undefined };
  await listCommand({ local: 'local-out', json: true, ...options }, terminal, () => ({ openLedger }), { ...outside, clock: () => now });
  const document = JSON.parse(said);
  expect(complaintsOf(SCHEMA, document)).toBe('');
  return document.certificates;
}

function outputsFile(outputs: object): string {
  const file = `${temporaryFolder()}/outputs.json`;
  writeJson(file, { Iot: outputs });
  return file;
}

const summary = (certificates: readonly Listed[]): string[] => certificates.map(({ resource, state, declared }) => `${resource} ${state}${declared ? '' : ', not declared'}`).sort();

const OF_FACTORY = [
  'Iot/Sensor1 revoked', 'Iot/Sensor2 held', 'Iot/Sensor3 issued', 'Iot/Sensor4 withdrawn, not declared', 'Iot/Sensor5 issued', 'Iot/Sensor5 superseded, not declared',
];

describe('the certificates of a CA in AWS', () => {
  test('are listed with their states, by their serial numbers', async () => {
    const certificates = await listed({ ledger: factory.table, ca: [factory.caId] });
    expect(summary(certificates)).toEqual(OF_FACTORY);
    const serialNumbers = certificates.map(({ serialNumber }) => serialNumber);
    expect(serialNumbers).toEqual([...serialNumbers].sort());
    expect(certificates.find(({ commonName }) => commonName === 'sensor-001')).toMatchObject({
      subject: 'CN=sensor-001', profile: 'device', stack: 'Iot', ca: 'Iot/FactoryCa', caId: factory.caId, daysLeft: 364, reason: 'keyCompromise', revokedAt: world.now.toISOString().replace('.000Z', 'Z'),
    });
  });

  test('are listed with that of the CA itself if it has signed itself, and with those of the CAs below it; a signature is none', async () => {
    expect(summary(await listed({ ledger: root.table, ca: [root.caId] }))).toEqual(['Iot/FactoryCa issued', 'Iot/IotCa issued']);
  });

  test('are filtered as those of a local deployment', async () => {
    const choice = { ledger: factory.table, ca: [factory.caId] };
    expect(summary(await listed({ ...choice, revoked: true }))).toEqual(['Iot/Sensor1 revoked', 'Iot/Sensor2 held']);
    expect(summary(await listed({ ...choice, expiring: '366d' }))).toEqual(['Iot/Sensor2 held', 'Iot/Sensor3 issued', 'Iot/Sensor5 issued']);
    expect(summary(await listed({ ...choice, commonName: ['Sensor-003'], stack: ['Iot'] }))).toEqual(['Iot/Sensor3 issued']);
    expect(summary(await listed({ ...choice, expiring: '1h' }, new Date('2028-01-01T00:00:00Z')))).toEqual(['Iot/Sensor2 expired', 'Iot/Sensor3 expired', 'Iot/Sensor5 expired']);
  });

  test('are read with queries alone, each for one partition of certificates', async () => {
    await listed({ ledger: factory.table, ca: [factory.caId] });
    const partitions = proxy.calls.map(({ operation, body }) => `${operation} ${JSON.parse(body).ExpressionAttributeValues[':pk'].S}`);
    expect([...new Set(partitions)].sort()).toEqual([
      `Query identity#${factory.caId}`, `Query ${certificatePartition(root.caId, (await new DynamoDbLedger(new LedgerTable(client, awsCalls(), root.table)).find(factory.caId))!.serialNumber)}`, `Query revoked#${factory.caId}`,
      ...certificatePartitions(factory.caId).map(partition => `Query ${partition}`),
    ].sort());
    expect(proxy.calls.every(({ body }) => JSON.parse(body).ConsistentRead)).toBe(true);
  });

  test('are a table for people', async () => {
    expect(await cliOk('list', '--ledger', factory.table, '--ca', factory.caId, '--common-name', 'sensor-001'))
      .toMatch(/^serial number [^\n]*\n[0-9A-F]{40} {2}sensor-001 +device +Iot\/Sensor1 +Iot\/FactoryCa +revoked \(keyCompromise\) +\d+ days left\n\n1 certificate: 1 revoked\n$/);
  });
});

describe('an outputs file', () => {
  const outputs = () => ({ LedgerTable: root.table, IotCaId: root.caId, FactoryLedgerTableName1A2B3C4D: factory.table, Factory: factory.caId, Other: 'a value' });

  test('names the ledgers by the names of outputs, and the CAs by what they hold: the ledgers know which belongs to which', async () => {
    expect(summary(await listed({ outputs: outputsFile(outputs()) }))).toEqual(['Iot/FactoryCa issued', 'Iot/IotCa issued', ...OF_FACTORY]);
  });

  test('can be narrowed to one of its ledgers or CAs', async () => {
    const file = outputsFile(outputs());
    expect(summary(await listed({ outputs: file, ca: [factory.caId] }))).toEqual(OF_FACTORY);
    expect(summary(await listed({ outputs: outputsFile({ A: factory.table, LedgerTable: root.table, CaId: factory.caId }), ledger: 'Iot.A' }))).toEqual(OF_FACTORY);
  });

  test.each<[string, () => object, string[], RegExp]>([
    ['that has no ledger', () => ({ CaId: root.caId }), [], /no output is called LedgerTable; declare one whose value is ca\.ledger\.tableArn, deploy, and list again, or name another output with --ledger$/],
    ['that has no CA', () => ({ LedgerTable: root.table }), [],
      /the caId of the CA whose ledger is ledger-\S+ is not known, and the ledger files certificates by it; declare an output of .* whose value is ca\.caId, and deploy, or give it with --ca$/],
    ['that has the CA of another ledger', () => ({ LedgerTable: factory.table, CaId: root.caId }), [], /--ca must be the caId of a CA in ledger-\S+, got "ca-\S+", which is not there$/],
    ['whose ledger is none', () => ({ LedgerTable: 'arn:aws:s3:::bucket' }), [], /Iot\.LedgerTable must be the name or the ARN of the ledger of a CA, got "arn:aws:s3:::bucket"$/],
    ['without the output that is named', () => ({ LedgerTable: root.table }), ['--ledger', 'Nowhere'], /--ledger must be an output of .* with the ledger of a CA \(Iot\.LedgerTable\), got "Nowhere"$/],
  ])('%s is refused with the way out', async (_, given, args, message) => {
    expect(await cliError('list', '--outputs', outputsFile(given()), ...args)).toMatch(message);
  });
});

describe('a ledger that can\'t be read is reported on one line, without a beginning of a document,', () => {
  const CA = `ca-${'0'.repeat(32)}`;

  test('because there is no such table', async () => {
    expect(await cliError('list', '--ledger', 'Nowhere', '--ca', CA, '--json'))
      .toMatch(/^error: --ledger: Nowhere can't be read: .*; give the ARN of the table, or set AWS_REGION and the credentials of its account$/);
  });

  test('because the credentials lack the right', async () => {
    proxy.faults = () => ({ kind: 'denied', when: 'before' });
    expect(await cliError('list', '--ledger', root.table, '--ca', root.caId, '--csv'))
      .toMatch(/^error: --ledger: ledger-\S+ can't be read: .*; allow these credentials dynamodb:Query on the table \(ca\.ledger\.grant\(role, 'dynamodb:Query'\)\)$/);
  });

  test('because the credentials lack the right to read what is revoked', async () => {
    proxy.faults = (_, { body }) => body.includes('revoked#') ? { kind: 'denied', when: 'before' } : undefined;
    expect(await cliError('list', '--ledger', root.table, '--ca', root.caId, '--json')).toMatch(/allow these credentials dynamodb:Query/);
  });

  test('because the table is none of a CA', async () => {
    await client.send(new CreateTableCommand({
      TableName: 'Orders', BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }));
    expect(await cliError('list', '--ledger', 'Orders', '--ca', CA)).toMatch(/^error: --ledger: Orders can't be read: .*; the ledger of a CA \(ca\.ledger\) is a table with the keys pk and sk$/);
  });

  test.each<[string, () => string[], RegExp]>([
    ['because it does not know the CA', () => ['--ledger', root.table, '--ca', CA], /--ca must be the caId of a CA in ledger-\S+, got "ca-0{32}", which is not there$/],
    ['because no CA is named', () => ['--ledger', root.table], /the caId of the CA whose ledger is ledger-\S+ is not known, and the ledger files certificates by it; give it with --ca$/],
    ['because the CA is named by its path', () => ['--ledger', root.table, '--ca', 'Iot/IotCa'], /--ca must be the caId of a CA in AWS, such as ca-0123456789abcdef0123456789abcdef, got "Iot\/IotCa"$/],
    ['because its name can\'t be that of a table', () => ['--ledger', 'a b', '--ca', CA], /--ledger must be the name or the ARN of the ledger of a CA, such as arn:aws:dynamodb:.*, got "a b"$/],
  ])('%s', async (_, args, message) => {
    expect(await cliError('list', ...args())).toMatch(message);
  });

  test('because no Region is configured', async () => {
    const { AWS_REGION } = process.env;
    delete process.env.AWS_REGION;
    const said = await cliError('list', '--ledger', 'Ledger', '--ca', CA);
    process.env.AWS_REGION = AWS_REGION;
    expect(said).toMatch(/no Region is configured in which to look for Ledger; give its ARN, or set AWS_REGION$/);
  });
});

test('a ledger that is named by its ARN is asked in the Region of the ARN', async () => {
  const arn = `arn:aws:dynamodb:eu-central-1:123456789012:table/${factory.table}`;
  expect(summary(await listed({ ledger: arn, ca: [factory.caId] }))).toEqual(OF_FACTORY);
});
