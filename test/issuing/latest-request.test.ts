import { createPrivateKey, X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { AnsweredError } from '../../src/resource/answered-error';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { failingAt } from '../support/crashes';
import { caProperties, deviceProperties, Properties, request, SECRET, subordinateProperties } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';

let world: MemoryWorld;
let caId: string;
let first: LifecycleResult;

const handle = (event: LifecycleEvent, gate?: Gate) => handleLifecycleEvent(event, world.ports(gate));
const DEVICE_SECRET = `${SECRET}Device-AbCdEf`;
const COMBINED = `${SECRET}Combined-AbCdEf`;
const BUNDLES = { Bundles: [{ Type: 'CombinedPem', SecretArn: COMBINED }] };
const declare = (changes: Properties = {}) => deviceProperties(caId, { ...BUNDLES, ...changes });
const update = (changes: Properties, from = first.physicalResourceId, old: Properties = {}): LifecycleEvent =>
  ({ ...request('device', 'Update', declare(changes), from), oldProperties: declare(old) });
const statuses = () => [...world.entries.values()].filter(({ profile }) => profile === 'device').map(({ status }) => status);
const issuedDevices = () => world.issued().filter(({ profile }) => profile === 'device').map(({ identity }) => identity);

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties({ PathLength: '1' })))).physicalResourceId;
  first = await handle(request('device', 'Create', declare()));
});

/** The resource has its first certificate, and nothing else is issued, current or kept. */
function expectFirst(): void {
  expect(issuedDevices()).toEqual([first.physicalResourceId]);
  expect(world.currentVersion.get(DEVICE_SECRET)).toBe(first.data!.SerialNumber);
  expect(world.currentVersion.get(COMBINED)).toBe(first.data!.SerialNumber);
  expect([...world.versions.keys()].filter(key => key.startsWith(DEVICE_SECRET))).toEqual([`${DEVICE_SECRET}/${first.data!.SerialNumber}`]);
}

describe('an update that fails', () => {
  const FAULTS: [string, number, 'before' | 'after'][] = [
    ['reserve', 1, 'before'], ['reserve', 1, 'after'], ['write', 1, 'before'], ['write', 1, 'after'], ['write', 2, 'before'], ['write', 2, 'after'],
    ['advance', 1, 'before'], ['advance', 1, 'after'], ['advance', 2, 'before'], ['advance', 2, 'after'],
    ['makeCurrent', 1, 'before'], ['makeCurrent', 1, 'after'], ['makeCurrent', 2, 'before'], ['makeCurrent', 2, 'after'],
  ];
  test.each(FAULTS)('at %s %d (%s its effect) leaves everything that was there before, without a rollback', async (operation, n, when) => {
    await expect(handle(update({ Generation: '2' }), failingAt(operation, n, when))).rejects.toThrow(/failed|was lost/);
    expectFirst();
  });

  test('for good is not carried out by a second delivery that comes when the fault is over', async () => {
    const event = update({ Generation: '2' });
    await expect(handle(event, failingAt('write'))).rejects.toThrow('write failed');
    await expect(handle(event)).rejects.toThrow('this one has already ended');
    expectFirst();
  });

  test('is undone by its rollback if it could not undo itself', async () => {
    let dead = false;
    const gate: Gate = async (operation, effect) => {
      dead ||= operation === 'makeCurrent';
      if (dead) {
        throw new Error('no more calls');
      }
      return effect();
    };
    await expect(handle(update({ Generation: '2' }), gate)).rejects.toThrow('no more calls');
    expect(issuedDevices()).toHaveLength(2);
    expect(await handle(update({}, first.physicalResourceId, { Generation: '2' }))).toEqual(first);
    expectFirst();
  });
});

test('an answer that CloudFormation never got is taken back by the rollback, with its key', async () => {
  const lost = await handle(update({ Generation: '2' }));
  expect(world.currentVersion.get(DEVICE_SECRET)).toBe(lost.data!.SerialNumber);
  expect(await handle(update({}, first.physicalResourceId, { Generation: '2' }))).toEqual(first);
  expectFirst();
});

test('a certificate that could not be removed is withdrawn by the next request for its resource', async () => {
  const second = await handle(update({ Generation: '2' }));
  const third = await handle(update({ Generation: '3' }, second.physicalResourceId));
  expect(issuedDevices().sort()).toEqual([second, third].map(({ physicalResourceId }) => physicalResourceId).sort());
});

test('a new version of a key becomes current only once its certificate is issued', async () => {
  const seen: string[] = [];
  await handle(update({ Generation: '2' }), async (operation, effect) => {
    if (operation === 'makeCurrent') {
      seen.push(...issuedDevices());
    }
    return effect();
  });
  expect(seen).toHaveLength(4); // two certificates, at each of two places
});

describe('of two deliveries of one request, the one', () => {
  test('that fails says nothing if the other has succeeded', async () => {
    const event = update({ Generation: '2' });
    let done: LifecycleResult | undefined;
    const late: Gate = async (operation, effect) => {
      if (operation === 'makeCurrent' && !done) {
        done = await handle(event);
        throw new Error('makeCurrent failed');
      }
      return effect();
    };
    const error = await handle(event, late).catch(caught => caught);
    expect(error.cause).toBeInstanceOf(AnsweredError);
    expect(issuedDevices()).toContain(done!.physicalResourceId);
    expect(world.currentVersion.get(DEVICE_SECRET)).toBe(done!.data!.SerialNumber);
  });

  test('that can\'t even read the ledger says nothing if the other has succeeded', async () => {
    const event = update({ Generation: '2' });
    await handle(event);
    let reads = 0;
    const error = await handle(event, async (operation, effect) => {
      if (operation === 'resource' && reads++ === 0) {
        throw new Error('throttled');
      }
      return effect();
    }).catch(caught => caught);
    expect(error.cause).toBeInstanceOf(AnsweredError);
  });

  test('that would succeed fails if the other has failed', async () => {
    const event = update({ Generation: '2' });
    let failed = false;
    const slow: Gate = async (operation, effect) => {
      if (operation === 'makeCurrent' && !failed) {
        failed = true;
        await handle(event, failingAt('makeCurrent')).catch(() => undefined);
      }
      return effect();
    };
    await expect(handle(event, slow)).rejects.toThrow('this one has already ended');
    expectFirst();
  });
});

describe('a delivery that is overtaken', () => {
  const OPERATIONS = ['find', 'reserve', 'write', 'advance', 'makeCurrent'];
  test.each(OPERATIONS)('by the rollback at %s leaves nothing, and the old key is the current one', async operation => {
    let overtaken = false;
    const paused: Gate = async (called, effect) => {
      if (called === operation && !overtaken) {
        overtaken = true;
        expect(await handle(update({}, first.physicalResourceId, { Generation: '2' }))).toEqual(first);
      }
      return effect();
    };
    await expect(handle(update({ Generation: '2' }), paused)).rejects.toThrow('a later request for this resource has begun');
    expectFirst();
  });

  test.each(OPERATIONS)('by the removal at %s leaves nothing', async operation => {
    let overtaken = false;
    const paused: Gate = async (called, effect) => {
      if (called === operation && !overtaken) {
        overtaken = true;
        await handle(request('device', 'Delete', declare(), first.physicalResourceId));
      }
      return effect();
    };
    await expect(handle(update({ Generation: '2' }), paused)).rejects.toThrow('a later request for this resource has begun');
    expect(issuedDevices()).toEqual([]);
    expect([...world.versions.keys()].filter(key => key.startsWith(DEVICE_SECRET))).toEqual([]);
  });

  test.each(['write', 'advance', 'makeCurrent'])('by another update to the same declaration at %s leaves the key of its certificate', async operation => {
    let second: LifecycleResult | undefined;
    const paused: Gate = async (called, effect) => {
      if (called === operation && !second) {
        second = await handle(update({ Generation: '2' }));
      }
      return effect();
    };
    await expect(handle(update({ Generation: '2' }), paused)).rejects.toThrow('a later request for this resource has begun');
    const { SerialNumber } = second!.data!;
    expect(world.currentVersion.get(DEVICE_SECRET)).toBe(SerialNumber);
    const kept = world.versions.get(`${DEVICE_SECRET}/${SerialNumber}`)!;
    expect(new X509Certificate(second!.data!.CertificatePem!).checkPrivateKey(createPrivateKey(kept))).toBe(true);
  });

  test('does not come to life when it is delivered again after the next request', async () => {
    const event = update({ Generation: '2' });
    const second = await handle(event);
    await handle(update({}, second.physicalResourceId, { Generation: '2' }));
    await handle(request('device', 'Delete', declare({ Generation: '2' }), second.physicalResourceId));
    await expect(handle(event)).rejects.toThrow('a later request for this resource has begun');
    expectFirst();
  });

  test('is known by its time, even if it was never delivered before', async () => {
    const creation = { ...request('device', 'Create', declare({ Generation: '9' })), logicalResourceId: 'Late', requestedAt: new Date('2026-03-01T12:00:00Z') };
    await handle({ ...creation, requestType: 'Delete', requestId: 'removal', physicalResourceId: 'Iot-Late-1ABCDEF', requestedAt: new Date('2026-03-01T12:00:01Z') });
    await expect(handle(creation)).rejects.toThrow('a later request for this resource has begun');
    expectFirst();
  });

  test('is known by its time, to the second: a removal by CloudFormation in the same second cancels it', async () => {
    const requestedAt = new Date('2026-03-01T12:00:00Z');
    const creation = { ...request('device', 'Create', declare({ Generation: '9' })), logicalResourceId: 'Late', requestedAt };
    await handle({ ...creation, requestType: 'Delete', requestId: 'removal', physicalResourceId: 'Iot-Late-1ABCDEF' });
    world.now = new Date(world.now.getTime() + 60_000);
    await expect(handle(creation)).rejects.toThrow('a later request for this resource has begun');
    expectFirst();
  });

  test('is known by the end of its signature if that is CloudFormation\'s word on its time', async () => {
    const creation = { ...request('device', 'Create', declare({ Generation: '9' })), logicalResourceId: 'Late', expiresAt: new Date('2026-03-01T14:00:00Z') };
    await handle({ ...creation, requestType: 'Delete', requestId: 'removal', physicalResourceId: 'Iot-Late-1ABCDEF', expiresAt: new Date('2026-03-01T14:00:01Z') });
    await expect(handle(creation)).rejects.toThrow('a later request for this resource has begun');
    expectFirst();
  });

  test('is not assumed when the next requests tell their time otherwise, because the end of a signature is no time of signing', async () => {
    const place = { KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Late-AbCdEf` }, Bundles: [] };
    const resource = { ...request('device', 'Create', declare({ ...place, Generation: '9' })), logicalResourceId: 'Late' };
    const created = await handle({ ...resource, expiresAt: new Date('2026-03-01T14:00:00Z') });
    const { physicalResourceId } = await handle({
      ...resource,
      requestType: 'Update',
      requestId: 'update',
      physicalResourceId: created.physicalResourceId,
      properties: declare({ ...place, Generation: '10' }),
      oldProperties: resource.properties,
      requestedAt: new Date('2026-03-01T12:00:01Z'),
    });
    await handle({
      ...resource,
      requestType: 'Delete',
      requestId: 'removal',
      physicalResourceId: created.physicalResourceId,
      expiresAt: new Date('2026-03-01T14:00:02Z'),
    });
    expect(issuedDevices()).toEqual([first.physicalResourceId, physicalResourceId]);
  });

  test('is known by the last time of its kind if the request that overtook it has none', async () => {
    const place = { KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Late-AbCdEf` }, Bundles: [] };
    const resource = { ...request('device', 'Create', declare({ ...place, Generation: '9' })), logicalResourceId: 'Late' };
    const { physicalResourceId } = await handle({ ...resource, requestedAt: new Date('2026-03-01T12:00:01Z') });
    const change = { ...resource, requestType: 'Update' as const, physicalResourceId, oldProperties: resource.properties };
    const latest = await handle({ ...change, requestId: 'latest', properties: declare({ ...place, Generation: '10' }), expiresAt: new Date('2026-03-01T14:00:00Z') });
    const straggler = { ...change, requestId: 'straggler', properties: declare({ ...place, Generation: '8' }), requestedAt: new Date('2026-03-01T12:00:00Z') };
    await expect(handle(straggler)).rejects.toThrow('a later request for this resource has begun');
    expect(issuedDevices()).toContain(latest.physicalResourceId);
  });

  test('by CloudFormation itself, which waits for 20 minutes, changes nothing, whether or not another request follows', async () => {
    const event = { ...update({ Generation: '2' }), requestedAt: world.now };
    const late: Gate = async (operation, effect) => {
      if (operation === 'makeCurrent') {
        world.now = new Date(event.requestedAt.getTime() + 20 * 60_000 + 1);
      }
      return effect();
    };
    await expect(handle(event, late)).rejects.toThrow(`CloudFormation must receive its response within 20 minutes, and the request was made at ${event.requestedAt.toISOString()}`);
    expectFirst();
    await expect(handle({ ...event, requestId: 'another' })).rejects.toThrow('within 20 minutes');
    expectFirst();
  });

  test('as a removal takes nothing away that was declared since, and is answered all the same', async () => {
    const removal = request('device', 'Delete', declare(), first.physicalResourceId);
    await handle(removal);
    world.now = new Date(world.now.getTime() + 1);
    const again = await handle(request('device', 'Create', declare()));
    expect(await handle(removal)).toEqual({ physicalResourceId: first.physicalResourceId });
    expect(issuedDevices()).toEqual([again.physicalResourceId]);
    expect(world.versions.has(`${DEVICE_SECRET}/${again.data!.SerialNumber}`)).toBe(true);
  });
});

describe('a removal by an id that CloudFormation has invented', () => {
  const named = (event: LifecycleEvent): LifecycleEvent => ({ ...event, logicalResourceId: 'Second' });
  const place = { KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Second-AbCdEf` }, Bundles: [] };
  const create = () => named(request('device', 'Create', declare(place)));
  const remove = () => named(request('device', 'Delete', declare(place), 'Iot-Second-1ABCDEF'));

  test('takes away the result of a creation whose answer was lost', async () => {
    const created = await handle(create());
    await handle(remove());
    expect(world.entry(created.physicalResourceId)).toMatchObject({ status: 'WITHDRAWN' });
  });

  test('leaves the resource that CloudFormation knows: an earlier creation was not answered, and died before it wrote anything', async () => {
    const anew = await handle(create());
    world.stackResources.push({ type: 'Custom::IotDeviceCertificate', logicalResourceId: 'Second', physicalResourceId: anew.physicalResourceId });
    await handle(remove());
    expect(world.entry(anew.physicalResourceId)).toMatchObject({ status: 'ISSUED' });
    world.stackResources.pop();
    await handle(remove());
    expect(world.entry(anew.physicalResourceId)).toMatchObject({ status: 'WITHDRAWN' });
  });
});

describe('a removal that failed halfway', () => {
  test('releases the key when it is asked for again by another request', async () => {
    const removal = request('device', 'Delete', declare(), first.physicalResourceId);
    await expect(handle(removal, failingAt('release'))).rejects.toThrow('release failed');
    expect(statuses()).toEqual(['WITHDRAWN']);
    await handle({ ...removal, requestId: 'again' });
    expect([...world.versions.keys()].filter(key => key.startsWith(DEVICE_SECRET))).toEqual([]);
  });
});

describe('a reservation that was left behind', () => {
  const dying = (operation: string): Gate => {
    let dead = false;
    return async (called, effect) => {
      dead ||= called === operation;
      if (dead) {
        throw new Error('the process ended');
      }
      return effect();
    };
  };

  test('is completed by the next delivery of its request', async () => {
    const event = update({ Generation: '2' });
    await handle(event, dying('write')).catch(() => undefined);
    const reserved = [...world.entries.values()].at(-1)!;
    expect((await handle(event)).data!.SerialNumber).toBe(reserved.serialNumber);
  });

  test.each([
    ['of another request', 'another', 0],
    ['that is old', undefined, 35 * 86_400_000],
  ])('is given up if it is %s, and the certificate is valid from now on', async (_, requestId, age) => {
    const event = update({ Generation: '2', ValidityDays: '30' });
    await handle(event, dying('write')).catch(() => undefined);
    const reserved = [...world.entries.values()].at(-1)!;
    world.now = new Date(world.now.getTime() + age);
    const { data } = await handle({ ...event, requestId: requestId ?? event.requestId });
    expect(data!.SerialNumber).not.toBe(reserved.serialNumber);
    expect(new Date(data!.NotAfter).getTime()).toBeGreaterThan(world.now.getTime() + 29 * 86_400_000);
    expect(world.entries.get(`${caId}/${reserved.serialNumber}`)).toMatchObject({ status: 'WITHDRAWN' });
  });
});

test('a subordinate CA that fails between its two ledgers is issued in neither', async () => {
  const event = request('subordinate', 'Create', subordinateProperties(caId, 'factory', { RetainKey: 'true' }));
  await expect(handle(event, failingAt('reserve', 2))).rejects.toThrow('reserve failed');
  expect([...world.issued(), ...world.issued('factory')].filter(({ logicalResourceId }) => logicalResourceId === 'Factory')).toEqual([]);
  expect([...world.versions.keys()].filter(key => key.includes('factory'))).toEqual([]);
});

test('a resource that moves to another CA is withdrawn in the ledger that it leaves, and comes back by a rollback', async () => {
  const other = await handle({
    ...request('ca', 'Create', caProperties({ LedgerTable: 'other', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` } })),
    logicalResourceId: 'OtherCa',
  });
  const moved = { ...update({ LedgerTable: 'other', Issuer: other.physicalResourceId }), oldProperties: declare() };
  const next = await handle(moved);
  expect(world.entry(next.physicalResourceId, 'other')).toMatchObject({ status: 'ISSUED' });
  expect(await handle(update({}, next.physicalResourceId, { LedgerTable: 'other', Issuer: other.physicalResourceId }))).toEqual(first);
  await handle(request('device', 'Delete', declare({ LedgerTable: 'other', Issuer: other.physicalResourceId }), next.physicalResourceId));
  expect(world.entry(next.physicalResourceId, 'other')).toMatchObject({ status: 'WITHDRAWN' });
  expectFirst();
});
