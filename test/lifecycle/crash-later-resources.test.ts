import { randomUUID, X509Certificate } from 'node:crypto';
import { publicKeyOf } from '../../src/pki/keys';
import { Answer, Properties, Resource } from '../support/cloudformation';
import { Fault } from '../support/fault-proxy';
import { lifecycle } from '../support/lifecycle';
import { subordinateCa } from '../support/resources';

/** A function that gives up at the first fault, as a process does that ends there. */
const set = lifecycle({ AWS_MAX_ATTEMPTS: '1' });

let ca: Answer;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
});

const name = () => `Resource${randomUUID().replaceAll('-', '')}`;

/** Delivers a request to a process that crashes at a call, and answers whether it came that far. */
async function crashAt(index: number, when: Fault['when'], event: Properties): Promise<boolean> {
  set.proxy.reset();
  set.proxy.faults = at => at === index ? { kind: 'crash', when } : undefined;
  const { answer } = await set.stack.send(event);
  set.proxy.repair();
  return answer === undefined;
}

/** Carries a request out with a crash between each two of its calls, each time for another resource. */
async function crashEverywhere(
  prepare: () => Promise<[Resource, Properties]>, check: (resource: Resource, answer: Answer) => Promise<void>,
): Promise<void> {
  const [, counted] = await prepare();
  set.proxy.reset();
  await set.stack.send(counted);
  const total = set.proxy.calls.length;
  expect(total).toBeGreaterThan(4);
  // Before a call is after the call before it: nothing is written in between.
  for (const [index, when] of [[0, 'before'] as const, ...Array.from({ length: total }, (_, at) => [at, 'after'] as const)]) {
    const [resource, event] = await prepare();
    expect(await crashAt(index, when, event)).toBe(true);
    const { answer } = await set.stack.send(event);
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    await check(resource, answer!);
  }
}

const creation = (resource: Resource): [Resource, Properties] => [resource, set.stack.event('Create', resource)];

async function expectIssued({ logicalId }: Resource, answer: Answer, table = set.stack.table): Promise<void> {
  const entries = (await set.stack.ledger(table)).filter(({ logicalResourceId }) => logicalResourceId === logicalId);
  expect(entries).toEqual([expect.objectContaining({ status: 'ISSUED', certificate: new X509Certificate(answer.Data!.CertificatePem).raw })]);
}

test('a CA below another one is in both ledgers once, wherever the first delivery crashes', async () => {
  await crashEverywhere(async () => creation(await subordinateCa(set.stack, ca.PhysicalResourceId, {}, name())), async (resource, answer) => {
    await expectIssued(resource, answer);
    await expectIssued(resource, answer, resource.properties.LedgerTable as string);
    expect(await set.stack.privateKeys(resource.properties.KeyStorage)).toHaveLength(1);
  });
}, 60_000);

test('a device with its key in a parameter and a bundle has one of each, of one certificate, wherever the first delivery crashes', async () => {
  const bundles = new Map<Resource, string>();
  await crashEverywhere(async () => {
    const SecretArn = await set.stack.secret();
    const device = await set.stack.device(ca.PhysicalResourceId, { KeyStorage: set.stack.parameterStorage(), Bundles: [{ Type: 'CombinedPem', SecretArn }] }, name());
    bundles.set(device, SecretArn);
    return creation(device);
  }, async (resource, answer) => {
    await expectIssued(resource, answer);
    const [[parameter, key], ...others] = await set.stack.parameters((resource.properties.KeyStorage as { Path: string }).Path);
    expect([parameter, others]).toEqual([answer.Data!.PrivateKeyParameter, []]);
    expect(publicKeyOf(key)).toEqual(new X509Certificate(answer.Data!.CertificatePem).publicKey.export({ type: 'spki', format: 'der' }));
    expect(await set.stack.valueOf(bundles.get(resource)!)).toBe(key + answer.Data!.CertificatePem + ca.Data!.CertificatePem);
  });
}, 60_000);
