import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { crashEverywhere } from '../support/crashes';
import { caProperties, deviceProperties, Properties, request } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';

const PATH = '/iot/devices/Sensor001-ab12cd34';

type Values = { [key: string]: string };

let world: MemoryWorld;
let caId: string;

const handle = (event: LifecycleEvent, gate?: Gate) => handleLifecycleEvent(event, world.ports(gate));
const tags = (values?: Values) => values && Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
const declare = (values?: Values, changes: Properties = {}) =>
  deviceProperties(caId, { KeyStorage: { Type: 'Parameter', Path: PATH }, Tags: tags(values), ...changes });
const creation = (values?: Values, changes?: Properties) => request('device', 'Create', declare(values, changes));
const update = (values: Values | undefined, { physicalResourceId }: LifecycleResult, changes?: Properties) =>
  request('device', 'Update', declare(values, changes), physicalResourceId);
const tagsOf = ({ data }: LifecycleResult, of = world) => of.parameters.get(data!.PrivateKeyParameter)?.tags;
const entryOf = ({ physicalResourceId }: LifecycleResult) => world.entry(physicalResourceId)!;

/** Writes down the calls of the ports that have to do with parameters and tags. */
function recording(calls: string[]): Gate {
  return async (operation, effect) => {
    calls.push(operation);
    return effect();
  };
}

async function newWorld(): Promise<void> {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
}

beforeEach(newWorld);

describe('the parameter of a device', () => {
  test('is made with its tags, by one call', async () => {
    const calls: string[] = [];
    const created = await handle(creation({ team: 'iot', stage: '' }), recording(calls));
    expect(tagsOf(created)).toEqual({ team: 'iot', stage: '' });
    expect(calls.filter(call => ['write', 'tag'].includes(call))).toEqual(['write']);
  });

  test('gets other tags by an update, and its certificate stays as it is', async () => {
    const created = await handle(creation({ team: 'iot', stage: 'beta' }));
    expect(await handle(update({ team: 'plant', owner: 'acme' }, created))).toEqual(created);
    expect(tagsOf(created)).toEqual({ team: 'plant', owner: 'acme' });
    expect(world.issued()).toHaveLength(2);
    expect(world.parameters.size).toBe(1);
  });

  test('loses the last of them, and gets its first ones', async () => {
    const created = await handle(creation());
    expect(tagsOf(created)).toEqual({});
    const steps: (Values | undefined)[] = [{ team: 'iot' }, undefined, { owner: 'acme' }, {}];
    for (const values of steps) {
      expect(await handle(update(values, created))).toEqual(created);
      expect(tagsOf(created)).toEqual(values ?? {});
    }
  });

  test('keeps the tags that others have put on it', async () => {
    const created = await handle(creation({ team: 'iot' }));
    tagsOf(created)!['found-by'] = 'audit';
    await handle(update(undefined, created));
    expect(tagsOf(created)).toEqual({ 'found-by': 'audit' });
  });

  test('gets back what somebody has changed, with the next update', async () => {
    const created = await handle(creation({ team: 'iot' }));
    tagsOf(created)!.team = 'others';
    await handle(update({ team: 'iot' }, created, { Platforms: ['generic'] }));
    expect(tagsOf(created)).toEqual({ team: 'iot' });
  });

  test('has its old tags again after a rollback', async () => {
    const created = await handle(creation({ team: 'iot', stage: 'beta' }));
    await handle(update({ team: 'plant', owner: 'acme' }, created));
    expect(await handle(update({ team: 'iot', stage: 'beta' }, created))).toEqual(created);
    expect(tagsOf(created)).toEqual({ team: 'iot', stage: 'beta' });
  });

  test('has its own tags each, where a certificate becomes another one and comes back', async () => {
    const old = await handle(creation({ team: 'iot' }));
    const next = await handle(update({ team: 'plant' }, old, { Generation: '2' }));
    expect([tagsOf(old), tagsOf(next)]).toEqual([{ team: 'iot' }, { team: 'plant' }]);
    expect(await handle(update({ team: 'iot', more: 'x' }, next))).toEqual(old);
    expect(tagsOf(old)).toEqual({ team: 'iot', more: 'x' });
  });

  test('that outlived its certificate has the tags that are declared when it comes back', async () => {
    const kept = { RetainKey: 'true' };
    const created = await handle(creation({ team: 'iot', stage: 'beta' }, kept));
    await handle(request('device', 'Delete', declare({ team: 'iot', stage: 'beta' }, kept), created.physicalResourceId));
    expect(tagsOf(created)).toEqual({ team: 'iot', stage: 'beta' });
    world.now = new Date(world.now.getTime() + 60_000);
    expect(await handle(creation({ team: 'plant' }, kept))).toEqual(created);
    expect(tagsOf(created)).toEqual({ team: 'plant' });
  });
});

describe('a certificate', () => {
  test('without tags asks for none, and records none', async () => {
    const calls: string[] = [];
    const created = await handle(creation(), recording(calls));
    await handle(update(undefined, created, { Platforms: ['generic'] }), recording(calls));
    expect(calls).not.toContain('tag');
    expect(Object.keys(entryOf(created)).filter(name => /tag/i.test(name))).toEqual([]);
  });

  test('without tags writes nothing in an update that changes nothing', async () => {
    const created = await handle(creation({ team: 'iot' }));
    const calls: string[] = [];
    await handle(update({ team: 'iot' }, created), recording(calls));
    expect(calls.filter(call => ['advance', 'write', 'reserve'].includes(call))).toEqual([]);
  });

  test('whose key is in a secret passes tags over, because CloudFormation tags the secret', async () => {
    const created = await handle(request('device', 'Create', deviceProperties(caId, { Tags: tags({ 'team#': 'iot' }) })));
    expect(entryOf(created).tags).toBeUndefined();
  });
});

describe('the ledger', () => {
  test('remembers the tags that were declared before, and no more of them than a parameter has room for', async () => {
    const created = await handle(creation({ team: 'iot' }));
    for (let n = 0; n < 60; n++) {
      await handle(update({ [`tag-${n}`]: 'x' }, created));
    }
    const { tags: declared, formerTagKeys } = entryOf(created);
    expect(declared).toEqual([{ Key: 'tag-59', Value: 'x' }]);
    expect(formerTagKeys).toHaveLength(50);
    expect(formerTagKeys!.slice(0, 2)).toEqual(['tag-58', 'tag-57']);
    expect(tagsOf(created)).toEqual({ 'tag-59': 'x' });
  });

  test('has the tags before the parameter has them', async () => {
    const created = await handle(creation({ team: 'iot' }));
    const seen: unknown[] = [];
    await handle(update({ owner: 'acme' }, created), async (operation, effect) => {
      if (operation === 'tag') {
        seen.push(entryOf(created).tags, entryOf(created).formerTagKeys);
      }
      return effect();
    });
    expect(seen).toEqual([[{ Key: 'owner', Value: 'acme' }], ['team']]);
  });

  test('never changes the tags of a parameter of another certificate', async () => {
    const [created, other] = [await handle(creation({ team: 'iot' })), '0123456789ABCDEF0123456789ABCDEF01234567'];
    world.parameters.set(`${PATH}/${other}`, { value: 'key', tags: {} });
    const ports = world.ports();
    const ledger = ports.ledger('ledger');
    const find = async (identity: string) => {
      const entry = await ledger.find(identity);
      return entry && identity === created.physicalResourceId ? { ...entry, serialNumber: other, tags: tags({ stolen: 'yes' }) } : entry;
    };
    await expect(handleLifecycleEvent(update({ stolen: 'yes' }, created), { ...ports, ledger: () => ({ ...ledger, find }) })).rejects.toThrow();
    expect(world.parameters.get(`${PATH}/${other}`)!.tags).toEqual({});
  });
});

describe('an update that was held up', () => {
  /** Lets a later request come first, at the n-th call of an operation. */
  function overtakenAt(operation: string, later: LifecycleEvent, when: 'before' | 'after'): Gate {
    let done = false;
    return async (called, effect) => {
      const comesHere = called === operation && !done;
      done ||= comesHere;
      if (comesHere && when === 'before') {
        await handle(later);
      }
      const result = effect();
      if (comesHere && when === 'after') {
        await handle(later);
      }
      return result;
    };
  }

  test.each([
    ['record', 'before'], ['record', 'after'], ['find', 'after'], ['advance', 'before'], ['advance', 'after'], ['tag', 'before'], ['tag', 'after'],
  ] as const)('at %s (%s its effect) leaves the tags of the later one', async (operation, when) => {
    const created = await handle(creation({ team: 'iot', stage: 'beta' }));
    const late = { ...update({ team: 'late', late: 'yes' }, created), requestedAt: new Date('2026-03-01T11:59:58Z') };
    const later = { ...update({ team: 'later', owner: 'acme' }, created), requestedAt: new Date('2026-03-01T11:59:59Z') };
    await expect(handle(late, overtakenAt(operation, later, when))).rejects.toThrow('a later request for this resource has begun');
    expect(tagsOf(created)).toEqual({ team: 'later', owner: 'acme' });
  });

  test('until after the removal tags nothing', async () => {
    const created = await handle(creation({ team: 'iot' }));
    const removal = request('device', 'Delete', declare(), created.physicalResourceId);
    await expect(handle(update({ team: 'late' }, created), overtakenAt('tag', removal, 'before'))).rejects.toThrow();
    expect(world.parameters.size).toBe(0);
  });

  test('until it is delivered a second time leaves the tags of the later one', async () => {
    const created = await handle(creation({ team: 'iot' }));
    const late = update({ team: 'late' }, created);
    await handle(late);
    await handle(update({ team: 'later' }, created));
    await expect(handle(late)).rejects.toThrow('a later request');
    expect(tagsOf(created)).toEqual({ team: 'later' });
  });
});

test('an update of tags that dies anywhere is ended by the next delivery, and its rollback has the old tags', async () => {
  const [before, after] = [{ team: 'iot', stage: 'beta' }, { team: 'plant', owner: 'acme' }];
  const prepare = async () => {
    await newWorld();
    const created = await handle(creation(before));
    return { world, event: update(after, created) };
  };
  await crashEverywhere(prepare, async ({ world: retried, result }) => {
    expect(tagsOf(result, retried)).toEqual(after);
    expect(await handleLifecycleEvent(update(before, result), retried.ports())).toEqual(result);
    expect(tagsOf(result, retried)).toEqual(before);
    expect(retried.parameters.size).toBe(1);
  });
});

test('a creation with tags that dies anywhere is ended by the next delivery with its tags', async () => {
  await crashEverywhere(async () => {
    await newWorld();
    return { world, event: creation({ team: 'iot' }) };
  }, ({ world: retried, result }) => {
    expect([...retried.parameters.values()].map(parameter => parameter.tags)).toEqual([{ team: 'iot' }]);
    expect(tagsOf(result, retried)).toEqual({ team: 'iot' });
  });
});

describe('a parameter whose tags AWS refuses', () => {
  const KEY_RULE = 'the key of a tag of a parameter must have 1 to 128 letters';
  test.each<[string, unknown, string]>([
    ['a map', { team: 'iot' }, 'tags must be a list, got a map'],
    ['a string in the list', ['team'], 'tags must be a map, got "team"'],
    ['no key', [{ Value: 'iot' }], `${KEY_RULE}`],
    ['a key of AWS\'s own', tags({ 'aws:team': 'iot' }), `${KEY_RULE}`],
    ['no value', [{ Key: 'team' }], 'the value of the tag "team" of a parameter must have up to 256 letters'],
    ['a value with other characters', tags({ team: 'a\nb' }), 'the value of the tag "team" of a parameter must have up to 256 letters'],
    ['a key twice', [...tags({ team: 'iot' })!, ...tags({ team: 'plant' })!], 'tags of a parameter must have different keys, got "team" twice'],
    ['too many', tags(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`tag-${n}`, 'x']))), 'a parameter must have at most 50 tags, got 51'],
  ])('is not made: %s', async (_, Tags, message) => {
    await expect(handle(creation(undefined, { Tags }))).rejects.toThrow(message);
    expect(world.parameters.size).toBe(0);
  });
});
