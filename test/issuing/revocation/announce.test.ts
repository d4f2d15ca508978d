import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { certificatePartition } from '../../../src/contract/ledger-keys';
import { RevocationReason } from '../../../src/contract/revocation';
import { DynamoDbExpiryMarks } from '../../../src/issuing/aws/dynamodb-expiry-marks';
import { DynamoDbLedger } from '../../../src/issuing/aws/dynamodb-ledger';
import { DynamoDbRefusals } from '../../../src/issuing/aws/dynamodb-refusals';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { EventBridgeBus } from '../../../src/issuing/aws/event-bridge-bus';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { LedgerEntry } from '../../../src/issuing/ledger/ledger';
import { announce, StreamBatchResponse } from '../../../src/issuing/revocation/announce';
import { revocationIn } from '../../../src/platforms/registrar/revocation/revocation-messages';
import { awsCalls, dynamoDb, makeTable } from '../../support/aws-clients';
import { Fault, FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

const CA = `ca-${'2'.repeat(32)}`;
const serialNumber = (digits: string): string => digits.repeat(20);

let proxy: FaultProxy;
let client: DynamoDBClient;
let bus: EventBridgeBus;
let ledger: DynamoDbLedger;
let revocations: DynamoDbRevocations;
let marks: DynamoDbExpiryMarks;
let refusals: DynamoDbRefusals;
let queueUrl: string;
let table: string;

/** The calls of Amazon SQS that the test makes itself. */
async function sqs(parameters: { [name: string]: string }): Promise<string> {
  const response = await fetch(await motoUrl(), {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/sqs/aws4_request, SignedHeaders=host, Signature=0' },
    body: new URLSearchParams(parameters),
  });
  return response.text();
}

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
  client = dynamoDb(await motoUrl());
  const eventBridge = new EventBridgeClient({ endpoint: await motoUrl() });
  bus = new EventBridgeBus(new EventBridgeClient({ endpoint: proxy.url, maxAttempts: 10 }), awsCalls());
  queueUrl = /<QueueUrl>(.*)<\/QueueUrl>/.exec(await sqs({ Action: 'CreateQueue', QueueName: 'Revocations' }))![1];
  // As the constructs declare it.
  await eventBridge.send(new PutRuleCommand({ Name: 'Revocations', EventPattern: JSON.stringify({ source: ['private-iot-ca'], detail: { ca: [CA] } }) }));
  await eventBridge.send(new PutTargetsCommand({
    Rule: 'Revocations', Targets: [{ Id: 'Queue', Arn: `arn:aws:sqs:eu-central-1:123456789012:${queueUrl.split('/').at(-1)}` }],
  }));
}, MOTO_TIMEOUT);
beforeEach(async () => {
  proxy.reset();
  table = await makeTable(client);
  const ledgerTable = new LedgerTable(client, awsCalls(), table);
  ledger = new DynamoDbLedger(ledgerTable);
  revocations = new DynamoDbRevocations(ledgerTable);
  marks = new DynamoDbExpiryMarks(ledgerTable);
  refusals = new DynamoDbRefusals(ledgerTable);
  await delivered();
});
afterAll(() => proxy.stop());

async function revoke(digits: string, reason: RevocationReason = 'keyCompromise'): Promise<void> {
  const state = reason === 'certificateHold' ? 'HELD' : 'REVOKED';
  await revocations.record({
    issuer: CA, serialNumber: serialNumber(digits), state, reason, revokedAt: '2026-01-31T00:00:00Z', notAfter: '2036-01-01T00:00:00Z', orderedBy: 'anna', revision: 1,
  }, undefined);
}

/** The record of a stream about an item, with nothing but its keys. */
function record(pk: string, sk: string, SequenceNumber = '1'): object {
  return { eventSource: 'aws:dynamodb', eventName: 'MODIFY', dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber, StreamViewType: 'KEYS_ONLY' } };
}

const ofRevocation = (digits: string, sequence?: string): object => record(`revoked#${CA}`, `serial#${serialNumber(digits)}`, sequence);

function announced(...records: unknown[]): Promise<StreamBatchResponse> {
  return announce(CA, { Records: records }, { ledger, revocations, marks, refusals, events: bus });
}

/** The messages in the queue, as Lambda gives them to a function. */
async function delivered(): Promise<{ messageId: string; eventSource: string; body: string }[]> {
  const all: { messageId: string; eventSource: string; body: string }[] = [];
  for (;;) {
    const text = await sqs({ Action: 'ReceiveMessage', QueueUrl: queueUrl, MaxNumberOfMessages: '10', VisibilityTimeout: '3600' });
    const bodies = [...text.matchAll(/<Body>(.*?)<\/Body>/gs)].map(([, body]) => body.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    if (bodies.length === 0) {
      return all;
    }
    all.push(...bodies.map(body => ({ messageId: String(all.length), eventSource: 'aws:sqs', body })));
  }
}

const details = async (): Promise<unknown[]> => (await delivered()).map(({ body }) => JSON.parse(body)).map(event => [event.source, event['detail-type'], event.detail]);

test('a revocation reaches a queue as an event, which the functions of platforms understand', async () => {
  await revoke('2A');
  expect(await announced(ofRevocation('2A'))).toEqual({ batchItemFailures: [] });
  const messages = await delivered();
  expect(messages.flatMap(message => revocationIn(message, CA))).toEqual([{ serialNumber: serialNumber('2A'), itemIdentifier: '0' }]);
  expect(JSON.parse(messages[0].body)).toMatchObject({
    'source': 'private-iot-ca',
    'detail-type': 'Certificate Revocation Changed',
    'detail': { ca: CA, serialNumber: serialNumber('2A'), state: 'REVOKED', reason: 'keyCompromise', revokedAt: '2026-01-31T00:00:00Z' },
  });
});

test('a hold is announced as a hold', async () => {
  await revoke('2A', 'certificateHold');
  await announced(ofRevocation('2A'));
  expect(await details()).toEqual([['private-iot-ca', 'Certificate Revocation Changed', expect.objectContaining({ state: 'HELD', reason: 'certificateHold' })]]);
});

test('published lists are announced with their number, and a number that was only taken is not', async () => {
  const list = record(`crl#${CA}`, 'current');
  await revocations.takeCrlNumber(CA);
  await announced(list);
  expect(await details()).toEqual([]);
  await revocations.publishedCrl(CA, { number: 1, publishedAt: '2026-01-31T00:00:00Z' });
  await announced(list);
  expect(await details()).toEqual([['private-iot-ca', 'Revocation Lists Published', { ca: CA, number: 1 }]]);
});

test('a certificate whose end is near is announced with the threshold, unless it was renewed in the meantime', async () => {
  const holder = { stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/s/u', logicalResourceId: 'Device', requestId: 'request-1' };
  const identity = `device-${'1'.repeat(32)}`;
  const entry: LedgerEntry = {
    ...holder,
    identity,
    issuer: CA,
    serialNumber: serialNumber('2A'),
    status: 'ISSUED',
    profile: 'device',
    subject: 'CN=sensor-001',
    keyAlgorithm: 'EC_P256',
    commonName: 'sensor-001',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    reservedAt: '2026-01-01T00:00:00Z',
    reservedBy: 'request-1',
  };
  const standing = { requestId: 'request-1', since: '2026-01-01T00:00:00Z', holds: [identity], had: [identity], earlier: [], revision: 1 };
  await ledger.record(holder, standing, undefined);
  await ledger.reserve(entry, undefined, holder);
  await marks.record(CA, entry.serialNumber, { daysLeft: 30, markedAt: '2026-12-02T00:00:00Z' });
  const marked = record(`expiry#${CA}`, `serial#${entry.serialNumber}`);
  await announced(marked);
  const { stackId, profile, subject, commonName, notBefore, notAfter } = entry;
  expect(await details()).toEqual([['private-iot-ca', 'Certificate Expiring', {
    ca: CA, serialNumber: entry.serialNumber, profile, subject, commonName, notBefore, notAfter, stackId, logicalId: 'Device', daysLeft: 30,
  }]]);
  await ledger.reserve({ ...entry, serialNumber: serialNumber('3A') }, entry, holder);
  await announced(marked);
  expect(await details()).toEqual([]);
});

test('what was refused is announced with the reason, and the same refusal is written once', async () => {
  const resource = { stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/s/u', logicalResourceId: 'Device' };
  const refused = record(`resource#${resource.stackId}/Device`, 'refused');
  const refusal = { requestId: 'request-1', reason: 'Device: the CA is not valid any more', refusedAt: '2026-12-02T00:00:00Z' };
  await announced(refused); // before anything is there
  await refusals.record(resource, refusal);
  await refusals.record(resource, { ...refusal, refusedAt: '2026-12-02T06:00:00Z' });
  expect(await refusals.refusal(resource)).toEqual(refusal);
  await announced(refused);
  await refusals.record(resource, { renews: serialNumber('2A'), reason: refusal.reason, refusedAt: '2026-12-03T00:00:00Z' });
  await announced(refused);
  const common = { ca: CA, stackId: resource.stackId, logicalId: 'Device', reason: refusal.reason };
  expect(await details()).toEqual([
    ['private-iot-ca', 'Certificate Refused', { ...common, requestId: 'request-1' }],
    ['private-iot-ca', 'Certificate Refused', { ...common, renews: serialNumber('2A') }],
  ]);
});

test('a record is believed for its keys only, and one about anything else is passed over', async () => {
  await revoke('2A');
  const others = [
    null, 'x', {}, { eventSource: 'aws:dynamodb' }, { ...ofRevocation('2A'), eventSource: 'aws:sqs' },
    ofRevocation('3A'), // which the ledger does not hold
    record(`revoked#ca-${'0'.repeat(32)}`, `serial#${serialNumber('2A')}`),
    record(certificatePartition(`ca-${'0'.repeat(32)}`, serialNumber('2A')), `serial#${serialNumber('2A')}`),
    record(`revoked#${CA}`, 'serial#1'),
    record(`crl#${CA}`, 'publication'), record(`crl#${CA}`, 'current'),
  ];
  expect(await announced(...others)).toEqual({ batchItemFailures: [] });
  expect(await details()).toEqual([]);
});

test('a damaged item is delivered again some times, and the others are announced', async () => {
  jest.spyOn(console, 'log').mockImplementation();
  await revoke('2A');
  await revoke('4A');
  await client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: `revoked#${CA}` }, sk: { S: `serial#${serialNumber('3A')}` }, state: { S: 'GONE' } } }));
  const records = ['2A', '3A', '4A'].map((digits, n) => ofRevocation(digits, String(n)));
  expect(await announced(...records)).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  expect(await details()).toHaveLength(2);
  expect(jest.mocked(console.log).mock.calls.map(([line]) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'ERROR', message: `a change of serial#${serialNumber('3A')} could not be announced` }),
  ]);
  jest.restoreAllMocks();
});

test('an event that is not of a stream is refused', async () => {
  await expect(announce(CA, { 'detail-type': 'Scheduled Event' }, { ledger, revocations, marks, refusals, events: bus })).rejects.toThrow('the event must be from the stream of the ledger');
});

test('many revocations at once are announced ten at a time', async () => {
  const all = Array.from({ length: 23 }, (_, n) => (n + 16).toString(16).toUpperCase());
  for (const digits of all) {
    await revoke(digits);
  }
  proxy.reset();
  expect(await announced(...all.map(digits => ofRevocation(digits)))).toEqual({ batchItemFailures: [] });
  expect(proxy.calls).toHaveLength(3);
  expect(await details()).toHaveLength(23);
});

test('what the bus does not take is delivered again, and nothing else', async () => {
  for (const digits of ['2A', '3A', '4A']) {
    await revoke(digits);
  }
  const taken = [true, false, true];
  const answer = await announce(CA, { Records: ['2A', '3A', '4A'].map((digits, n) => ofRevocation(digits, `${n}`)) }, { ledger, revocations, marks, refusals, events: { put: async () => taken } });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
});

test.each<Fault>([{ kind: 'reset', when: 'before' }, { kind: 'reset', when: 'after' }, { kind: 'serverError', when: 'before' }, { kind: 'throttled', when: 'before' }])(
  'an event reaches the queue in spite of a fault of the bus: $kind $when', async fault => {
    await revoke('2A');
    proxy.faults = index => index === 0 ? fault : undefined;
    expect(await announced(ofRevocation('2A'))).toEqual({ batchItemFailures: [] });
    expect((await details()).length).toBeGreaterThanOrEqual(1);
    expect(proxy.calls.length).toBeGreaterThan(1);
  });
