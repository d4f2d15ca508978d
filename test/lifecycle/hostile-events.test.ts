import { lifecycle } from '../support/lifecycle';

const set = lifecycle({ AWS_MAX_ATTEMPTS: '1' });

/** What could stand in the place of every field of an event, and of every property. */
const ODD: [string, unknown][] = [
  ['absent', undefined],
  ['null', null],
  ['a number', 7],
  ['a list', ['a', { b: 'c' }]],
  ['a map', { toString: 1, valueOf: 2 }],
  ['empty', ''],
  ['100,000 characters', 'x'.repeat(100_000)],
  ['60,000 characters of what means something in patterns', '([{\\'.repeat(15_000)],
  ['control characters', '\u0000\u001b[2J\r\n\u202e'.repeat(20)],
  ['a lone surrogate', '\ud800'],
  ['constructor', 'constructor'],
  ['__proto__', '__proto__'],
  ['lists in lists', JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`)],
];

const FIELDS = ['RequestType', 'StackId', 'RequestId', 'LogicalResourceId', 'PhysicalResourceId', 'ResourceType', 'ResourceProperties', 'OldResourceProperties'];
const PROPERTIES = [
  'LedgerTable', 'Subject', 'KeyStorage', 'KeyAlgorithm', 'HashAlgorithm', 'ValidityDays', 'PathLength', 'Generation', 'Platforms', 'RetainKey', 'Extensions',
  'AllowedNames', 'Bundles', 'Issuer', 'IssuerLedgerTable', 'SignedElsewhere', 'NotAfter',
];

/** Sends an event, and answers the body that CloudFormation got under the id in the URL, and how long that took. */
async function answerTo(event: object): Promise<{ body?: string; error?: string; milliseconds: number }> {
  const started = performance.now();
  const { error } = await set.stack.lambda.invoke({ ...event, ResponseURL: set.proxy.responseUrl('hostile') });
  const milliseconds = performance.now() - started;
  const body = set.proxy.answersTo('hostile').at(-1)?.body;
  set.proxy.reset();
  return { body, error, milliseconds };
}

/** An answer that CloudFormation takes: of no more than 4,096 bytes, with a reason of less than 1 kB that shows no secret. */
function expectAnswer({ body, error, milliseconds }: { body?: string; error?: string; milliseconds: number }): void {
  expect(error).toBeUndefined();
  expect(Buffer.byteLength(body!)).toBeLessThanOrEqual(4_096);
  const { Status, Reason = '', PhysicalResourceId } = JSON.parse(body!);
  expect(['SUCCESS', 'FAILED']).toContain(Status);
  expect(typeof PhysicalResourceId === 'string' && PhysicalResourceId.length > 0).toBe(true);
  expect(Status === 'FAILED').toBe(Reason.length > 0);
  expect(Buffer.byteLength(Reason)).toBeLessThan(1_024);
  expect(Reason).not.toMatch(/[\r\n\u0000]|\bat \S+ \(|\[native|PRIVATE KEY|X-Amz/);
  expect(milliseconds).toBeLessThan(60_000); // far less where the machine has nothing else to do
}

describe.each(ODD)('an event in which something is %s is answered', (_, odd) => {
  test.each(FIELDS)('in %s', async field => {
    const { stack } = set;
    for (const type of ['Create', 'Update', 'Delete'] as const) {
      const event = stack.event(type, await stack.ca({}, `Ca${type}`), { // a request has an id of its own, so has its resource here
        PhysicalResourceId: `ca-${'0'.repeat(32)}`, OldResourceProperties: {},
      });
      expectAnswer(await answerTo({ ...event, [field]: odd }));
    }
  }, 300_000);

  test('in each property', async () => {
    const { stack } = set;
    const ca = await stack.ca();
    for (const property of PROPERTIES) {
      const event = stack.event('Create', ca);
      expectAnswer(await answerTo({ ...event, ResourceProperties: { ...event.ResourceProperties as object, [property]: odd } }));
    }
  }, 300_000);
});

test.each(ODD)('an event whose ResponseURL is %s is refused without an answer, and without an error', async (_, ResponseURL) => {
  const { stack, proxy } = set;
  expect(await stack.lambda.invoke({ ...stack.event('Create', await stack.ca()), ResponseURL })).toEqual({ connections: 0 });
  expect(proxy.answerAttempts).toBe(0);
});
