import { Answer, Properties, Resource } from '../support/cloudformation';
import { FaultKind } from '../support/fault-proxy';
import { lifecycle } from '../support/lifecycle';

/** So much faster that half a minute of attempts takes three seconds. */
const set = lifecycle({}, 10);

let ca: Answer;
let device: Resource;
let event: Properties;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
  device = await set.stack.device(ca.PhysicalResourceId);
  event = set.stack.event('Create', device);
  set.proxy.reset();
});

const entries = async () => (await set.stack.ledger()).filter(({ logicalResourceId }) => logicalResourceId === device.logicalId);
const secretOf = ({ properties }: Resource) => (properties.KeyStorage as { SecretArn: string }).SecretArn;

/** After a creation that failed, CloudFormation removes what it was told of; nothing may be left to sign or to be signed. */
async function expectNothingAfterDelete(answer: Answer | undefined): Promise<void> {
  expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: expect.stringMatching(/^device-[0-9a-f]{32}$/) });
  expect(await set.stack.delete(device, answer!.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  expect((await entries()).filter(({ status }) => status !== 'WITHDRAWN')).toEqual([]);
  expect(await set.stack.keptVersions(device)).toEqual([]);
}

describe('the answer', () => {
  test.each([500, 503, 429, 'reset'] as const)('that meets %s three times arrives, once', async fault => {
    set.proxy.answerFaults = attempt => attempt < 3 ? fault : undefined;
    const { answer, error } = await set.stack.send(event);
    expect({ error, answer }).toMatchObject({ error: undefined, answer: { Status: 'SUCCESS' } });
    expect(set.proxy.answersTo(event.RequestId as string)).toHaveLength(1);
    expect(set.proxy.answerAttempts).toBe(4);
  });

  test.each([[500, 8], ['reset', 8], [403, 1]] as const)('that meets %s for ever is tried %i times, and the next delivery answers the same', async (fault, attempts) => {
    set.proxy.answerFaults = () => fault;
    const first = await set.stack.send(event);
    expect(first).toMatchObject({ answer: undefined, error: expect.stringMatching(/CloudFormation did not accept the response/) });
    expect(set.proxy.answerAttempts).toBe(attempts);
    const [made] = await entries();
    set.proxy.repair();
    const { answer } = await set.stack.send(event);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { SerialNumber: made.serialNumber } });
    expect(await entries()).toEqual([made]);
  });
});

describe('a failure when the time runs out', () => {
  test.each(['PutItem', 'TransactWriteItems', 'PutSecretValue'])('in %s is answered in time, and its removal leaves nothing', async operation => {
    let letGo: () => void;
    const held = new Promise<void>(resolve => letGo = resolve);
    set.proxy.faults = (_, call) => call.operation === operation ? { kind: 'reset', when: 'after', meanwhile: () => held } : undefined;
    const { answer, error } = await set.stack.send(event, 8_000);
    expect(error).toBeUndefined();
    expect(answer!.Reason).toMatch(/^Device: not finished within the 8 seconds of the function; deploy again$/);
    letGo!();
    set.proxy.repair();
    await expectNothingAfterDelete(answer);
  });

  test('over throttling that does not end is answered, and its removal leaves nothing', async () => {
    set.proxy.faults = (_, { operation }) => operation === 'TransactWriteItems' ? { kind: 'throttled', when: 'before' } : undefined;
    const { answer } = await set.stack.send(event, 10_000);
    set.proxy.repair();
    await expectNothingAfterDelete(answer);
  });
});

describe('a fault of AWS', () => {
  const FAULTS: [FaultKind, 'before' | 'after'][] = [
    ['throttled', 'before'], ['serverError', 'before'], ['serverError', 'after'], ['reset', 'before'], ['reset', 'after'], ['denied', 'before'],
  ];
  test.each(FAULTS)('of the kind %s (%s the effect) at the first two tries of every operation ends in one certificate', async (kind, when) => {
    const tries = new Map<string, number>();
    set.proxy.faults = (_, { operation }) => {
      tries.set(operation, (tries.get(operation) ?? 0) + 1);
      return tries.get(operation)! <= 2 ? { kind, when } : undefined;
    };
    const { answer } = await set.stack.send(event, 600_000); // a busy machine takes a while
    expect([answer?.Status, answer?.Reason]).toEqual(['SUCCESS', undefined]);
    expect(await entries()).toEqual([expect.objectContaining({ status: 'ISSUED' })]);
    expect(await set.stack.privateKeys(device.properties.KeyStorage)).toHaveLength(1);
  });

  test('such as a missing right is a failure that names the action and the resource', async () => {
    const other = await set.stack.device(ca.PhysicalResourceId, {}, 'Other');
    set.proxy.faults = (_, { operation, body }) =>
      (operation === 'PutSecretValue' && body.includes(secretOf(device))) || (operation === 'GetSecretValue' && body.includes(secretOf(other)))
        ? { kind: 'denied', when: 'before' } : undefined;
    const [put, get] = await Promise.all([set.stack.send(event), set.stack.create(other)]);
    const advice = 'failed: AccessDeniedException; the role of the function must be allowed to perform this action and to use the key that encrypts the resource';
    expect(put.answer!.Reason).toBe(`Device: secretsmanager:PutSecretValue on ${secretOf(device)} ${advice}`);
    expect(get.Reason).toBe(`Other: secretsmanager:GetSecretValue on ${secretOf(other)} ${advice}`);
    set.proxy.repair();
    await expectNothingAfterDelete(put.answer);
  });
});
