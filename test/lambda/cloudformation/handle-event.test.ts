import { createHash } from 'node:crypto';
import { handleCloudFormationEvent, InvocationContext, Work } from '../../../src/lambda/cloudformation/handle-event';
import { AnsweredError } from '../../../src/resource/answered-error';
import { LifecycleError } from '../../../src/resource/lifecycle-event';
import { FaultProxy } from '../../support/fault-proxy';

const STACK = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0';
const IDENTITY = `device-${'0'.repeat(32)}`;
const DATA = { SerialNumber: 'A'.repeat(40), CertificatePem: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n' } as never;

let proxy: FaultProxy;
let logged: string[];

beforeAll(async () => {
  proxy = await FaultProxy.start('http://127.0.0.1:1');
});
beforeEach(() => {
  proxy.reset();
  logged = [];
  jest.spyOn(console, 'log').mockImplementation(line => void logged.push(line));
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => proxy.stop());

function request(changes: object = {}): object {
  return {
    RequestType: 'Create',
    ResponseURL: proxy.responseUrl('r1'),
    StackId: STACK,
    RequestId: 'r1',
    LogicalResourceId: 'Device',
    ResourceType: 'Custom::IotDeviceCertificate',
    ResourceProperties: { LedgerTable: 'ledger', Password: 'hunter2' },
    ...changes,
  };
}

function context(remaining = 60_000): InvocationContext {
  const end = Date.now() + remaining;
  return {
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f',
    awsRequestId: 'invocation-1',
    getRemainingTimeInMillis: () => end - Date.now(),
  };
}

function handle(work: Work, event = request(), remaining?: number): Promise<void> {
  return handleCloudFormationEvent(event, context(remaining), work, { stackId: STACK, endpointUrl: proxy.url });
}

const success: Work = async () => ({ physicalResourceId: IDENTITY, data: DATA });
const failing = (error: unknown): Work => () => Promise.reject(error);
const answer = () => JSON.parse(proxy.answersTo('r1')[0].body);

test('a delivery that fails where another one has succeeded is not answered, and ends in an error, so that Lambda delivers it again', async () => {
  await expect(handle(failing(new LifecycleError('Device: throttled', IDENTITY, new AnsweredError())))).rejects.toThrow('another delivery of this request has succeeded');
  expect(proxy.answersTo('r1')).toEqual([]);
  expect(logged.join('')).toContain('left to another delivery');
});

test('a request that leaves something to be taken back is answered, and ends in an error, so that Lambda delivers it again', async () => {
  const unfinished = 'the keys of device-… are still labelled';
  await expect(handle(async () => ({ physicalResourceId: IDENTITY, data: DATA, unfinished }))).rejects.toThrow(unfinished);
  expect(answer()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: IDENTITY });
  expect(JSON.stringify(answer())).not.toContain('labelled');
  expect(logged.map(line => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'INFO', message: 'answered' }),
    expect.objectContaining({ level: 'WARN', message: 'something is left to be taken back', errorMessage: unfinished }),
  ]);
});

describe('an answer', () => {
  test('of success has every member that CloudFormation demands, and nothing is masked', async () => {
    await handle(success);
    expect(answer()).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: IDENTITY,
      StackId: STACK,
      RequestId: 'r1',
      LogicalResourceId: 'Device',
      NoEcho: false,
      Data: DATA,
    });
  });

  test('of failure has the reason', async () => {
    await handle(failing(new LifecycleError('Device: validity must be shorter', IDENTITY, new Error('validity must be shorter'))));
    expect(answer()).toEqual({
      Status: 'FAILED',
      Reason: 'Device: validity must be shorter',
      PhysicalResourceId: IDENTITY,
      StackId: STACK,
      RequestId: 'r1',
      LogicalResourceId: 'Device',
    });
  });

  test('is sent once, by its length in bytes, with the empty content type for which the URL is signed', async () => {
    await handle(async () => ({ physicalResourceId: 'Ümläut' }));
    const [{ body, headers }] = proxy.answersTo('r1');
    expect(headers).toMatchObject({ 'content-type': '', 'content-length': String(Buffer.byteLength(body)) });
    expect(proxy.answerAttempts).toBe(1);
  });

  test('that is longer than CloudFormation allows becomes a failure that says so', async () => {
    await handle(async () => ({ physicalResourceId: IDENTITY, data: { CertificatePem: 'x'.repeat(4000) } as never }));
    expect(answer()).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/would be 4\d\d\d bytes, but at most 4096 are allowed/) });
  });

  test.each([4095, 4096])('of %i bytes is sent', async bytes => {
    const empty = { physicalResourceId: IDENTITY, data: { CertificatePem: 'ü' } as never };
    await handle(async () => empty);
    const missing = bytes - Buffer.byteLength(proxy.answersTo('r1')[0].body);
    proxy.reset();
    await handle(async () => ({ ...empty, data: { CertificatePem: `ü${'x'.repeat(missing)}` } as never }));
    expect(Buffer.byteLength(proxy.answersTo('r1')[0].body)).toBe(bytes);
    expect(answer().Status).toBe('SUCCESS');
  });
});

describe('the physical id of a failure', () => {
  const invalid = `invalid-${createHash('sha256').update(`${STACK}|Device`).digest('hex').slice(0, 32)}`;
  test.each([
    ['Create', 'the identity, where there is one', new LifecycleError('no', IDENTITY, new Error('no')), IDENTITY],
    ['Create', 'a stable one, where there is none', new LifecycleError('no', undefined, new Error('no')), invalid],
    ['Create', 'a stable one, where something unforeseen happened', new TypeError('no'), invalid],
    ['Update', 'the one the resource has', new LifecycleError('no', IDENTITY, new Error('no')), 'old-id'],
    ['Delete', 'the one that was asked for', new LifecycleError('no', 'other', new Error('no')), 'old-id'],
  ])('of %s is %s', async (RequestType, _, error, expected) => {
    await handle(failing(error), request({ RequestType, PhysicalResourceId: 'old-id' }));
    expect(answer()).toMatchObject({ Status: 'FAILED', PhysicalResourceId: expected });
  });
});

describe('the delivery of the answer', () => {
  test('is tried again after faults of S3 and of the network', async () => {
    proxy.answerFaults = attempt => ([500, 'reset', 429] as const)[attempt];
    await handle(success);
    expect(answer().Status).toBe('SUCCESS');
    expect(proxy.answerAttempts).toBe(4);
  });

  test.each([403, 400, 307])('ends with %i, and the invocation fails so that Lambda repeats it', async status => {
    proxy.answerFaults = () => status;
    await expect(handle(success)).rejects.toThrow(`CloudFormation did not accept the response: HTTP status ${status}`);
    expect(proxy.answerAttempts).toBe(1);
  });

  test('ends with the time of the invocation, which then fails', async () => {
    proxy.answerFaults = () => 'reset';
    await expect(handle(success, request(), 2_000)).rejects.toThrow('CloudFormation did not accept the response: ECONNRESET');
    expect(proxy.answerAttempts).toBeGreaterThan(1);
    expect(JSON.parse(logged[0])).toMatchObject({ level: 'ERROR', message: 'not answered', physicalResourceId: IDENTITY });
  });
});

describe('an invocation that runs out of time', () => {
  test('ends its work and is answered as a failure while there is time', async () => {
    let ended = false;
    const endless: Work = (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => {
      ended = true;
      reject(new LifecycleError('Device: aborted', IDENTITY, new Error('aborted')));
    }));
    await handle(endless, request(), 1_200);
    expect(ended).toBe(true);
    expect(answer()).toMatchObject({ Status: 'FAILED', PhysicalResourceId: IDENTITY, Reason: expect.stringMatching(/^Device: not finished within the 1 seconds/) });
  });

  test('is answered even if its work does not end', async () => {
    await handle(() => new Promise(() => undefined), request(), 1_200);
    expect(answer()).toMatchObject({ Status: 'FAILED', PhysicalResourceId: expect.stringMatching(/^invalid-[0-9a-f]{32}$/) });
  });
});

describe('a log or an answer', () => {
  const key = `MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg${'aB3+'.repeat(20)}`;

  test('shows the message of a foreseen failure, without key material, on one line, under 1 kB', async () => {
    await handle(failing(new LifecycleError(`Device: bad key\n${key} ${'ü'.repeat(2_000)}`, IDENTITY, new Error('bad key'))));
    const { Reason } = answer();
    expect(Reason).toMatch(/^Device: bad key \(base64, not shown\) ü+…$/);
    expect(Buffer.byteLength(Reason)).toBeLessThan(1024);
    expect(logged.join()).not.toContain('aB3+aB3+');
  });

  test.each([
    ['a fault of this library', new TypeError(`can't read ${key}`)],
    ['a fault below it', Object.assign(new Error(`asn1 ${key}`), { code: 'ERR_OSSL_ASN1' })],
    ['something thrown that is no error', key],
  ])('shows of %s only where to read on', async (_, error) => {
    await handle(failing(new LifecycleError('Device: secret', IDENTITY, error)));
    expect(answer().Reason).toBe('Device: an unexpected error; see the log of the function, request invocation-1');
    expect(logged.join()).not.toContain('aB3+aB3+');
  });

  test('has, in the log, the resource, the request, and the result', async () => {
    await handle(success);
    expect(logged.map(line => JSON.parse(line))).toEqual([{
      level: 'INFO',
      message: 'answered',
      status: 'SUCCESS',
      awsRequestId: 'invocation-1',
      requestType: 'Create',
      resourceType: 'Custom::IotDeviceCertificate',
      stackId: STACK,
      logicalResourceId: 'Device',
      requestId: 'r1',
      physicalResourceId: IDENTITY,
      serialNumber: 'A'.repeat(40),
      durationMs: expect.any(Number),
    }]);
  });

  test('has, in the log, neither the URL nor a property', async () => {
    await handle(success);
    await handle(failing(new Error('no')));
    proxy.answerFaults = () => 403;
    await handle(success).catch(error => logged.push(String(error.stack)));
    await handle(success, request({ ResponseURL: 'https://example.com/?X-Amz-Signature=abc' }));
    expect(logged.length).toBeGreaterThan(3);
    expect(logged.join('\n')).not.toMatch(/X-Amz|cfn\/|hunter2/);
  });
});

describe('an event that is to be answered elsewhere', () => {
  test.each([
    ['to another host', { ResponseURL: 'http://127.0.0.2/cfn/r1' }],
    ['nowhere', { ResponseURL: undefined }],
    ['to a list', { ResponseURL: [] }],
  ])('is neither carried out nor answered: %s', async (_, changes) => {
    const work = jest.fn(success);
    await handle(work, request(changes));
    expect(work).not.toHaveBeenCalled();
    expect(proxy.answerAttempts).toBe(0);
    expect(JSON.parse(logged[0])).toMatchObject({ level: 'WARN', message: 'refused' });
  });
});

describe('an event of CloudFormation that is not for this function, or not whole,', () => {
  test.each([
    ['of another stack', { StackId: `${STACK}1` }, `Device: StackId must be the id of the stack that the function belongs to, got "${STACK}1"; `
      + 'declare the resource in that stack, or use the function of the resource\'s own stack'],
    ['of no known shape', { ResourceProperties: 'all' }, 'Device: ResourceProperties must be a map, got "all"'],
    ['of an unknown kind', { RequestType: 'Import' }, 'Device: RequestType must be one of Create, Update, Delete, got "Import"'],
    ['without a type', { ResourceType: undefined }, 'Device: ResourceType must be a string of 1 to 255 bytes, got another value (not shown)'],
    ['of a resource without a name', { LogicalResourceId: null }, 'the resource: LogicalResourceId must be a string of 1 to 255 bytes, got another value (not shown)'],
  ])('as %s is not carried out, and answered with the fault, so that the stack does not wait for 20 minutes', async (_, changes, Reason) => {
    const work = jest.fn(success);
    await handle(work, request(changes));
    expect(work).not.toHaveBeenCalled();
    expect(answer()).toMatchObject({ Status: 'FAILED', Reason, RequestId: 'r1', PhysicalResourceId: expect.stringMatching(/^invalid-/) });
    expect(JSON.parse(logged[0])).toMatchObject({ level: 'ERROR', message: 'answered', status: 'FAILED' });
  });

  test('repeats an id of the request only if an answer has room for it', async () => {
    await handle(success, request({ StackId: 'x'.repeat(100_000), LogicalResourceId: 'y'.repeat(100_000) }));
    expect(Object.keys(answer())).toEqual(['Status', 'Reason', 'PhysicalResourceId', 'RequestId']);
  });

  test('is answered by a function without STACK_ID with that reason', async () => {
    await handleCloudFormationEvent(request(), context(), success, { stackId: undefined, endpointUrl: proxy.url });
    expect(answer().Reason).toMatch(/^Device: the environment variable STACK_ID of the function must be the id of its own stack \(AWS::StackId\), got none; set it/);
  });

  test('can be removed after its creation was refused, so that the stack can be rolled back', async () => {
    const foreign = { StackId: `${STACK}1` };
    await handle(success, request(foreign));
    const { PhysicalResourceId } = answer();
    proxy.reset();
    const work = jest.fn(success);
    await handle(work, request({ ...foreign, RequestType: 'Delete', PhysicalResourceId }));
    expect(answer()).toMatchObject({ Status: 'SUCCESS', StackId: `${STACK}1`, PhysicalResourceId });
    expect(work).not.toHaveBeenCalled();
  });

  test('is not answered as removed if another function made it', async () => {
    await handle(success, request({ StackId: `${STACK}1`, RequestType: 'Delete', PhysicalResourceId: IDENTITY }));
    expect(answer()).toMatchObject({ Status: 'FAILED', PhysicalResourceId: IDENTITY });
  });
});

describe('an answer goes out', () => {
  const odd = (property: string): Error => Object.defineProperty(new Error('no'), property, {
    get: () => {
      throw new RangeError('no reason');
    },
  });
  test.each(['message', 'name', 'cause'])('even if the %s of the error can\'t be read', async property => {
    await handle(failing(odd(property)));
    expect(answer()).toMatchObject({ Status: 'FAILED', PhysicalResourceId: expect.stringMatching(/^invalid-/), Reason: expect.stringMatching(/./) });
  });

  test('even if the reason is no string', async () => {
    await handle(failing(Object.assign(new Error(), { message: { toString: 1 } })));
    expect(answer().Reason).toBe('it failed, and the reason can\'t be shown; see the log of the function, request invocation-1');
  });

  test('even if a name in the event has 60,000 characters', async () => {
    await handle(failing(new LifecycleError('Device: subject.commonName must be shorter', undefined, new Error('no'))),
      request({ ResourceProperties: { Subject: { CommonName: 'x'.repeat(60_000) } } }));
    expect(answer().Reason).toBe('Device: subject.commonName must be shorter');
  });

  test('even if the declaration is as deep as JSON can be', async () => {
    const Extensions = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    await handle(failing(new LifecycleError('Device: no', undefined, new Error('no'))), request({ ResourceProperties: { Extensions } }));
    expect(answer().Reason).toBe('Device: no');
  });
});
