import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { awsCalls, dynamoDb, makeTable } from './clients';
import { DynamoDbLedger } from '../../../src/handlers/aws/dynamodb-ledger';
import { LedgerEntry, LedgerGoneError } from '../../../src/handlers/ports';
import { FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

let proxy: FaultProxy;
let client: DynamoDBClient;
let table: string;
let ledger: DynamoDbLedger;

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
  client = dynamoDb(proxy.url);
}, MOTO_TIMEOUT);
beforeEach(async () => {
  proxy.reset();
  table = await makeTable(client);
  ledger = new DynamoDbLedger(client, awsCalls(), table);
  proxy.calls = [];
});
afterAll(() => proxy.stop());

const IDENTITY = `device-${'1'.repeat(32)}`;

function entry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    identity: IDENTITY,
    issuer: `ca-${'2'.repeat(32)}`,
    serialNumber: randomBytes(20).toString('hex').toUpperCase(),
    status: 'RESERVED',
    profile: 'device',
    subject: 'CN=sensor-001,O=Ümläut',
    keyAlgorithm: 'EC_P256',
    keyStorage: { Type: 'SecretsManager', SecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbCdEf' },
    notBefore: '2026-01-31T23:59:59Z',
    notAfter: '2036-01-31T23:59:59Z',
    stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/s/u',
    logicalResourceId: 'Device',
    reservedAt: '2026-01-31T23:59:59.123Z',
    reservedBy: 'request-1',
    ...changes,
  };
}

const CERTIFICATE = Buffer.from('3003020105', 'hex');
const ISSUED = { certificate: CERTIFICATE, issuedAt: '2026-02-01T00:00:00.000Z' };

describe('what the ledger holds', () => {
  test('an identity that was never asked for is unknown', async () => {
    expect(await ledger.find(IDENTITY)).toBeUndefined();
  });

  test('a reservation is found with everything that was recorded, by consistent reads', async () => {
    const reserved = entry();
    expect(await ledger.reserve(reserved, undefined)).toBe(true);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: reserved });
    const reads = proxy.calls.filter(call => call.operation === 'GetItem');
    expect(reads.map(call => JSON.parse(call.body).ConsistentRead)).toEqual([true, true]);
  });

  test('an entry without a kept key is found without one', async () => {
    const { keyStorage, ...reserved } = entry();
    await ledger.reserve(reserved, undefined);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: reserved });
  });

  test('an issued certificate is found byte for byte', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined);
    expect(await ledger.advance(reserved, 'ISSUED', ISSUED)).toBe(true);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: { ...reserved, status: 'ISSUED', ...ISSUED } });
  });

  test('a signature is found octet for octet', async () => {
    const { keyStorage, ...reserved } = entry({ profile: 'signature' });
    const facts = { signature: Buffer.from([0x30, 0, 255]), issuedAt: ISSUED.issuedAt };
    await ledger.reserve(reserved, undefined);
    await ledger.advance(reserved, 'ISSUED', facts);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: { ...reserved, status: 'ISSUED', ...facts } });
  });

  test('the keys of the table are those that were decided', async () => {
    const reserved = entry({ serialNumber: 'A'.repeat(40) });
    await ledger.reserve(reserved, undefined);
    const key = { pk: { S: `issuer#${reserved.issuer}` }, sk: { S: `serial#${'A'.repeat(40)}` } };
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key }));
    expect(Item).toMatchObject({ identity: { S: IDENTITY }, keyStorage: { M: { Type: { S: 'SecretsManager' } } } });
    const pointer = await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: `identity#${IDENTITY}` }, sk: { S: 'current' } } }));
    expect(pointer.Item).toMatchObject({ issuer: { S: reserved.issuer }, serialNumber: { S: 'A'.repeat(40) } });
  });

  test('a certificate that is gone from the table is an error, not an unknown identity', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined);
    const key = { pk: { S: `issuer#${reserved.issuer}` }, sk: { S: `serial#${reserved.serialNumber}` } };
    await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
    await expect(ledger.find(IDENTITY)).rejects.toThrow(/has lost the certificate with serial number [0-9A-F]{40}; restore the table/);
  });
});

describe('changes are conditional', () => {
  test('of two first reservations one is written', async () => {
    const [first, second] = [entry(), entry()];
    const written = await Promise.all([first, second].map(reserved => ledger.reserve(reserved, undefined)));
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: written[0] ? first : second });
    expect((await client.send(new ScanCommand({ TableName: table }))).Count).toBe(2); // the loser left nothing
  });

  test('a withdrawn certificate is superseded by a new reservation, and kept', async () => {
    const old = entry({ status: 'WITHDRAWN' });
    const next = entry();
    await ledger.reserve(old, undefined);
    expect(await ledger.reserve(next, { entry: old })).toBe(true);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: next });
    expect((await client.send(new ScanCommand({ TableName: table }))).Count).toBe(3);
  });

  test('a certificate that was reinstated meanwhile is not superseded', async () => {
    const old = entry({ status: 'WITHDRAWN' });
    await ledger.reserve(old, undefined);
    await ledger.advance(old, 'ISSUED', {});
    expect(await ledger.reserve(entry(), { entry: old })).toBe(false);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: { ...old, status: 'ISSUED' } });
  });

  test('a certificate that was superseded meanwhile is not reinstated', async () => {
    const old = entry({ status: 'WITHDRAWN' });
    await ledger.reserve(old, undefined);
    await ledger.reserve(entry(), { entry: old });
    expect(await ledger.advance(old, 'ISSUED', ISSUED)).toBe(false);
  });

  test('a reservation made over one certificate is not made over another', async () => {
    const [first, second] = [entry({ status: 'WITHDRAWN' }), entry({ status: 'WITHDRAWN' })];
    await ledger.reserve(first, undefined);
    await ledger.reserve(second, { entry: first });
    expect(await ledger.reserve(entry(), { entry: first })).toBe(false);
  });

  test('a certificate is issued once: who comes second is told so', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined);
    const written = await Promise.all([CERTIFICATE, Buffer.from('3003020106', 'hex')]
      .map(certificate => ledger.advance(reserved, 'ISSUED', { ...ISSUED, certificate })));
    expect(written.filter(Boolean)).toHaveLength(1);
  });

  test('what was withdrawn is not issued', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined);
    expect(await ledger.advance(reserved, 'WITHDRAWN', { withdrawnAt: '2026-02-02T00:00:00.000Z', withdrawnBy: 'request-2' })).toBe(true);
    expect(await ledger.advance(reserved, 'ISSUED', ISSUED)).toBe(false);
    expect((await ledger.find(IDENTITY))?.entry).toMatchObject({ status: 'WITHDRAWN', withdrawnBy: 'request-2' });
  });

  test('an identity is cancelled only while nothing stands for it', async () => {
    expect(await ledger.cancel(IDENTITY, '2026-02-02T00:00:00.000Z')).toBe(true);
    expect(await ledger.find(IDENTITY)).toEqual({ cancelledAt: '2026-02-02T00:00:00.000Z' });
    expect(await ledger.reserve(entry(), undefined)).toBe(false);
    expect(await ledger.cancel(IDENTITY, '2026-02-03T00:00:00.000Z')).toBe(false);
  });

  test('a cancelled identity can be reserved by who knows of it', async () => {
    await ledger.cancel(IDENTITY, '2026-02-02T00:00:00.000Z');
    expect(await ledger.reserve(entry(), { cancelledAt: '2026-02-01T00:00:00.000Z' })).toBe(false);
    expect(await ledger.reserve(entry(), { cancelledAt: '2026-02-02T00:00:00.000Z' })).toBe(true);
    expect(await ledger.cancel(IDENTITY, '2026-02-03T00:00:00.000Z')).toBe(false);
  });
});

describe('faults', () => {
  test('a change whose answer was lost counts as written', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined);
    let failed = 0;
    proxy.faults = (_, call) => call.operation === 'UpdateItem' && failed++ === 0 ? { kind: 'reset', when: 'after' } : undefined;
    expect(await ledger.advance(reserved, 'ISSUED', ISSUED)).toBe(true);
    expect(failed).toBe(2);
  });

  // AWS recognises the token of the repeated transaction and answers success; moto carries it out again, and its condition fails.
  test('a reservation whose answer was lost stands', async () => {
    const reserved = entry();
    let tokens: string[] = [];
    proxy.faults = (_, call) => {
      if (call.operation === 'TransactWriteItems') {
        tokens = [...tokens, JSON.parse(call.body).ClientRequestToken];
      }
      return call.operation === 'TransactWriteItems' && tokens.length === 1 ? { kind: 'reset', when: 'after' } : undefined;
    };
    await ledger.reserve(reserved, undefined);
    expect(await ledger.find(IDENTITY)).toEqual({ entry: reserved });
    expect(tokens).toEqual([tokens[0], tokens[0]]);
  });

  test('nothing that is recorded is ever deleted', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined);
    await ledger.advance(reserved, 'ISSUED', ISSUED);
    await ledger.advance({ ...reserved, status: 'ISSUED' }, 'WITHDRAWN', { withdrawnAt: 'now', withdrawnBy: 'request-2' });
    expect(proxy.calls.map(call => call.operation)).toEqual(['TransactWriteItems', 'UpdateItem', 'UpdateItem']);
    expect(JSON.parse(proxy.calls[0].body).TransactItems.map((item: object) => Object.keys(item)[0])).toEqual(['Put', 'Put']);
  });

  test('a table that does not exist is named, with what to do', async () => {
    const missing = new DynamoDbLedger(client, awsCalls(), 'no-such-table');
    const failure = await missing.find(IDENTITY).catch(error => error);
    expect(failure).toBeInstanceOf(LedgerGoneError); // so that a stack can be deleted without it
    expect(failure.message).toMatch(/^the ledger no-such-table does not exist .*; restore the table from its point-in-time recovery/);
    await expect(missing.reserve(entry(), undefined)).rejects.toThrow(/^dynamodb:TransactWriteItems on the table no-such-table failed: ResourceNotFound/);
  });
});
