import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '../../../src/cli/local/lock';
import { temporaryFolder } from '../../support/cli-assembly';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

function writeLock(content: object | string): void {
  writeFileSync(join(folder, 'lock'), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the lock of a directory', () => {
  test('keeps a second run out until the first one is done', () => {
    const unlock = lockDirectory(folder);
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toEqual({ pid: process.pid, host: hostname() });
    expect(() => lockDirectory(folder)).toThrow(`${folder}: another run is using this directory (process ${process.pid} on ${hostname()})`);
    unlock();
    lockDirectory(folder)();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  test('of a process that is gone is taken over', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeLock({ pid, host: hostname() });
    const unlock = lockDirectory(folder);
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')).pid).toBe(process.pid);
    unlock();
  });

  test('of an earlier process that had the number of this one, as in a container that was started again, is taken over', () => {
    writeLock({ pid: process.pid, host: hostname() });
    lockDirectory(folder)();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  test('of another machine is respected, because nobody can tell whether its process is gone', () => {
    writeLock({ pid: 1, host: 'another-machine' });
    expect(() => lockDirectory(folder)).toThrow('process 1 on another-machine');
  });

  test('that is damaged is left alone, with a way out in the message', () => {
    writeLock('???');
    expect(() => lockDirectory(folder)).toThrow(`remove ${join(folder, 'lock')}`);
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe('???');
  });

  test('makes the directory, which is removed again if nothing came of the run', () => {
    const made = join(folder, 'new');
    const unlock = lockDirectory(made);
    unlock();
    expect(existsSync(made)).toBe(false);
  });
});
