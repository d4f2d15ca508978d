import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDisk } from '../../../src/cli/disk';
import { DirectoryParameters } from '../../../src/cli/local/directory-parameters';
import { StateStore } from '../../../src/cli/local/state-store';
import { temporaryFolder } from '../../support/cli-assembly';

const PATH = '/iot/devices/Sensor001-ab12cd34';
const SERIAL = '0123456789ABCDEF0123456789ABCDEF01234567';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

function parameters(): DirectoryParameters {
  return new DirectoryParameters(StateStore.open(folder, localDisk), localDisk);
}

describe('the parameters of a directory', () => {
  test('have no version before one is written, and keep the first value of each', async () => {
    expect(await parameters().read(PATH, SERIAL)).toBeUndefined();
    expect(await parameters().write(PATH, SERIAL, 'one')).toBe('one');
    expect(await parameters().write(PATH, SERIAL, 'two')).toBe('one');
    expect(await parameters().read(PATH, SERIAL)).toBe('one');
  });

  test('are files that only their owner can read, in folders that only their owner can enter', async () => {
    await parameters().write(PATH, SERIAL, 'one');
    const path = ['keys', 'parameters', 'iot', 'devices', 'Sensor001-ab12cd34', `${SERIAL}.pem`];
    expect(path.map((_, depth) => (statSync(join(folder, ...path.slice(0, depth + 1))).mode % 0o1000).toString(8)))
      .toEqual(['700', '700', '700', '700', '700', '600']);
    expect(readFileSync(join(folder, ...path), 'utf8')).toBe('one');
  });

  test('of one path are independent of those below it', async () => {
    await parameters().write('/iot', SERIAL, 'one');
    await parameters().write(PATH, SERIAL, 'two');
    await parameters().release('/iot', SERIAL);
    expect(await parameters().read('/iot', SERIAL)).toBeUndefined();
    expect(await parameters().read(PATH, SERIAL)).toBe('two');
  });

  test('leave no file and no empty folder when they are released, and nothing of others', async () => {
    await parameters().write(PATH, SERIAL, 'one');
    await parameters().write('/iot/other', SERIAL, 'two');
    await parameters().makeCurrent();
    await parameters().release(PATH, SERIAL);
    await parameters().release(PATH, SERIAL);
    expect(readdirSync(join(folder, 'keys', 'parameters', 'iot'))).toEqual(['other']);
    writeFileSync(join(folder, 'keys', 'parameters', 'iot', 'other', 'my-notes'), '');
    await parameters().release('/iot/other', SERIAL);
    expect(readdirSync(join(folder, 'keys', 'parameters', 'iot', 'other'))).toEqual(['my-notes']);
  });

  describe('have their tags in a file beside them', () => {
    const FILE = join('keys', 'parameters', 'iot', 'devices', 'Sensor001-ab12cd34', `${SERIAL}.tags.json`);
    const tags = (values: { [key: string]: string }) => Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
    const inFile = () => JSON.parse(readFileSync(join(folder, FILE), 'utf8'));

    test('which only their owner can read', async () => {
      await parameters().write(PATH, SERIAL, 'one', 'owner', { tags: tags({ team: 'iot', owner: '' }) });
      expect(readFileSync(join(folder, FILE), 'utf8')).toBe('{\n  "owner": "",\n  "team": "iot"\n}\n');
      expect((statSync(join(folder, FILE)).mode % 0o1000).toString(8)).toBe('600');
      expect(await parameters().read(PATH, SERIAL)).toBe('one');
    });

    test('which has the declared tags, and those of others', async () => {
      await parameters().write(PATH, SERIAL, 'one', 'owner', { tags: tags({ team: 'iot', owner: 'acme', __proto__x: 'y' }) });
      writeFileSync(join(folder, FILE), JSON.stringify({ ...inFile(), mine: 'too' }));
      await parameters().tag(PATH, SERIAL, tags({ team: 'plant', stage: 'prod' }), ['owner', '__proto__x', 'never-there']);
      expect(inFile()).toEqual({ mine: 'too', stage: 'prod', team: 'plant' });
    });

    test('which is not there without tags, and goes with the last one and with the parameter', async () => {
      await parameters().write(PATH, SERIAL, 'one', 'owner', { tags: [] });
      expect(existsSync(join(folder, FILE))).toBe(false);
      await parameters().tag(PATH, SERIAL, tags({ team: 'iot' }), []);
      await parameters().tag(PATH, SERIAL, [], ['team']);
      expect(existsSync(join(folder, FILE))).toBe(false);
      expect(await parameters().read(PATH, SERIAL)).toBe('one');
      await parameters().tag(PATH, SERIAL, tags({ team: 'iot' }), []);
      await parameters().release(PATH, SERIAL);
      expect(readdirSync(join(folder, 'keys'))).toEqual([]);
    });

    test('which a parameter that is gone does not get', async () => {
      await expect(parameters().tag(PATH, SERIAL, tags({ team: 'iot' }), [])).rejects.toThrow('the parameter no longer exists; raise `generation`');
      expect(existsSync(join(folder, 'keys'))).toBe(false);
    });
  });

  test.each([
    ['/iot/../../../other', SERIAL],
    ['/..', SERIAL],
    ['/.', SERIAL],
    ['/iot/...', SERIAL],
    ['/iot//device', SERIAL],
    ['/iot/device/', SERIAL],
    ['iot/device', SERIAL],
    ['/', SERIAL],
    ['', SERIAL],
    ['/iot\\..\\device', SERIAL],
    ['/iot/a b', SERIAL],
    ['/iot/a\nb', SERIAL],
    ['/iot/a\0b', SERIAL],
    ['/a'.repeat(15), SERIAL],
    [PATH, '../other'],
    [PATH, '..'],
    [PATH, ''],
    [PATH, 'A1/B2'],
  ])('are never outside of their folder: %j, version %j', async (path, version) => {
    for (const attempt of [parameters().write(path, version, 'one'), parameters().read(path, version), parameters().release(path, version)]) {
      await expect(attempt).rejects.toThrow(/^the (path|last name) of a parameter must /);
    }
    expect(existsSync(join(folder, 'keys'))).toBe(false);
  });
});
