import { createServer, Server } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedger } from '../../../src/issuing/aws/dynamodb-ledger';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { Ports } from '../../../src/issuing/ports';
import { RevokingPorts } from '../../../src/issuing/revocation/revoke-selected';
import { answerRevocation } from '../../../src/issuing/revocation/revoker';
import { awsCalls, dynamoDb, makeTable } from '../../support/aws-clients';
import { temporaryFolder, writeJson } from '../../support/cli-assembly';
import { cli, cliError } from '../../support/cli-run';
import { caProperties, deviceProperties, request } from '../../support/events';
import { forward } from '../../support/forward';
import { close, listen } from '../../support/local-server';
import { MemoryWorld } from '../../support/memory-ports';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

// A CA whose ledger is in moto, with the IDs that moto does not give tables, and AWS Lambda, which has the CA's function.
const before = { ...process.env };
const world = new MemoryWorld();
let client: DynamoDBClient;
let dynamo: Server;
let lambda: Server;
let table: string;
let tableArn: string;
let caId: string;
/** The name of the table that the function takes for its ledger. */
let claimed: string;
let invoked: string[];

beforeAll(async () => {
  const moto = new URL(await motoUrl());
  dynamo = createServer(async (asked, response) => {
    const { status, headers, body } = await forward(asked, await buffer(asked), moto);
    const answer = asked.headers['x-amz-target']?.toString().endsWith('.DescribeTable') && status === 200 ? withId(body) : body;
    response.writeHead(status, { 'content-type': headers['content-type'] }).end(answer);
  });
  process.env.AWS_ENDPOINT_URL = await listen(dynamo);
  client = dynamoDb(process.env.AWS_ENDPOINT_URL);
  table = await makeTable(client);
  tableArn = `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}`;
  lambda = createServer(async (asked, response) => {
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(decodeURIComponent(asked.url!))!;
    invoked.push(name);
    const event = await json(asked);
    if (!name.endsWith(`:function:private-iot-ca-revoke-${idOf(table)}`) && name !== 'Other') {
      response.writeHead(404, { 'content-type': 'application/json', 'x-amzn-errortype': 'ResourceNotFoundException' }).end(JSON.stringify({ Message: 'Function not found' }));
      return;
    }
    response.end(JSON.stringify(await answerRevocation({ caId, table: claimed, reach: [] }, event, '8f5c', portsOfAws(table))));
  });
  process.env.AWS_ENDPOINT_URL_LAMBDA = await listen(lambda);
  const ports: Ports = { ...world.ports(), ledger: name => portsOfAws(name).ledger, anyTable: name => portsOfAws(name).ledger };
  caId = (await handleLifecycleEvent(request('ca', 'Create', caProperties({ LedgerTable: table })), ports)).physicalResourceId;
  await handleLifecycleEvent({ ...request('device', 'Create', deviceProperties(caId, { LedgerTable: table })), logicalResourceId: 'Sensor' }, ports);
}, MOTO_TIMEOUT);

afterAll(async () => {
  process.env = { ...before };
  await Promise.all([dynamo, lambda].map(close));
});

beforeEach(() => {
  invoked = [];
  claimed = table;
});

/** The ID of a table: a UUID of its own. */
function idOf(name: string): string {
  return name.slice('ledger-'.length);
}

function withId(description: Buffer): string {
  const { Table } = JSON.parse(description.toString());
  return JSON.stringify({ Table: { ...Table, TableId: idOf(Table.TableName) } });
}

function portsOfAws(name: string): RevokingPorts & { readonly ledger: DynamoDbLedger; readonly clock: () => Date } {
  const tableOf = (each: string): LedgerTable => new LedgerTable(client, awsCalls(), each);
  const anyRevocations = (each: string): DynamoDbRevocations => new DynamoDbRevocations(tableOf(each));
  return { ledger: new DynamoDbLedger(tableOf(name)), revocations: anyRevocations(name), anyRevocations, clock: () => world.now };
}

test.each<[string, () => string[]]>([
  ['the name of its ledger', () => ['--ledger', table]],
  ['the ARN of its ledger', () => ['--ledger', tableArn]],
  ['an output with its ledger', () => ['--outputs', outputsFile(), '--ledger', 'LedgerTable']],
])('a CA is found by %s', async (_, args) => {
  const { code, stdout } = await cli('revoke', ...args(), '--all', '--dry-run');
  expect(stdout).toMatch(/ Iot\/Sensor +Iot\/Ca +revoked\n/);
  expect(invoked).toEqual([`${tableArn.replace(':dynamodb:', ':lambda:').replace(/table\/.*/, '')}function:private-iot-ca-revoke-${idOf(table)}`]);
  expect(code).toBe(0);
});

test('a device of a CA that is found by its ledger is revoked', async () => {
  expect((await cli('revoke', '--ledger', table, '--resource', 'Iot/Sensor', '--reason', 'certificateHold', '--yes')).code).toBe(0);
  expect(invoked).toHaveLength(2);
  expect((await cli('revoke', '--ledger', table, '--all', '--reason', 'removeFromCRL', '--yes')).stdout).toMatch(/ released\n/);
});

test('a function that is named goes before the one to which the ledger leads', async () => {
  await cli('revoke', '--ledger', table, '--function', 'Other', '--all', '--dry-run');
  expect(invoked).toEqual(['Other']);
});

function outputsFile(): string {
  const file = `${temporaryFolder()}/outputs.json`;
  writeJson(file, { Iot: { LedgerTable: tableArn } });
  return file;
}

describe('a mistake is reported on one line and changes nothing,', () => {
  const revoke = (...args: string[]): Promise<string> => cliError('revoke', ...args, '--all', '--yes');

  test('such as a function that is for another ledger', async () => {
    claimed = 'Elsewhere';
    for (const args of [[], ['--function', 'Other']]) {
      expect(await revoke('--ledger', table, ...args)).toMatch(/^error: --(ledger|function) must name the revokeFunction of the CA whose ledger is \S+, got \S+, whose ledger is Elsewhere$/);
    }
    expect(invoked).toHaveLength(2);
  });

  test('such as a ledger whose CA has no function', async () => {
    const other = await makeTable(client);
    expect(await revoke('--ledger', other)).toMatch(/Function not found; declare an output of ca\.revokeFunction\.functionArn in the stack of the CA, and deploy; or name .* with --function$/);
  });

  test('such as a table that does not exist', async () => {
    expect(await revoke('--ledger', 'Nowhere')).toMatch(/^error: --ledger: Nowhere can't be read: .*; give the ARN of the table, or set AWS_REGION and the credentials of its account$/);
    expect(invoked).toEqual([]);
  });

  test('such as something that is no ledger', async () => {
    expect(await revoke('--ledger', 'arn:aws:s3:::lists')).toMatch(/^error: --ledger must be the name or the ARN of the ledger of a CA, such as .*, got "arn:aws:s3:::lists"$/);
  });
});
