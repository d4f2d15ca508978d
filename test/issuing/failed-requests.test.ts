import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { failingAt } from '../support/crashes';
import { caProperties, deviceProperties, Properties, request, SECRET } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';

const DEVICE_SECRET = `${SECRET}Device-AbCdEf`;
const CA_SECRET = `${SECRET}Ca-AbCdEf`;
const COMBINED = `${SECRET}Combined-AbCdEf`;
const MINUTE = 60_000;

let world: MemoryWorld;
let caId: string;
let first: LifecycleResult;

const handle = (event: LifecycleEvent, gate?: Gate) => handleLifecycleEvent(event, world.ports(gate));
const declare = (changes: Properties = {}) => deviceProperties(caId, { Bundles: [{ Type: 'CombinedPem', SecretArn: COMBINED }], ...changes });
const update = (changes: Properties, from = first) => request('device', 'Update', declare(changes), from.physicalResourceId);
const keysIn = (secretArn: string) => [...world.versions.keys()].filter(key => key.startsWith(`${secretArn}/`)).map(key => key.slice(secretArn.length + 1));
const statusOf = ({ physicalResourceId }: LifecycleResult) => world.entry(physicalResourceId)!.status;

/** AWS without the right to take the staging labels of a version away: its key stays. */
const withoutLabels: Gate = async (operation, effect) => {
  const result = effect();
  return operation === 'release' ? false as typeof result : result;
};

/** The operations that a request takes. */
async function operationsOf(event: LifecycleEvent): Promise<string[]> {
  const operations: string[] = [];
  await handle(event, async (operation, effect) => {
    operations.push(operation);
    return effect();
  });
  return operations;
}

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
  first = await handle(request('device', 'Create', declare()));
});

describe('a request to which CloudFormation no longer waits for the answer', () => {
  const madeBefore = (milliseconds: number) => ({ ...update({ Generation: '2' }), requestedAt: new Date(world.now.getTime() - milliseconds) });

  test('makes nothing, not even for a moment', async () => {
    const before = world.snapshot();
    await expect(handle(madeBefore(20 * MINUTE + 1))).rejects.toThrow('CloudFormation must receive its response within 20 minutes');
    expect(world.snapshot()).toBe(before);
  });

  test('is one that is older than 20 minutes, to the millisecond', async () => {
    expect((await handle(madeBefore(20 * MINUTE))).physicalResourceId).not.toBe(first.physicalResourceId);
  });
});

describe('an update that fails', () => {
  test('on its way back to an earlier certificate takes neither that one away nor the present one', async () => {
    const second = await handle(update({ Generation: '2' }));
    await expect(handle(update({}, second), failingAt('makeCurrent', 2))).rejects.toThrow('makeCurrent failed');
    expect([first, second].map(statusOf)).toEqual(['ISSUED', 'ISSUED']);
    expect([DEVICE_SECRET, COMBINED].map(place => world.currentVersion.get(place))).toEqual([second.data!.SerialNumber, second.data!.SerialNumber]);
  });

  test('is announced with the reason of its answer', async () => {
    await expect(handle(update({ Generation: '2' }), failingAt('write'))).rejects.toThrow('Device: write failed');
    expect(world.refused).toEqual([expect.objectContaining({ logicalResourceId: 'Device', reason: 'Device: write failed' })]);
  });

  test('releases what it has made once, and no later request does it again', async () => {
    await expect(handle(update({ Generation: '2' }), failingAt('makeCurrent'))).rejects.toThrow('makeCurrent failed');
    expect(await operationsOf(update({ Generation: '1' }))).not.toContain('release');
  });

  test('has the former key current again, and leaves the rest to the next request, if its failure can\'t be recorded', async () => {
    const failing = failingAt('makeCurrent', 2);
    let isLost = false;
    const unrecorded: Gate = async (operation, effect) => {
      if (isLost && operation === 'record') {
        throw new Error('the outcome is not recorded');
      }
      isLost ||= operation === 'makeCurrent';
      return failing(operation, effect);
    };
    await expect(handle(update({ Generation: '2' }), unrecorded)).rejects.toThrow('makeCurrent failed');
    expect(world.currentVersion.get(DEVICE_SECRET)).toBe(first.data!.SerialNumber);
    expect(world.issued().filter(({ profile }) => profile === 'device')).toHaveLength(2); // another delivery may still succeed
    expect(world.refused).toEqual([]);
    expect(await handle(update({}))).toEqual(first);
    expect(world.issued().filter(({ profile }) => profile === 'device')).toHaveLength(1);
  });

  test('because its rollback has overtaken it is not announced', async () => {
    let isOvertaken = false;
    const overtaken: Gate = async (operation, effect) => {
      if (operation === 'write' && !isOvertaken) {
        isOvertaken = true;
        world.now = new Date(world.now.getTime() + 1000);
        await handle(update({}));
        throw new Error('write failed');
      }
      return effect();
    };
    await expect(handle(update({ Generation: '2' }), overtaken)).rejects.toThrow('write failed');
    expect(world.refused).toEqual([]);
    expect(world.currentVersion.get(DEVICE_SECRET)).toBe(first.data!.SerialNumber);
    expect(keysIn(DEVICE_SECRET)).toEqual([first.data!.SerialNumber]);
  });
});

test('an update that writes its key after a later one has made another certificate of the same declaration takes the key away again', async () => {
  let later: LifecycleResult | undefined;
  const paused: Gate = async (operation, effect) => {
    if (operation === 'write' && !later) {
      for (const changes of [{}, { Generation: '2' }]) { // its rollback, and the change once more
        world.now = new Date(world.now.getTime() + 1000);
        later = await handle(update(changes));
      }
    }
    return effect();
  };
  await expect(handle(update({ Generation: '2' }), paused)).rejects.toThrow('a later request for this resource has begun');
  expect(keysIn(DEVICE_SECRET)).toEqual([first, later!].map(({ data }) => data!.SerialNumber));
  expect(world.currentVersion.get(DEVICE_SECRET)).toBe(later!.data!.SerialNumber);
});

describe('a creation that fails', () => {
  test('keeps no key, even where the key of a CA is to be retained', async () => {
    const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}OtherCa-AbCdEf` };
    const creation = { ...request('ca', 'Create', caProperties({ LedgerTable: 'other', KeyStorage })), logicalResourceId: 'OtherCa' };
    await expect(handle(creation, failingAt('makeCurrent'))).rejects.toThrow('makeCurrent failed');
    expect(keysIn(KeyStorage.SecretArn)).toEqual([]);
  });

  test('keeps the key of a CA that was retained before, so that the next one brings the CA back', async () => {
    await handle(request('device', 'Delete', declare(), first.physicalResourceId));
    await handle(request('ca', 'Delete', caProperties(), caId));
    const [key] = keysIn(CA_SECRET);
    world.now = new Date(world.now.getTime() + 1000);
    await expect(handle(request('ca', 'Create', caProperties()), failingAt('makeCurrent'))).rejects.toThrow('makeCurrent failed');
    expect(keysIn(CA_SECRET)).toEqual([key]);
    expect((await handle(request('ca', 'Create', caProperties()))).data!.SerialNumber).toBe(key);
  });

  test('and is overtaken by its removal keeps the key of a CA that is to be retained', async () => {
    const creation = request('ca', 'Create', caProperties());
    await handle(request('ca', 'Delete', caProperties(), caId));
    const [key] = keysIn(CA_SECRET);
    world.now = new Date(world.now.getTime() + 1000);
    let isOvertaken = false;
    await expect(handle(creation, async (operation, effect) => {
      if (operation === 'makeCurrent' && !isOvertaken) {
        isOvertaken = true;
        await handle(request('ca', 'Delete', caProperties(), caId));
      }
      return effect();
    })).rejects.toThrow('a later request for this resource has begun');
    expect(keysIn(CA_SECRET)).toEqual([key]);
  });
});

describe('a key whose staging labels can\'t be taken away', () => {
  const complaint = (identity: string) => `the keys of ${identity} still have their staging labels in their secrets, `
    + 'because secretsmanager:UpdateSecretVersionStage is denied';

  test('lets its removal succeed, which says what is left', async () => {
    expect(await handle(request('device', 'Delete', declare(), first.physicalResourceId), withoutLabels))
      .toEqual({ physicalResourceId: first.physicalResourceId, unfinished: complaint(first.physicalResourceId) });
    expect(statusOf(first)).toBe('WITHDRAWN');
  });

  test('is named with all others by the next request, and tried again until it is gone', async () => {
    const second = await handle(update({ Generation: '2' }));
    const third = await handle(update({ Generation: '3' }, second), withoutLabels);
    expect(third.unfinished).toBe(complaint(first.physicalResourceId));
    const fourth = await handle(update({ Generation: '4' }, third), withoutLabels);
    expect(fourth.unfinished).toBe(complaint(`${first.physicalResourceId}, ${second.physicalResourceId}`));
    expect((await handle(update({ Generation: '4' }, fourth))).unfinished).toBeUndefined();
    expect(await operationsOf(update({ Generation: '4' }, fourth))).not.toContain('release');
  });
});

test('a removal by an id that CloudFormation has invented does nothing for a declaration that was refused, whether or not the stack can be read', async () => {
  const removal = request('device', 'Delete', declare({ KeyAlgorithm: 'ROT13' }), 'Iot-Device-1ABCDEF');
  expect(await handle(removal, failingAt('stack'))).toEqual({ physicalResourceId: 'Iot-Device-1ABCDEF' });
});
