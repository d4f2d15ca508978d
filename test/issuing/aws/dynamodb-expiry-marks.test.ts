import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbExpiryMarks } from '../../../src/issuing/aws/dynamodb-expiry-marks';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { awsCalls, dynamoDb, makeTable } from '../../support/aws-clients';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

const CA = `ca-${'2'.repeat(32)}`;
const SERIAL = '2A'.repeat(20);
const mark = (daysLeft: number) => ({ daysLeft, markedAt: '2026-03-01T12:00:00.000Z' });

let client: DynamoDBClient;
let table: string;
let marks: DynamoDbExpiryMarks;

beforeAll(async () => {
  client = dynamoDb(await motoUrl());
  table = await makeTable(client);
  marks = new DynamoDbExpiryMarks(new LedgerTable(client, awsCalls(), table));
}, MOTO_TIMEOUT);

test('a certificate is marked once for each threshold, and never for one that is farther from its end', async () => {
  expect(await marks.mark(CA, SERIAL)).toBeUndefined();
  const written = await Promise.all([marks.record(CA, SERIAL, mark(30)), marks.record(CA, SERIAL, mark(30))]);
  expect(written.filter(Boolean)).toHaveLength(1);
  expect(await marks.record(CA, SERIAL, mark(7))).toBe(true);
  expect(await marks.record(CA, SERIAL, mark(30))).toBe(false);
  expect(await marks.mark(CA, SERIAL)).toEqual(mark(7));
});

test('the key of a mark is the one that was decided', async () => {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: `expiry#${CA}` }, sk: { S: `serial#${SERIAL}` } } }));
  expect(Item).toMatchObject({ daysLeft: { N: '7' }, markedAt: { S: mark(7).markedAt } });
});
