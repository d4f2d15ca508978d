import { ResourceRecord } from '../../src/issuing/ledger/ledger';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { Ports } from '../../src/issuing/ports';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, Properties, request, SECRET } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';

let world: MemoryWorld;
let caId: string;
let created: LifecycleEvent;
let first: LifecycleResult;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const declare = (changes: Properties = {}) => deviceProperties(caId, changes);

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
  created = request('device', 'Create', declare());
  first = await handle(created);
});

/** What the ledger knows about the resource of the device. */
function record(table = 'ledger'): Promise<ResourceRecord | undefined> {
  return world.ports().ledger(table).resource(created);
}

function replace(old: Properties = {}): Promise<LifecycleResult> {
  return handle({ ...request('device', 'Update', declare({ Generation: '2' }), first.physicalResourceId), requestId: 'replacement', oldProperties: declare(old) });
}

const remove = () => handle({ ...request('device', 'Delete', declare(), first.physicalResourceId), requestId: 'cleanup' });

test('the ledger knows since when a request is carried out, and which certificates its resource has', async () => {
  const { physicalResourceId: identity } = first;
  expect(await record()).toMatchObject({ since: '2026-03-01T12:00:00.000Z', outcome: 'SUCCESS', declares: identity, holds: [identity], had: [identity], revision: 2 });
});

test('a certificate counts for its resource until it is withdrawn after its replacement, and then no more', async () => {
  const { physicalResourceId: second } = await replace();
  expect(await record()).toMatchObject({ declares: second, holds: [first.physicalResourceId, second], had: [first.physicalResourceId, second] });
  await remove();
  expect(await record()).toMatchObject({ declares: second, holds: [second], had: [second], earlier: ['replacement', created.requestId] });
});

test('a resource that is removed has no certificate in the ledger any more', async () => {
  await remove();
  expect(await record()).toMatchObject({ removes: first.physicalResourceId, outcome: 'SUCCESS', declares: undefined, holds: [], had: [] });
});

test('the removal of a resource waits for nothing in a ledger that is gone', async () => {
  world.goneTables.add('ledger');
  await expect(remove()).resolves.toEqual({ physicalResourceId: first.physicalResourceId, unfinished: undefined });
});

test('a removal fails if the ledger can\'t be read, and is there to be made again', async () => {
  const failing = world.ports(async (operation, effect) => {
    if (operation === 'resource') {
      throw new Error('the table is throttled');
    }
    return effect();
  });
  await expect(handleLifecycleEvent(request('device', 'Delete', declare(), first.physicalResourceId), failing)).rejects.toThrow('Device: the table is throttled');
  await remove();
  expect(await record()).toMatchObject({ declares: undefined, holds: [] });
});

test('a removal that is delivered again takes nothing back a second time', async () => {
  await remove();
  const after = world.snapshot();
  world.now = new Date(world.now.getTime() + 1_000);
  expect(await remove()).toEqual({ physicalResourceId: first.physicalResourceId, unfinished: undefined });
  expect(world.snapshot()).toBe(after);
});

test('the removal of a CA whose key is to be kept leaves nothing to be taken back', async () => {
  expect(await handle(request('ca', 'Delete', caProperties(), caId))).toEqual({ physicalResourceId: caId, unfinished: undefined });
  expect(world.versions.size).toBe(2);
});

test('a request is given up if other requests change the record of its resource each time', async () => {
  const ports = world.ports();
  const busy: Ports = { ...ports, ledger: table => ({ ...ports.ledger(table), record: async () => false }) };
  await expect(handleLifecycleEvent({ ...created, requestId: 'late', logicalResourceId: 'Other' }, busy))
    .rejects.toThrow('Other: the ledger keeps changing during this request; deploy again');
});

test('a certificate that the ledger has lost can\'t be updated, and the error says what to do', async () => {
  world.current.delete(first.physicalResourceId);
  await expect(handle({ ...request('device', 'Update', declare(), first.physicalResourceId), oldProperties: declare() })).rejects.toThrow(
    `Device: the ledger ledger does not hold the certificate ${first.physicalResourceId} that this resource has; `
    + 'restore the table from its point-in-time recovery, or raise `generation` for a new certificate');
});

test('a resource that moves to another ledger declares nothing in the one that it leaves', async () => {
  const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` };
  const other = await handle({ ...request('ca', 'Create', caProperties({ LedgerTable: 'other', KeyStorage })), logicalResourceId: 'Other' });
  const { physicalResourceId: second } = await handle({
    ...request('device', 'Update', deviceProperties(other.physicalResourceId, { LedgerTable: 'other' }), first.physicalResourceId), requestId: 'move', oldProperties: declare(),
  });
  expect(await record()).toMatchObject({ requestId: 'move', movesTo: 'other', declares: undefined, holds: [first.physicalResourceId] });
  expect(await record('other')).toMatchObject({ requestId: 'move', movesTo: undefined, declares: second, holds: [second] });
});

test('a resource that leaves a ledger that is gone is moved all the same', async () => {
  world.goneTables.add('gone');
  await expect(replace({ LedgerTable: 'gone' })).resolves.toMatchObject({ physicalResourceId: expect.stringMatching(/^device-/) });
});
