import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { errorName } from '../../../src/lambda/aws/aws-calls';
import { awsCalls, dynamoDb, makeTable } from '../../support/aws-clients';
import { FaultKind, FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

let proxy: FaultProxy;
let client: DynamoDBClient;
let table: string;

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
  client = dynamoDb(proxy.url);
  table = await makeTable(client);
}, MOTO_TIMEOUT);
beforeEach(() => proxy.reset());
afterAll(() => proxy.stop());

const read = (options: { abortSignal: AbortSignal }) =>
  client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: 'a' }, sk: { S: 'b' } } }), options);

function failing(times: number, kind: FaultKind): void {
  proxy.faults = index => index < times ? { kind, when: 'before' } : undefined;
}

test.each<[FaultKind, number]>([['reset', 3], ['serverError', 3], ['throttled', 2], ['denied', 3]])(
  'a call that meets %s %i times succeeds in the end', async (kind, times) => {
    failing(times, kind);
    await expect(awsCalls(10_000).make('dynamodb:GetItem', 'the table', read)).resolves.toBeDefined();
    expect(proxy.calls).toHaveLength(times + 1);
  });

test('missing rights are an error that names the action, the resource, and a way out', async () => {
  failing(Infinity, 'denied');
  await expect(awsCalls(500).make('dynamodb:GetItem', 'the table t', read)).rejects.toThrow(
    'dynamodb:GetItem on the table t failed: AccessDeniedException; '
    + 'the role of the function must be allowed to perform this action; for a ledger in another account, its policy must also allow this account: '
    + 'grantIssue(new AccountPrincipal(…)) of the CA, in the CA\'s own stack');
  expect(proxy.calls.length).toBeGreaterThan(1);
});

test('rights are waited for once, not again for every call', async () => {
  failing(Infinity, 'denied');
  const calls = awsCalls(500);
  await calls.make('dynamodb:GetItem', 'the table', read).catch(() => undefined);
  proxy.calls = [];
  await expect(calls.make('dynamodb:GetItem', 'the table', read)).rejects.toThrow(/AccessDenied/);
  expect(proxy.calls).toHaveLength(1);
});

test('a call that meets contention is tried again', async () => {
  let turns = 0;
  const contended = () => turns++ < 2
    ? Promise.reject(Object.assign(new Error('busy'), { name: 'TransactionConflictException' }))
    : Promise.resolve('done');
  await expect(awsCalls().make('dynamodb:UpdateItem', 'the table', contended)).resolves.toBe('done');
});

test('an error that the caller expects reaches the caller, at once', async () => {
  failing(Infinity, 'denied');
  const failure = await awsCalls(10_000).make('dynamodb:GetItem', 'the table', read, ['AccessDeniedException']).catch(errorName);
  expect(failure).toBe('AccessDeniedException');
  expect(proxy.calls).toHaveLength(1);
});

test.each<FaultKind>(['throttled', 'denied', 'reset'])('the deadline ends a call that meets %s', async kind => {
  const end = new AbortController();
  proxy.faults = index => {
    if (index === 1) {
      end.abort();
    }
    return { kind, when: 'before' };
  };
  const calls = awsCalls(60_000, end.signal);
  await expect(calls.make('dynamodb:GetItem', 'the table', read)).rejects.toThrow();
  const made = proxy.calls.length;
  await expect(calls.make('dynamodb:GetItem', 'the table', read)).rejects.toThrow(/AbortError/);
  expect(proxy.calls).toHaveLength(made); // nothing is sent after it
});

test('the words of AWS on a failure are not repeated, because they can quote the request', async () => {
  failing(Infinity, 'serverError');
  const impatient = dynamoDb(proxy.url, 1);
  const failure = await awsCalls().make('dynamodb:GetItem', 'the table t', options => impatient.send(
    new GetItemCommand({ TableName: table, Key: { pk: { S: 'a private thing' }, sk: { S: 'b' } } }), options)).catch(error => error);
  expect(failure.message).toBe('dynamodb:GetItem on the table t failed: InternalServerError');
});
