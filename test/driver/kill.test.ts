import { randomInt, X509Certificate } from 'node:crypto';
import { Endpoint } from './aws/endpoint';
import { FakeAws, emptyState, readCall } from './aws/fake-aws';
import { entriesIn } from './engine/ledgers';
import { provide, Specs, templateOf } from './engine/resources';
import { resolved } from './engine/template';
import { STACK_ID } from './engine/world';
import { KilledProcess } from './lambda/killed-process';
import { FUNCTION_ARN, REGION } from './lambda/lambda';

/** Every third call in CI, every call at night. */
const EVERY = process.env.DRIVER_FULL === 'true' ? 1 : 3;
const SPECS: Specs = { Ca: { kind: 'ca' } };

let endpoint: Endpoint;
beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint?.stop());

interface Answer {
  readonly Status: string;
  readonly Data: { readonly CertificatePem: string };
}

/** Delivers an event in a process of its own, which is killed at a call, after its effect; answers how many calls there were. */
async function deliver(aws: FakeAws, event: object, killedAt = Infinity): Promise<{ calls: number; answer?: Answer }> {
  let calls = 0;
  let answer: string | undefined;
  const id = randomInt(2 ** 40);
  endpoint.attach(id, async ({ method, target, body }) => {
    if (method === 'PUT') {
      answer = body;
      return { status: 200, headers: {}, body: '' };
    }
    const reply = aws.answer(readCall(target, body));
    if (calls++ === killedAt) {
      killed.kill();
      await killed.ended;
      return 'cut';
    }
    return reply;
  });
  const killed = new KilledProcess(id, event, FUNCTION_ARN, {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'ASIAOFTHEDRIVER',
    AWS_SECRET_ACCESS_KEY: 'secret-access-key-of-the-driver',
    AWS_MAX_ATTEMPTS: '1',
    STACK_ID,
  });
  await killed.ended;
  return { calls, answer: answer && JSON.parse(answer) };
}

test('SIGKILL at any call, and the event delivered again, end in one certificate', async () => {
  const template = templateOf(SPECS);
  const { type, properties } = template.resources.Ca;
  const event = {
    RequestType: 'Create',
    ServiceToken: FUNCTION_ARN,
    ResponseURL: `${endpoint.url}/request-1?X-Amz-Date=${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`,
    StackId: STACK_ID,
    RequestId: 'request-1',
    LogicalResourceId: 'Ca',
    ResourceType: type,
    ResourceProperties: resolved(properties, new Map()),
  };
  let killed = 0;
  for (let [at, calls] = [0, 1]; at < calls; at += EVERY) {
    const aws = new FakeAws(emptyState(), () => undefined, () => [{ logicalId: 'Ca', type, status: 'CREATE_IN_PROGRESS' }]);
    provide(aws.state, template);
    const first = await deliver(aws, event, at);

    expect(first.answer).toBeUndefined();
    const second = await deliver(aws, event);
    calls = Math.max(calls, first.calls, second.calls);
    killed++;
    expect(aws.unknown).toEqual([]);
    expect(second.answer).toMatchObject({ Status: 'SUCCESS' });
    const entries = entriesIn(aws.state);
    expect(entries.map(({ status }) => status)).toEqual(['ISSUED']);
    expect(new X509Certificate(second.answer!.Data.CertificatePem).raw.toString('base64')).toBe(entries[0].certificate);
  }
  process.stdout.write(`killed ${killed} times\n`);
}, 120_000);
