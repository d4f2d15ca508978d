import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbRecords } from '../../../src/platforms/registrar/dynamodb-records';
import { awsCalls } from '../../support/aws-clients';
import { NO_DEADLINE } from '../../support/deadline';
import { STACK_ID } from '../../support/events';
import { ledgerTable } from '../../support/ledger-table';

const set = ledgerTable();
let records: DynamoDbRecords;

beforeEach(async () => {
  records = opened();
});

const opened = (signal = NO_DEADLINE, ofTable = set.table) => new DynamoDbRecords(set.client, awsCalls(2_000, signal), ofTable, signal);

const REGISTRATION = 'azure-dps:public:91d12660:iot:acme-dps:acme-0a1b2c3d:0123';

async function item(sk: string): Promise<object | undefined> {
  return (await set.client.send(new GetItemCommand({ TableName: set.table, Key: { pk: { S: `registration#${REGISTRATION}` }, sk: { S: sk } } }))).Item;
}

describe('a registration in the ledger', () => {
  test('is recorded under the keys that were decided', async () => {
    await records.declare(REGISTRATION, 'stack/A', 'made');
    await records.codeOnce(REGISTRATION, '20260301T120000Z', async () => 'c0de');
    expect(await item('current')).toMatchObject({ declaredBy: { SS: ['stack/A'] }, origin: { S: 'made' } });
    expect(await item('code#20260301T120000Z')).toMatchObject({ registrationCode: { S: 'c0de' } });
  });

  test('is nobody\'s any more once its last resource has left it, also where that is told twice', async () => {
    await records.declare(REGISTRATION, 'stack/A', 'made');
    await records.declare(REGISTRATION, 'stack/B', 'found');
    expect(await records.leave(REGISTRATION, 'stack/A')).toMatchObject({ heldByOthers: true, foundThere: false });
    for (let delivery = 0; delivery < 2; delivery++) {
      expect(await records.leave(REGISTRATION, 'stack/B')).toEqual({ heldByOthers: false, foundThere: false, madeHere: true });
    }
  });

  test('that was found at the platform is somebody else\'s, until it is gone and made anew', async () => {
    await records.declare(REGISTRATION, 'stack/A', 'found');
    expect(await records.leave(REGISTRATION, 'stack/A')).toEqual({ heldByOthers: false, foundThere: true, madeHere: false });
    await records.declare(REGISTRATION, 'stack/A', 'made');
    expect(await records.leave(REGISTRATION, 'stack/A')).toEqual({ heldByOthers: false, foundThere: false, madeHere: true });
  });

  test('that is put back is what it was before', async () => {
    await records.declare(REGISTRATION, 'stack/A', 'found');
    await records.declare(REGISTRATION, 'stack/A', 'restored');
    expect(await records.leave(REGISTRATION, 'stack/A')).toMatchObject({ foundThere: true });
    await records.forget(REGISTRATION);
    await records.declare(REGISTRATION, 'stack/A', 'restored');
    expect(await records.leave(REGISTRATION, 'stack/A')).toMatchObject({ foundThere: false });
  });

  test('that was removed and is found again was made by somebody else', async () => {
    await records.declare(REGISTRATION, 'stack/A', 'made');
    await records.leave(REGISTRATION, 'stack/A');
    await records.forget(REGISTRATION);
    await records.declare(REGISTRATION, 'stack/A', 'found');
    expect(await records.leave(REGISTRATION, 'stack/A')).toMatchObject({ foundThere: true });
  });

  test('can be looked at by a resource without leaving it', async () => {
    await records.declare(REGISTRATION, 'stack/A', 'made');
    expect(await records.standing(REGISTRATION, 'stack/A')).toEqual({ heldByOthers: false, foundThere: false, madeHere: true });
    expect(await records.standing(REGISTRATION, 'stack/B')).toEqual({ heldByOthers: true, foundThere: false, madeHere: true });
  });

  test('is not forgotten while a resource declares it', async () => {
    await records.declare(REGISTRATION, 'stack/A', 'made');
    await records.forget(REGISTRATION);
    expect(await item('current')).toMatchObject({ origin: { S: 'made' } });
  });

  test('that was never recorded is nobody else\'s, and leaves no trace', async () => {
    expect(await records.leave(REGISTRATION, 'stack/A')).toEqual({ heldByOthers: false, foundThere: false, madeHere: false });
    await records.forget(REGISTRATION);
    await records.forgetCode(REGISTRATION, '1');
    expect([await item('current'), await item('code#1')]).toEqual([undefined, undefined]);
  });

  test('does not keep a stack from being removed whose ledger was deleted', async () => {
    expect(await opened(NO_DEADLINE, 'gone').leave(REGISTRATION, 'stack/A')).toEqual({ heldByOthers: false, foundThere: false, madeHere: false });
    await expect(opened(NO_DEADLINE, 'gone').declare(REGISTRATION, 'stack/A', 'made'))
      .rejects.toThrow('dynamodb:UpdateItem on the table gone failed: ResourceNotFoundException');
  });
});

describe('a resource', () => {
  const RESOURCE = `${STACK_ID}/Registration`;
  const request = (requestId: string, requestType: 'Create' | 'Update' | 'Delete', second: number, changes: object = {}) => ({
    requestType,
    requestId,
    stackId: STACK_ID,
    logicalResourceId: 'Registration',
    resourceType: 'Custom::X',
    properties: {},
    signal: NO_DEADLINE,
    requestedAt: new Date(Date.UTC(2026, 2, 1, 12, 0, second)),
    ...changes,
  });

  test('has what its latest request wants, which is recorded under a key of its own', async () => {
    await records.begin(request('r1', 'Create', 1), 'first');
    await records.begin(request('r2', 'Update', 2), 'second');
    expect(await records.aim(RESOURCE)).toBe('second');
    await records.begin(request('r3', 'Delete', 3), 'first'); // what the update has replaced
    expect(await records.aim(RESOURCE)).toBe('second');
    await records.begin(request('r4', 'Delete', 4), 'second');
    expect(await records.aim(RESOURCE)).toBeUndefined();
    const { Item } = await set.client.send(new GetItemCommand({ TableName: set.table, Key: { pk: { S: `registration#${RESOURCE}` }, sk: { S: 'request' } } }));
    expect(JSON.parse(Item!.request.S!)).toEqual({ requestId: 'r4', requestedAt: '2026-03-01T12:00:04.000Z', isRemoval: true });
  });

  test.each<[string, ReturnType<typeof request>]>([
    ['made before', request('r1', 'Create', 1)],
    ['made in the same second as a removal, which undoes it', request('r1', 'Create', 2)],
  ])('is not touched any more by a request that was %s', async (_, late) => {
    await records.begin(request('r2', 'Delete', 2), 'first');
    await expect(records.begin(late, 'first')).rejects.toThrow('a later request for this resource has begun');
    expect(await records.aim(RESOURCE)).toBeUndefined();
  });

  test.each<[string, ReturnType<typeof request>]>([
    ['is delivered again', request('r2', 'Update', 2)],
    ['was signed by another version of signatures, whose times are others', request('r1', 'Update', 0, { requestedAt: undefined, expiresAt: new Date(0) })],
  ])('takes a request that %s', async (_, again) => {
    await records.begin(request('r2', 'Update', 2), 'first');
    await records.begin(again, 'second');
    expect(await records.aim(RESOURCE)).toBe('second');
  });

  test.each(['before', 'after'] as const)('takes a request whatever answer of the ledger is lost %s its effect', async when => {
    set.proxy.faults = index => index % 2 === 0 ? { when, kind: 'reset' } : undefined;
    await records.begin(request('r1', 'Create', 1), 'first');
    expect(await records.aim(RESOURCE)).toBe('first');
  });
});

test('attempts are counted, and outlive the code that they were made for, which is forgotten only if it is still that one', async () => {
  await records.attempt(REGISTRATION, '1');
  await records.codeOnce(REGISTRATION, '1', async () => 'code-1');
  await records.attempt(REGISTRATION, '1');
  await records.forgetCode(REGISTRATION, '1', 'another');
  expect(await records.code(REGISTRATION, '1')).toBe('code-1');
  await records.forgetCode(REGISTRATION, '1', 'code-1');
  expect([await records.code(REGISTRATION, '1'), await records.attempts(REGISTRATION, '1')]).toEqual([undefined, 2]);
});

describe('a code', () => {
  let asked: number;
  beforeEach(() => {
    asked = 0;
  });
  const ask = async () => `code-${++asked}`;

  test('is asked for once, by requests at the same time and one after the other', async () => {
    const codes = await Promise.all([1, 2, 3].map(() => opened().codeOnce(REGISTRATION, '1', ask)));
    expect(codes).toEqual(['code-1', 'code-1', 'code-1']);
    expect(await records.codeOnce(REGISTRATION, '1', ask)).toBe('code-1');
    expect(await records.code(REGISTRATION, '1')).toBe('code-1');
    expect(asked).toBe(1);
  });

  test('is asked for once for each purpose, and anew after it was forgotten', async () => {
    await records.codeOnce(REGISTRATION, '1', ask);
    expect(await records.codeOnce(REGISTRATION, '2', ask)).toBe('code-2');
    await records.forgetCode(REGISTRATION, '1');
    expect(await records.codeOnce(REGISTRATION, '1', ask)).toBe('code-3');
  });

  test('can be asked for again at once after it was not answered', async () => {
    await expect(records.codeOnce(REGISTRATION, '1', async () => { throw new Error('refused'); })).rejects.toThrow('refused');
    expect(await records.codeOnce(REGISTRATION, '1', async () => undefined)).toBeUndefined();
    expect(await records.codeOnce(REGISTRATION, '1', ask)).toBe('code-1');
  });

  test.each(['before', 'after'] as const)('is asked for once, whatever answer of the ledger is lost %s its effect', async when => {
    set.proxy.faults = index => index % 2 === 0 ? { when, kind: 'reset' } : undefined;
    expect(await records.codeOnce(REGISTRATION, '1', ask)).toBe('code-1');
    expect(asked).toBe(1);
  });

  test('of who was overtaken while asking is not what counts', async () => {
    const { now } = Date;
    let late: (code: string) => void = () => undefined;
    const slow = records.codeOnce(REGISTRATION, '1', () => new Promise<string>(resolve => { late = resolve; }));
    while (await item('code#1') === undefined) { /* until it is being asked for */ }
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 61_000);
    expect(await opened().codeOnce(REGISTRATION, '1', ask)).toBe('code-1');
    jest.restoreAllMocks();
    late('too late');
    expect(await slow).toBe('code-1');
    expect(await records.code(REGISTRATION, '1')).toBe('code-1');
  });

  test('is waited for as long as there is time', async () => {
    let answer: (code: string) => void = () => undefined;
    const first = records.codeOnce(REGISTRATION, '1', () => new Promise<string>(resolve => { answer = resolve; }));
    while (await item('code#1') === undefined) { /* until it is being asked for */ }
    const end = new AbortController();
    let looks = 0;
    set.proxy.faults = (_, { operation }) => {
      if (operation === 'GetItem' && ++looks === 2) {
        end.abort();
      }
      return undefined;
    };
    await expect(opened(end.signal).codeOnce(REGISTRATION, '1', ask))
      .rejects.toThrow('another delivery of the request was asking the platform for a code, until the time ran out; deploy again');
    answer('late');
    expect(await first).toBe('late');
    expect(asked).toBe(0);
  });
});
