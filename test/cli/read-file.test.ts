import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readBytes } from '../../src/cli/read-file';
import { temporaryFolder } from '../support/cli-assembly';
import { cliError } from '../support/cli-run';

const BUNDLE = resolve(__dirname, '..', '..', 'assets', 'cli', 'private-iot-ca.js');

describe('a file', () => {
  test('is read to the byte, whatever its length', () => {
    const file = join(temporaryFolder(), 'file');
    for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
      const content = Buffer.alloc(length).map((_, index) => index % 251) as Buffer;
      writeFileSync(file, content);
      expect(readBytes(file).equals(content)).toBe(true);
    }
  });

  test('that is longer than any of this tool is an error that says so, before it fills the memory', async () => {
    const file = join(temporaryFolder(), 'disk.img');
    writeFileSync(file, '');
    truncateSync(file, 257 * 1024 * 1024); // takes no room
    expect(await cliError('inspect', file)).toBe(`error: ${file}: it has more than 256 MB`);
    expect(await cliError('export', '--outputs', '/dev/zero')).toBe('error: /dev/zero: it has more than 256 MB');
  });

  test('can be a pipe, as a shell makes it of a command', () => {
    const certificate = 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=piped -keyout /dev/null 2>/dev/null';
    expect(execFileSync('bash', ['-c', `"$0" "$1" inspect <(${certificate})`, process.execPath, BUNDLE], { encoding: 'utf8' })).toContain('CN=piped');
  });
});
