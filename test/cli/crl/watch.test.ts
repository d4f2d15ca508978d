import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caFile, crlFetch, CrlRun } from './run-crl';
import { CrlFetchOptions } from '../../../src/cli/crl-command';
import { localDisk } from '../../../src/cli/disk';
import { NOW, TestCa, testCa } from '../../pki/fixtures';
import { testCrl } from '../../pki/revocation/fixtures';
import { temporaryFolder } from '../../support/cli-assembly';
import { ListServer } from '../../support/list-server';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const server = new ListServer();
let folder: string;
let ca: TestCa;
let options: CrlFetchOptions;

beforeAll(async () => {
  await server.start();
  ca = await testCa();
});

afterAll(() => server.stop());

beforeEach(() => {
  folder = temporaryFolder();
  options = { url: [server.url('/ca.crl')], ca: [caFile(folder, 'ca.pem', ca.certificate)], out: join(folder, 'crl.pem'), watch: true };
});

/** A list whose number grows, and which counts for so many hours from a point in time. */
async function publish(number: number, from: number, hours: number): Promise<void> {
  server.publish('/ca.crl', await testCrl(ca, { number, thisUpdate: new Date(from), nextUpdate: new Date(from + hours * HOUR) }));
}

/** What happens during a watch. */
interface Watched extends CrlRun {
  /** The pauses, in minutes. */
  readonly pauses: readonly number[];
  readonly commands: readonly string[];
}

/**
 * Watches with a clock that moves on by each pause, until the script is at its end.
 *
 * @param script what happens during each pause
 */
async function watch(
  script: readonly ((now: number) => unknown)[], more: Partial<CrlFetchOptions> = {}, failures: (string | undefined)[] = [],
): Promise<Watched> {
  let now = NOW.getTime();
  let stop = (): void => undefined;
  const pauses: number[] = [];
  const commands: string[] = [];
  const run = await crlFetch({ ...options, ...more }, {
    clock: () => new Date(now),
    sleep: async milliseconds => {
      pauses.push(milliseconds / MINUTE);
      now += milliseconds;
      await script[pauses.length - 1](now);
      if (pauses.length === script.length) {
        stop();
      }
    },
    onStop: callback => {
      stop = callback;
      return () => undefined;
    },
    run: async command => {
      commands.push(command);
      return failures.shift();
    },
  });
  return { ...run, pauses, commands };
}

const nothing = (): void => undefined;

test('a watch fetches again at half of the rest of the list\'s life, down to a minute, and takes the new list as soon as it is there', async () => {
  await publish(1, NOW.getTime(), 64 / 60);
  const steps = Array.from({ length: 5 }, () => nothing);
  const { fresh, pauses, stdout } = await watch([...steps, now => publish(2, now, 64 / 60), nothing]);
  expect([fresh, pauses]).toEqual([true, [32, 16, 8, 4, 2, 1, 32]]);
  expect(stdout.match(/^\S+: .*|number \d/gm)).toEqual([expect.stringMatching(/changed$/), 'number 1', expect.stringMatching(/changed$/), 'number 2']);
});

test('a watch does not wait longer than its interval, which is an hour by default', async () => {
  await publish(1, NOW.getTime(), 24 * 7);
  expect((await watch([nothing, nothing])).pauses).toEqual([60, 60]);
  expect((await watch([nothing], { interval: '5' })).pauses).toEqual([5]);
});

test('a watch retries after a minute, and then ever more rarely, until it has the list', async () => {
  server.answers.delete('/ca.crl');
  const { fresh, pauses, stderr } = await watch([...Array.from({ length: 7 }, () => nothing), now => publish(1, now, 24), nothing]);
  expect([fresh, pauses]).toEqual([true, [1, 2, 4, 8, 16, 32, 60, 60, 60]]);
  expect(stderr.match(/^error: .* got 404$/gm)).toHaveLength(8);
});

test('a watch warns when a tenth of the list\'s life is left, and when it has passed', async () => {
  await publish(1, NOW.getTime(), 10);
  const { stderr } = await watch(Array.from({ length: 14 }, () => nothing));
  const said = stderr.split('\n');
  expect(said[0]).toBe('warning: the list of CN=Acme IoT Root CA,O=Acme,C=CN with the number 1 is valid only until 2026-03-01 22:00:00 UTC, and no newer one was found');
  expect(stderr).not.toContain('is not valid');
  const later = await watch([...Array.from({ length: 30 }, () => nothing)]);
  expect(later.stderr).toContain('warning: the list of CN=Acme IoT Root CA,O=Acme,C=CN with the number 1 is not valid: it was to be replaced by 2026-03-01 22:00:00 UTC\n');
});

test('a watch runs the command after each change, and again after it has failed', async () => {
  await publish(1, NOW.getTime(), 24 * 7);
  const { commands, stderr, pauses } = await watch([nothing, now => publish(2, now, 24 * 7), nothing, nothing], { run: 'reload' }, [undefined, 'it ended with the exit code 1']);
  expect(commands).toEqual(['reload', 'reload', 'reload']);
  expect(stderr).toBe('error: the command of --run has failed after the file has changed: it ended with the exit code 1\n');
  expect(pauses).toEqual([60, 60, 1, 60]);
});

test('a watch goes on when the file can\'t be written for a while, or holds something else', async () => {
  await publish(1, NOW.getTime(), 24 * 7);
  const { fresh, stderr, pauses } = await watch([() => writeFileSync(options.out, 'mine'), () => localDisk.remove(options.out), nothing]);
  expect([fresh, pauses]).toEqual([true, [60, 1, 60]]);
  expect(stderr).toMatch(/^error: .*crl\.pem: there must be a certificate revocation list in DER or PEM, got something else; this file is not overwritten: .*\n$/);
});

test('a watch ends at once where the file holds something else from the beginning', async () => {
  writeFileSync(options.out, 'mine');
  await expect(watch([nothing])).rejects.toThrow(/this file is not overwritten/);
});

test('a single run that has changed the file runs the command, and fails with it', async () => {
  await publish(1, NOW.getTime(), 24 * 7);
  const once = (failure?: string) => crlFetch({ ...options, watch: false, run: 'reload' }, { run: () => Promise.resolve(failure) });
  expect(await once('it was ended by SIGTERM')).toMatchObject({ fresh: false, stderr: 'error: the command of --run has failed after the file has changed: it was ended by SIGTERM\n' });
  expect(await once('it is not run again')).toMatchObject({ fresh: true, stderr: '' });
});
