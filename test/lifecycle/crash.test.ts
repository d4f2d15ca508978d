import { randomUUID, X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { LedgerEntry } from '../../src/handlers/ledger';
import { publicKeyOf } from '../../src/pki/keys';
import { Answer, Properties, Resource, Stack } from '../support/cloudformation';
import { CloudFormationFunction } from '../support/cloudformation-function';
import { Fault, FaultProxy } from '../support/fault-proxy';
import { lifecycle } from '../support/lifecycle';

/** A function that gives up at the first fault, as a process does that ends there. */
const ENVIRONMENT = { AWS_MAX_ATTEMPTS: '1' };

const set = lifecycle(ENVIRONMENT);
let proxy: FaultProxy;
let stack: Stack;
let ca: Answer;

beforeEach(async () => {
  ({ proxy, stack } = set);
  ca = await stack.create(await stack.ca());
});

const name = () => `Resource${randomUUID().replaceAll('-', '')}`;
const KINDS: { readonly [kind: string]: () => Promise<Resource> | Resource } = {
  CA: () => stack.ca({}, name()),
  verification: () => stack.verification(ca.PhysicalResourceId, {}, name()),
  device: () => stack.device(ca.PhysicalResourceId, {}, name()),
};

/** How many calls it takes to carry out a request when nothing fails. */
async function callsOf(event: Properties): Promise<number> {
  proxy.reset();
  await stack.send(event);
  return proxy.calls.length;
}

/** Delivers a request to a process that crashes at a call, and answers whether it came that far. */
async function crashAt(index: number, when: Fault['when'], event: Properties): Promise<boolean> {
  proxy.reset();
  proxy.faults = at => at === index ? { kind: 'crash', when } : undefined;
  const { answer } = await stack.send(event);
  proxy.repair();
  return answer === undefined;
}

async function entriesOf({ logicalId }: Resource): Promise<LedgerEntry[]> {
  return (await stack.ledger()).filter(entry => entry.logicalResourceId === logicalId);
}

/** What is there after a crash must be what is there in the end: the same serial number, the same validity, the same key. */
async function expectCompleted(resource: Resource, answer: Answer | undefined, before: LedgerEntry[], keysBefore: string[]): Promise<void> {
  expect(answer).toMatchObject({ Status: 'SUCCESS' });
  const keyStorage = resource.properties.KeyStorage;
  const certificate = new X509Certificate(answer!.Data!.CertificatePem);
  const entries = await entriesOf(resource);
  expect(entries).toEqual([expect.objectContaining({ status: 'ISSUED', identity: answer!.PhysicalResourceId, certificate: certificate.raw })]);
  expect(entries[0].serialNumber).toBe(certificate.serialNumber);
  if (before.length > 0) {
    expect(before).toEqual([expect.objectContaining({ serialNumber: certificate.serialNumber, notAfter: entries[0].notAfter })]);
  }
  const keys = keyStorage ? await stack.privateKeys(keyStorage) : [];
  expect(keys.map(key => publicKeyOf(key).equals(certificate.publicKey.export({ type: 'spki', format: 'der' })))).toEqual(keyStorage ? [true] : []);
  expect(keys).toEqual(expect.arrayContaining(keysBefore));
}

describe.each(Object.keys(KINDS))('creating a certificate (%s)', kind => {
  test('ends the same wherever the first delivery crashes', async () => {
    const total = await callsOf(stack.event('Create', await KINDS[kind]()));
    expect(total).toBeGreaterThan(4);
    for (let index = 0; index < total; index++) {
      for (const when of ['before', 'after'] as const) {
        const resource = await KINDS[kind]();
        const event = stack.event('Create', resource);
        expect(await crashAt(index, when, event)).toBe(true);
        const [entries, keys] = [await entriesOf(resource), await keysOf(resource)];
        await expectCompleted(resource, (await stack.send(event)).answer, entries, keys);
      }
    }
  });
});

const keysOf = ({ properties }: Resource) => properties.KeyStorage ? stack.privateKeys(properties.KeyStorage) : Promise.resolve([]);

test('a request that is delivered until it gets through ends the same, wherever each delivery crashes', async () => {
  const crash = fc.record({ index: fc.nat(9), when: fc.constantFrom('before' as const, 'after' as const) });
  await fc.assert(fc.asyncProperty(fc.constantFrom(...Object.keys(KINDS)), fc.array(crash, { minLength: 2, maxLength: 4 }), async (kind, crashes) => {
    const resource = await KINDS[kind]();
    const event = stack.event('Create', resource);
    for (const { index, when } of crashes) {
      await crashAt(index, when, event);
    }
    await expectCompleted(resource, (await stack.send(event)).answer, [], []);
  }), { numRuns: 10 });
});

test.each(['PutSecretValue', 'TransactWriteItems'])('a process that is killed after %s leaves what the next one goes on with', async operation => {
  const resource = await KINDS.device();
  const event = stack.event('Create', resource);
  const killed = await CloudFormationFunction.start(proxy.url, ENVIRONMENT);
  stack.lambda = killed;
  proxy.faults = (_, call) => call.operation === operation ? { kind: 'reset', when: 'after', meanwhile: () => killed.stop() } : undefined;
  const first = await stack.send(event);
  expect(first).toMatchObject({ answer: undefined, error: expect.stringMatching(/the process ended/) });
  proxy.repair();
  stack.lambda = set.lambda;
  const [entries, keys] = [await entriesOf(resource), await keysOf(resource)];
  await expectCompleted(resource, (await stack.send(event)).answer, entries, keys);
});

test('replacing a certificate ends the same wherever the first delivery crashes', async () => {
  const old = await KINDS.device();
  const created = await stack.create(old);
  for (const when of ['before', 'after'] as const) {
    for (let index = 0, generation = 2; index < 10; index++, generation++) {
      const next = { ...old, properties: { ...old.properties, Generation: when === 'before' ? generation : generation + 100 } };
      const event = stack.event('Update', next, { PhysicalResourceId: created.PhysicalResourceId });
      expect(await crashAt(index, when, event)).toBe(true);
      const { answer } = await stack.send(event);
      expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expect.stringMatching(/^device-/) });
      expect(answer!.PhysicalResourceId).not.toBe(created.PhysicalResourceId);
      expect((await entriesOf(next)).filter(({ identity }) => identity === answer!.PhysicalResourceId)).toHaveLength(1);
      await stack.delete(next, answer!.PhysicalResourceId); // so that the secret does not run out of labels
    }
  }
  const rolledBack = await stack.update(old, created.PhysicalResourceId);
  expect(rolledBack.Data).toEqual(created.Data);
});

describe.each(Object.keys(KINDS))('removing a certificate (%s)', kind => {
  test('ends the same wherever the first delivery crashes', async () => {
    const removable = async (): Promise<[Resource, Properties]> => {
      const declared = await KINDS[kind]();
      const resource = { ...declared, properties: { ...declared.properties, RetainKey: false } };
      const { PhysicalResourceId } = await stack.create(resource);
      return [resource, stack.event('Delete', resource, { PhysicalResourceId })];
    };
    const total = await callsOf((await removable())[1]);
    for (let index = 0; index < total; index++) {
      for (const when of ['before', 'after'] as const) {
        const [resource, event] = await removable();
        expect(await crashAt(index, when, event)).toBe(true);
        expect((await stack.send(event)).answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: event.PhysicalResourceId });
        expect(await entriesOf(resource)).toEqual([expect.objectContaining({ status: 'WITHDRAWN' })]);
        expect(await stack.keptVersions(resource)).toEqual([]);
      }
    }
  });
});
