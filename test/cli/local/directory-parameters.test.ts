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

  test('of one path do not mind those below it', async () => {
    await parameters().write('/iot', SERIAL, 'one');
    await parameters().write(PATH, SERIAL, 'two');
    await parameters().release('/iot', SERIAL);
    expect(await parameters().read('/iot', SERIAL)).toBeUndefined();
    expect(await parameters().read(PATH, SERIAL)).toBe('two');
  });

  test('leave no file and no empty folder when they are let go, and nothing that is not theirs', async () => {
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
