import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import {
  AddTagsToResourceCommand, DescribeParametersCommand, GetParameterCommand, ListTagsForResourceCommand, ParameterMetadata,
  PutParameterCommand, SSMClient,
} from '@aws-sdk/client-ssm';
import { ParameterVersions } from '../../../src/issuing/aws/parameter-versions';
import { awsCalls, systemsManager } from '../../support/aws-clients';
import { FaultKind, FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

let proxy: FaultProxy;
let client: SSMClient;
let parameters: ParameterVersions;
let path: string;

beforeAll(async () => {
  proxy = await FaultProxy.start(await motoUrl());
}, MOTO_TIMEOUT);
beforeEach(() => {
  proxy.reset();
  client = systemsManager(proxy.url); // a new one, which no earlier test has slowed down
  parameters = new ParameterVersions(client, awsCalls());
  path = `/iot/devices/Sensor001-${randomBytes(4).toString('hex')}`;
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => proxy.stop());

const serialNumber = () => randomBytes(20).toString('hex').toUpperCase();

const operations = () => proxy.calls.map(({ operation }) => operation);

async function metadata(version: string): Promise<ParameterMetadata> {
  const { Parameters = [] } = await client.send(new DescribeParametersCommand({
    ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: [`${path}/${version}`] }],
  }));
  return Parameters[0];
}

/** What Systems Manager holds, without anybody's right to decrypt it. */
async function stored(version: string): Promise<string | undefined> {
  return (await client.send(new GetParameterCommand({ Name: `${path}/${version}` }))).Parameter?.Value;
}

describe('a key in a parameter', () => {
  test('is not there under a path that nothing was written to', async () => {
    expect(await parameters.read(path, serialNumber())).toBeUndefined();
  });

  test('is read back by its serial number', async () => {
    const [first, second] = [serialNumber(), serialNumber()];
    expect(await parameters.write(path, first, 'key 1', 'owner')).toBe('key 1');
    expect(await parameters.write(path, second, 'key 2', 'owner')).toBe('key 2');
    expect(await parameters.read(path, first)).toBe('key 1');
    expect(await parameters.read(path, second)).toBe('key 2');
    expect(await parameters.read(path, serialNumber())).toBeUndefined();
  });

  test('is encrypted with the account\'s key for parameters', async () => {
    const version = serialNumber();
    await parameters.write(path, version, 'key 1', 'owner');
    expect(await stored(version)).not.toBe('key 1');
    expect(await metadata(version)).toMatchObject({ Type: 'SecureString', KeyId: 'alias/aws/ssm', Tier: 'Intelligent-Tiering' });
  });

  test('is encrypted with the key that is named', async () => {
    const version = serialNumber();
    const key = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(await parameters.write(path, version, 'key 1', 'owner', { encryptionKey: key })).toBe('key 1');
    expect(await metadata(version)).toMatchObject({ Type: 'SecureString', KeyId: key });
  });

  test('is kept whole if it is too long for a standard parameter', async () => {
    const version = serialNumber();
    const long = 'k'.repeat(8_000);
    await parameters.write(path, version, long, 'owner');
    expect(await parameters.read(path, version)).toBe(long);
  });

  test('stays the first one when its version is written again', async () => {
    const version = serialNumber();
    await parameters.write(path, version, 'key 1', 'owner');
    expect(await parameters.write(path, version, 'key 2', 'owner')).toBe('key 1');
    expect(await parameters.read(path, version)).toBe('key 1');
    expect((await metadata(version)).Version).toBe(1);
  });

  test('is the same for both of two writes at the same time', async () => {
    const version = serialNumber();
    const standing = await Promise.all(['key 1', 'key 2'].map(value => parameters.write(path, version, value, 'owner')));
    expect(standing[0]).toBe(standing[1]);
    expect(await parameters.read(path, version)).toBe(standing[0]);
  });

  test.each<FaultKind>(['reset', 'serverError'])('is kept by a write whose answer is lost (%s)', async kind => {
    const version = serialNumber();
    proxy.faults = index => index === 0 ? { kind, when: 'after' } : undefined;
    expect(await parameters.write(path, version, 'key 1', 'owner')).toBe('key 1');
    expect(operations()).toEqual(['PutParameter', 'PutParameter', 'GetParameter']);
    expect((await metadata(version)).Version).toBe(1);
  });

  test('stays if another delivery overtakes the write', async () => {
    const version = serialNumber();
    const other = new ParameterVersions(systemsManager(proxy.target.href), awsCalls());
    proxy.faults = async index => {
      if (index > 0) {
        return undefined;
      }
      await other.write(path, version, 'key 2', 'owner');
      return { kind: 'reset', when: 'before' };
    };
    expect(await parameters.write(path, version, 'key 1', 'owner')).toBe('key 2');
  });

  test('is waited for if it is there but not visible yet', async () => {
    const version = serialNumber();
    await parameters.write(path, version, 'key 1', 'owner');
    let looks = 0;
    jest.spyOn(client, 'send').mockImplementation((function (this: SSMClient, command: object, ...rest: unknown[]) {
      return command instanceof GetParameterCommand && looks++ < 2
        ? Promise.reject(Object.assign(new Error(), { name: 'ParameterNotFound' }))
        : Reflect.apply(SSMClient.prototype.send, this, [command, ...rest]);
    }) as never);
    await expect(parameters.write(path, version, 'key 2', 'owner')).resolves.toBe('key 1');
    expect(looks).toBe(3);
  });

  test('ends with the deadline if its write is put off again and again', async () => {
    const end = new AbortController();
    proxy.faults = index => {
      if (index === 1) {
        end.abort();
      }
      return { kind: 'throttled', when: 'before' };
    };
    const late = new ParameterVersions(systemsManager(proxy.url, 100), awsCalls(60_000, end.signal));
    await expect(late.write(path, serialNumber(), 'key', 'owner')).rejects.toThrow(/^ssm:PutParameter on the parameter \S+ failed: AbortError$/);
    const made = proxy.calls.length;
    await expect(late.read(path, serialNumber())).rejects.toThrow(/AbortError/);
    expect(proxy.calls).toHaveLength(made); // nothing is sent after it
  });

  test('is written even if the account takes no more keys in that second', async () => {
    let free = 3; // then one of three is refused, as often as it comes
    proxy.faults = (_, { operation }) => operation === 'PutParameter' && free-- <= 0 && free % 3 === 0 ? { kind: 'throttled', when: 'before' } : undefined;
    const versions = Array.from({ length: 6 }, serialNumber);
    await Promise.all(versions.map(version => parameters.write(path, version, `key ${version}`, 'owner')));
    for (const version of versions) {
      expect(await parameters.read(path, version)).toBe(`key ${version}`);
    }
    expect(operations().filter(operation => operation === 'PutParameter').length).toBeGreaterThan(6);
  });

  test('becomes the current one without a change or a call', async () => {
    await parameters.makeCurrent();
    expect(proxy.calls).toEqual([]);
  });
});

describe('the tags of a key', () => {
  const TEAM = { Key: 'team', Value: 'iot' };
  const OWNER = { Key: 'owner', Value: 'größe 7' };

  async function tagsOf(version: string): Promise<{ [key: string]: string }> {
    const { TagList = [] } = await client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: `${path}/${version}` }));
    return Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value]));
  }

  async function written(...tags: { Key: string; Value: string }[]): Promise<string> {
    const version = serialNumber();
    await parameters.write(path, version, 'key', 'owner', { tags });
    proxy.reset();
    return version;
  }

  test('are on its parameter as soon as that is there, by the one call that makes it', async () => {
    const version = serialNumber();
    await parameters.write(path, version, 'key', 'owner', { tags: [TEAM, OWNER] });
    expect(operations()).toEqual(['PutParameter']);
    expect(await tagsOf(version)).toEqual({ team: 'iot', owner: 'größe 7' });
  });

  test('are not asked of AWS if there are none', async () => {
    const version = serialNumber();
    await parameters.write(path, version, 'key', 'owner', { tags: [] });
    await parameters.tag(path, version, [], []);
    expect(operations()).toEqual(['PutParameter']);
    expect(JSON.parse(proxy.calls[0].body).Tags).toBeUndefined();
  });

  test('are changed, added and taken away, without a change to the tags of others or to the key', async () => {
    const version = await written(TEAM, OWNER);
    await client.send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: `${path}/${version}`, Tags: [{ Key: 'found-by', Value: 'audit' }] }));
    proxy.reset();
    await parameters.tag(path, version, [{ Key: 'team', Value: 'plant' }, { Key: 'stage', Value: '' }], ['owner', 'never-there']);
    expect(operations()).toEqual(['RemoveTagsFromResource', 'AddTagsToResource']); // there is room for 50
    expect(await tagsOf(version)).toEqual({ 'team': 'plant', 'stage': '', 'found-by': 'audit' });
    expect(await parameters.read(path, version)).toBe('key');
    expect((await metadata(version)).Version).toBe(1);
  });

  test.each([
    ['taken away', [], ['team'], ['RemoveTagsFromResource'], {}],
    ['put on', [OWNER], [], ['AddTagsToResource'], { team: 'iot', owner: 'größe 7' }],
  ])('are %s by the one call that does it', async (_, tags, formerKeys, calls, after) => {
    const version = await written(TEAM);
    await parameters.tag(path, version, tags, formerKeys);
    expect(operations()).toEqual(calls);
    expect(await tagsOf(version)).toEqual(after);
  });

  test.each<FaultKind>(['reset', 'serverError'])('are as they are asked for after a call whose answer is lost (%s)', async kind => {
    const version = await written(TEAM);
    proxy.faults = index => index === 0 ? { kind, when: 'after' } : undefined;
    await parameters.tag(path, version, [OWNER], ['team']);
    expect(await tagsOf(version)).toEqual({ owner: 'größe 7' });
  });

  test('stay as they were if a parameter is there already, because another delivery of the request has made it with the same', async () => {
    const version = await written(TEAM);
    expect(await parameters.write(path, version, 'other', 'owner', { tags: [OWNER] })).toBe('key');
    expect(await tagsOf(version)).toEqual({ team: 'iot' });
  });

  test('of a parameter that somebody has deleted are an error that says what to do', async () => {
    const version = serialNumber();
    await expect(parameters.tag(path, version, [TEAM], [])).rejects.toThrow(`ssm:AddTagsToResource on the parameter ${path}/${version} failed: InvalidResourceId; `
      + 'the parameter no longer exists; raise `generation`, so that the certificate gets a new key');
    await expect(parameters.tag(path, version, [], ['team'])).rejects.toThrow(/^ssm:RemoveTagsFromResource on the parameter \S+ failed: InvalidResourceId; /);
  });

  test('that are denied are an error that names the action', async () => {
    const version = await written(TEAM);
    proxy.faults = () => ({ kind: 'denied', when: 'before' });
    await expect(new ParameterVersions(client, awsCalls(0)).tag(path, version, [TEAM], [])).rejects.toThrow(
      `ssm:AddTagsToResource on the parameter ${path}/${version} failed: AccessDeniedException; the role of the function must be allowed to perform this action`);
  });

  test('that have no room beside those of others are an error that names the limit', async () => {
    const version = serialNumber();
    jest.spyOn(client, 'send').mockRejectedValue(Object.assign(new Error(), { name: 'TooManyTagsError' }) as never); // moto has no such bound
    await expect(parameters.tag(path, version, [TEAM], [])).rejects.toThrow(`ssm:AddTagsToResource on the parameter ${path}/${version} failed: TooManyTagsError; `
      + 'a parameter can have 50 tags, and it has some besides those of the app; remove some of these');
  });
});

describe('the release of a key', () => {
  test('deletes its parameter, and no other', async () => {
    const [first, second] = [serialNumber(), serialNumber()];
    await parameters.write(path, first, 'key 1', 'owner');
    await parameters.write(path, second, 'key 2', 'owner');
    await parameters.release(path, second);
    expect(await parameters.read(path, first)).toBe('key 1');
    expect(await parameters.read(path, second)).toBeUndefined();
  });

  test.each<[string, () => Promise<boolean>]>([
    ['twice', async () => {
      const version = serialNumber();
      await parameters.write(path, version, 'key', 'owner');
      await parameters.release(path, version);
      return parameters.release(path, version);
    }],
    ['that never was', async () => parameters.release(path, serialNumber())],
    ['and losing the answer', async () => {
      const version = serialNumber();
      await parameters.write(path, version, 'key', 'owner');
      proxy.faults = (_, { operation }) => operation === 'DeleteParameter' && operations().filter(each => each === operation).length === 1
        ? { kind: 'reset', when: 'after' } : undefined;
      const isGone = await parameters.release(path, version);
      expect(operations().filter(each => each === 'DeleteParameter')).toHaveLength(2);
      return isGone;
    }],
  ])('is no error: %s', async (_, release) => {
    await expect(release()).resolves.toBe(true);
  });

  test('is an error without the right to it, because nobody else would delete the parameter', async () => {
    const version = serialNumber();
    proxy.faults = () => ({ kind: 'denied', when: 'before' });
    await expect(new ParameterVersions(client, awsCalls(0)).release(path, version)).rejects.toThrow(
      `ssm:DeleteParameter on the parameter ${path}/${version} failed: AccessDeniedException; the role of the function must be allowed to perform this action`);
  });
});

describe('a parameter', () => {
  test.each(['String', 'StringList'] as const)('is refused if it has the type %s under the name, because its value is nobody\'s key', async Type => {
    const version = serialNumber();
    await client.send(new PutParameterCommand({ Name: `${path}/${version}`, Type, Value: 'planted' }));
    const message = `the parameter ${path}/${version} must be a SecureString, as this library writes it, got "${Type}"; `
      + 'it was created outside this library, so its value can\'t be trusted as a key; delete it and deploy again';
    await expect(parameters.read(path, version)).rejects.toThrow(message);
    await expect(parameters.write(path, version, 'key 1', 'owner')).rejects.toThrow(message);
    expect(await stored(version)).toBe('planted');
  });

  test('is refused if AWS does not take its name', async () => {
    await expect(parameters.write('/ssm/devices', serialNumber(), 'key', 'owner')).rejects.toThrow(
      /^ssm:PutParameter on the parameter \/ssm\/devices\/[0-9A-F]{40} failed: ValidationException$/);
  });

  test.each<FaultKind>(['denied', 'throttled', 'serverError', 'reset'])('is never shown in an error about its key: %s', async kind => {
    const logged = ['log', 'info', 'warn', 'error', 'debug'].map(name => jest.spyOn(console, name as 'log').mockImplementation());
    proxy.faults = (_, { operation }) => operation === 'PutParameter' ? { kind, when: 'before' } : undefined;
    const impatient = new ParameterVersions(systemsManager(proxy.url, 1), awsCalls(0));
    const failure = await impatient.write(path, serialNumber(), 'very secret', 'owner').catch(error => error);
    expect(failure.message).toMatch(new RegExp(`^ssm:PutParameter on the parameter ${path}/[0-9A-F]{40} failed: \\w+(; |$)`));
    expect([failure.message, failure.stack, inspect(logged.map(({ mock }) => mock.calls), { depth: 9 })].join()).not.toContain('very secret');
  });
});
