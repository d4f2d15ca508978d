import { createServer, Server } from 'node:http';
import { CA_ID, ENDED, MemoryPlatform, MemoryRevocations, serialNumber } from './memory-revocations';
import { carryOverAll, carryOverMessages, revocationHandler } from '../../../../src/platforms/registrar/revocation/revocation-handler';
import { revocationIn } from '../../../../src/platforms/registrar/revocation/revocation-messages';
import { RevocationPlatform, RevokingCa } from '../../../../src/platforms/registrar/revocation/revoking-ca';
import { close, listen, urlOf } from '../../../support/local-server';

const MINUTE = 60_000;

let ledger: MemoryRevocations;
let platform: MemoryPlatform;
let signedIn: number;
let logged: string[];

beforeEach(() => {
  ledger = new MemoryRevocations();
  platform = new MemoryPlatform();
  signedIn = 0;
  logged = [];
  jest.spyOn(console, 'log').mockImplementation(line => logged.push(line));
});
afterEach(() => jest.restoreAllMocks());

const ca = (pace = 0): RevokingCa => ({
  name: 'Acme Cloud', pace, caId: CA_ID, ledger: () => ledger, others: () => [], target: async () => { signedIn++; return platform; },
});

const messageAbout = (digits: string, changed: { [name: string]: unknown } = {}): { [name: string]: unknown } => ({
  eventSource: 'aws:sqs',
  messageId: `message-${digits}`,
  body: JSON.stringify({ 'detail-type': 'Certificate Revocation Changed', 'detail': { ca: CA_ID, serialNumber: serialNumber(digits) } }),
  ...changed,
});

const carried = (messages: readonly unknown[], pace?: number, until = Date.now() + MINUTE) => carryOverMessages(messages, ca(pace), until);

/** What was told to the platform, by the two digits of each serial number. */
const told = () => platform.told.map(each => each.serialNumber.slice(0, 2));

describe('a batch of messages', () => {
  test('brings the revocations that it is about to the platform, with one sign-in, at the pace of the platform', async () => {
    await Promise.all(['4A', '4B', '4C'].map(digits => ledger.revoke(digits)));
    const times: number[] = [];
    platform.before = () => times.push(performance.now());
    expect(await carried(['4A', '4B', '4C'].map(digits => messageAbout(digits)), 40)).toEqual({ batchItemFailures: [] });
    expect([told(), signedIn]).toEqual([['4A', '4B', '4C'], 1]);
    // A timer may be early by a fraction of a millisecond.
    expect(times.slice(1).map((time, index) => time - times[index] > 38)).toEqual([true, true]);
  });

  test('carries over the end of a hold, and logs what the platform did', async () => {
    await ledger.revoke('4A', 'RELEASED');
    await carried([messageAbout('4A')]);
    expect(platform.states.get(serialNumber('4A'))).toBe('RELEASED');
    expect(logged.map(line => JSON.parse(line))).toEqual([{
      level: 'INFO', message: `Acme Cloud: RELEASED ${serialNumber('4A')}`, serialNumber: serialNumber('4A'),
    }]);
  });

  test('logs nothing about a revocation that the platform knew', async () => {
    await ledger.revoke('4A');
    await carried([messageAbout('4A'), messageAbout('4A')]);
    expect(logged).toHaveLength(1);
  });

  test('asks for the messages again that failed, and for no others', async () => {
    await Promise.all(['4A', '4B', '4C'].map(digits => ledger.revoke(digits)));
    platform.before = revoked => {
      if (revoked.serialNumber === serialNumber('4B')) {
        throw new RangeError('the platform is down');
      }
    };
    expect(await carried(['4A', '4B', '4C'].map(digits => messageAbout(digits)))).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-4B' }] });
    expect(told()).toEqual(['4A', '4B', '4C']);
    expect(logged.map(line => JSON.parse(line)).filter(({ level }) => level === 'ERROR')).toEqual([{
      level: 'ERROR',
      message: 'the revocation could not be carried over to Acme Cloud',
      serialNumber: serialNumber('4B'),
      errorName: 'RangeError',
      errorMessage: 'the platform is down',
    }]);
  });

  test('asks for a message again if the platform does not answer before the function ends', async () => {
    await ledger.revoke('4A');
    platform.before = (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    expect(await carried([messageAbout('4A')], 0, Date.now() + 30)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-4A' }] });
    expect(await carried([messageAbout('4A')], 0, Date.now() - 1)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-4A' }] });
  });

  test('does not sign in for messages about other things', async () => {
    expect(await carried([messageAbout('4A', { eventSource: 'aws:sns' })])).toEqual({ batchItemFailures: [] });
    expect(signedIn).toBe(0);
  });
});

describe('a message', () => {
  const about = (detail: unknown, type: unknown = 'Certificate Revocation Changed') => messageAbout('4A', { body: JSON.stringify({ 'detail-type': type, detail }) });
  const detail = { ca: CA_ID, serialNumber: serialNumber('4A') };

  test('names the certificate whose revocation has changed', () => {
    expect(revocationIn(about(detail), CA_ID)).toEqual([{ serialNumber: serialNumber('4A'), itemIdentifier: 'message-4A' }]);
  });

  test.each<[string, unknown]>([
    ['that is none', 'message'],
    ['of another service', messageAbout('4A', { eventSource: 'aws:sns' })],
    ['without an ID', messageAbout('4A', { messageId: undefined })],
    ['whose body is no JSON', messageAbout('4A', { body: 'certificate' })],
    ['whose body is a list', messageAbout('4A', { body: '[]' })],
    ['whose body is null', messageAbout('4A', { body: 'null' })],
    ['about another event', about(detail, 'Certificate Issued')],
    ['without details', about(undefined)],
    ['about another CA', about({ ...detail, ca: `ca-${'3'.repeat(32)}` })],
    ['with a list in place of a serial number', about({ ...detail, serialNumber: [serialNumber('4A')] })],
    ['with a serial number that is too short', about({ ...detail, serialNumber: '4A' })],
    ['with a serial number that is too long', about({ ...detail, serialNumber: `${serialNumber('4A')}0` })],
    ['with something before the serial number', about({ ...detail, serialNumber: `0${serialNumber('4A')}` })],
    ['with a serial number in lower case', about({ ...detail, serialNumber: serialNumber('4a') })],
  ])('%s is about no certificate', (_, message) => {
    expect(revocationIn(message, CA_ID)).toEqual([]);
  });
});

describe('a check of everything', () => {
  const ALL = ['01', '2B', '4A', '4B', '5C', '60', '7F'];

  test('reaches all that is revoked, each once, wherever it begins', async () => {
    await Promise.all(ALL.map(digits => ledger.revoke(digits)));
    const beginnings = new Set<string>();
    for (let run = 0; run < 20; run++) {
      platform.told.length = 0;
      await carryOverAll(ca(), Date.now() + MINUTE);
      expect(told().sort()).toEqual(ALL);
      beginnings.add(platform.told[0].serialNumber);
    }
    expect(beginnings.size).toBeGreaterThan(1); // of five, at random
    expect(signedIn).toBe(20);
  });

  test('tells of holds, but not of ended holds and of expired certificates', async () => {
    await ledger.revoke('4A', 'HELD');
    await ledger.revoke('4B', 'RELEASED');
    await ledger.revoke('4C', 'REVOKED', { validity: ENDED });
    await carryOverAll(ca(), Date.now() + MINUTE);
    expect(told()).toEqual(['4A']);
    expect(ledger.calls.filter(call => call.startsWith('revocation'))).toEqual([`revocation ${serialNumber('4A')}`, `revocation ${serialNumber('4A')}`]);
  });

  test('keeps the pace of the platform', async () => {
    await Promise.all(['4A', '4B', '4C'].map(digits => ledger.revoke(digits)));
    const times: number[] = [];
    platform.before = () => times.push(performance.now());
    await carryOverAll(ca(40), Date.now() + MINUTE);
    expect(times.slice(1).map((time, index) => time - times[index] > 38)).toEqual([true, true]);
  });

  test('fails after all the others if some could not be carried over, and names the first of them', async () => {
    await Promise.all(ALL.map(digits => ledger.revoke(digits)));
    const failing = [serialNumber('4A'), serialNumber('4B')];
    platform.before = revoked => {
      if (failing.includes(revoked.serialNumber)) {
        throw new Error('the platform is down');
      }
    };
    await expect(carryOverAll(ca(), Date.now() + MINUTE)).rejects.toThrow(
      /^2 of 7 revocations could not be carried over to Acme Cloud; the first: (?:4A|4B){20}: the platform is down$/);
    expect(told().sort()).toEqual(ALL);
  });

  test('reaches what can be read before it fails because of what can\'t', async () => {
    await Promise.all(ALL.map(digits => ledger.revoke(digits)));
    ledger.unreadable = serialNumber('7F');
    await expect(carryOverAll(ca(), Date.now() + MINUTE)).rejects.toThrow(`the revocation of ${serialNumber('7F')} is damaged`);
    expect(told()).toEqual(expect.arrayContaining(['01', '2B']));
  });

  test('stops when the time runs out, and says after how many', async () => {
    await Promise.all(ALL.map(digits => ledger.revoke(digits)));
    const until = Date.now() + MINUTE;
    let turns = 0;
    await carryOverAll(ca(), until, () => turns++ < 3 ? until : until + 1);
    expect(told()).toHaveLength(3);
    expect(logged.map(line => JSON.parse(line)).filter(({ level }) => level === 'WARN')).toEqual([{
      level: 'WARN', message: 'the time ran out, after 3 of what is revoked; the next check begins at another place',
    }]);
  });
});

describe('the function', () => {
  const context = { getRemainingTimeInMillis: () => MINUTE, awsRequestId: 'request', invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111111111111:function:Carrier' };
  const signIns: (string | undefined)[] = [];
  let refusal: Error | undefined;
  const acme: RevocationPlatform = {
    name: 'Acme Cloud',
    pace: 0,
    signIn: async ({ ACME_TOKEN }) => {
      signIns.push(ACME_TOKEN);
      if (refusal) {
        throw refusal;
      }
      return platform;
    },
  };
  const handle = (event: unknown) => revocationHandler(() => acme)(event, context);
  const before = { ...process.env };
  let dynamoDb: Server;
  let asked: string[];

  beforeAll(async () => {
    // A table without items.
    dynamoDb = createServer((incoming, outgoing) => {
      asked.push(String(incoming.headers['x-amz-target']).replace(/.*\./, ''));
      outgoing.end(incoming.headers['x-amz-target'] === 'DynamoDB_20120810.Query' ? '{"Items":[]}' : '{}');
    });
    await listen(dynamoDb);
  });
  afterAll(() => close(dynamoDb));

  beforeEach(() => {
    signIns.length = 0;
    asked = [];
    refusal = undefined;
    const AWS_ENDPOINT_URL_DYNAMODB = urlOf(dynamoDb);
    Object.assign(process.env, { CA_ID, LEDGER_TABLE: 'ledger', ACME_TOKEN: 'token', AWS_ENDPOINT_URL_DYNAMODB });
  });
  afterEach(() => {
    ['CA_ID', 'LEDGER_TABLE', 'ACME_TOKEN', 'OTHER_CAS', 'AWS_ENDPOINT_URL_DYNAMODB'].forEach(name => delete process.env[name]);
    Object.assign(process.env, before);
  });

  test('signs in for a message of the queue, and fails if it can\'t, so that the batch comes again', async () => {
    refusal = new Error('the token is refused');
    expect(await handle({ Records: [] })).toEqual({ batchItemFailures: [] });
    await expect(handle({ Records: [messageAbout('4A')] })).rejects.toThrow('the token is refused');
    expect(signIns).toEqual(['token']);
  });

  test('checks everything when the schedule invokes it', async () => {
    expect(await handle({ 'detail-type': 'Scheduled Event' })).toBeUndefined();
    expect([signIns, asked]).toEqual([['token'], ['Query', 'Query']]);
  });

  test.each([undefined, '[]', JSON.stringify([{ caId: 'ca-1', table: 'other' }, { caId: 'ca-2', table: 'another' }])])(
    'reads the ledger that its environment names, beside those of the other CAs %s', async OTHER_CAS => {
      Object.assign(process.env, OTHER_CAS === undefined ? {} : { OTHER_CAS });
      expect(await handle({ Records: [messageAbout('4A')] })).toEqual({ batchItemFailures: [] });
      expect(asked).toEqual(['GetItem']);
    });

  test.each([
    '{}', '"ca-1"', '["ca-1"]', '[{"caId":"ca-1"}]', '[{"table":"other"}]', '[{"caId":1,"table":"other"}]', '[{"caId":"ca-1","table":1}]',
    '[{"caId":"ca-1","table":"other"},{"caId":"ca-2"}]',
  ])('carries nothing over with OTHER_CAS %s, and says what it must be', async OTHER_CAS => {
    Object.assign(process.env, { OTHER_CAS });
    expect(await handle({ Records: [messageAbout('4A')] })).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-4A' }] });
    expect(logged.map(line => JSON.parse(line).errorMessage)).toEqual(['OTHER_CAS must be a list of CAs, each with caId and table']);
  });

  test('gives a platform the time until five seconds before its own end', async () => {
    const times: number[] = [];
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockImplementation(time => { times.push(time); return new AbortController().signal; });
    await handle({ 'detail-type': 'Scheduled Event' });
    timeout.mockRestore();
    expect(times.length).toBeGreaterThan(0);
    expect(times.every(time => time > 0 && time <= MINUTE - 5_000)).toBe(true);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined], ['a text', 'Scheduled Event'], ['an event of another kind', { 'detail-type': 'Object Created' }], ['records that are no list', { Records: {} }],
  ])('refuses %s', async (_, event) => {
    await expect(handle(event)).rejects.toThrow('the event must be from the queue of revocations, from the schedule or from CloudFormation');
  });

  test.each(['CA_ID', 'LEDGER_TABLE'])('can\'t do without %s', async name => {
    delete process.env[name];
    await expect(handle({ Records: [] })).rejects.toThrow(name);
  });
});
