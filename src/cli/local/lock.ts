import { readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CliError, messageOf } from '../cli-error';
import { makeFolder } from '../disk';

/** The holder of a lock, as the lock file describes it. */
interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** The lock files of this process. */
const held = new Set<string>();

const ATTEMPTS = 20;
const PAUSE_MILLISECONDS = 25;

/** How many pauses a process waits for another one that works on a file: ten seconds. */
const FILE_ATTEMPTS = 400;

/**
 * Locks a directory for this process. The directory is made if it does not exist.
 *
 * The lock of a process that is gone is taken over. Only the machine of that process knows whether it is gone.
 *
 * @returns a function that releases the directory
 */
export function lockDirectory(directory: string): () => void {
  let made: boolean;
  try {
    made = makeFolder(directory);
  } catch (error) {
    throw new CliError(`${directory}: can't be created: ${messageOf(error)}`);
  }
  const file = lockFileOf(directory);
  takeLock(file, { path: directory, kind: 'directory' });
  return () => release(directory, file, made);
}

/**
 * Does short work on a file while no other process does. It waits for a process that is at work, up to ten seconds. The lock file is beside
 * the file.
 */
export function withFileLocked<T>(path: string, work: () => T): T {
  const lock = join(dirname(path), `.${basename(path)}.private-iot-ca.lock`);
  takeLock(lock, { path, kind: 'file' }, FILE_ATTEMPTS);
  try {
    return work();
  } finally {
    held.delete(lock);
    rmSync(lock, { force: true });
  }
}

/** What is locked, for messages. */
interface Locked {
  readonly path: string;
  readonly kind: 'directory' | 'file';
}

/**
 * Makes a lock file.
 *
 * @param patience how many times to wait for a holder that is alive
 */
function takeLock(file: string, locked: Locked, patience = 0): void {
  const me: Holder = { pid: process.pid, host: hostname() };
  for (let attempt = 0; attempt < ATTEMPTS + patience; attempt++) {
    try {
      writeFileSync(file, `${JSON.stringify(me)}\n`, { flag: 'wx' });
      held.add(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        rmSync(file, { force: true }); // a full disk leaves an empty file
        throw new CliError(`${file}: can't be written: ${messageOf(error)}`);
      }
    }
    const text = contentOf(file);
    const holder = parseHolder(text);
    const alive = holder !== undefined && isAlive(file, holder);
    if (alive && attempt >= patience) {
      throw inUse(file, locked, holder);
    }
    if (holder && !alive) {
      takeAway(file, text!);
    } else {
      pause(); // the holder is at work, or the lock file is being written or removed at this moment
    }
  }
  throw new CliError(`${locked.path}: can't be locked; remove ${file} and ${file}.takeover if no other run is using this ${locked.kind}`);
}

function lockFileOf(directory: string): string {
  return join(directory, 'lock');
}

/** Refuses a directory that another run is using. A run that changes nothing there calls it instead of locking the directory. */
export function assertUnlocked(directory: string): void {
  const holder = holderOf(directory);
  if (holder) {
    throw inUse(lockFileOf(directory), { path: directory, kind: 'directory' }, holder);
  }
}

/** Whether a run is using a directory. */
export function isLocked(directory: string): boolean {
  return holderOf(directory) !== undefined;
}

function holderOf(directory: string): Holder | undefined {
  const file = lockFileOf(directory);
  const holder = parseHolder(contentOf(file));
  return holder && isAlive(file, holder) ? holder : undefined;
}

function inUse(file: string, { path, kind }: Locked, { pid, host }: Holder): CliError {
  return new CliError(`${path}: another run is using this ${kind} (process ${pid} on ${host}); wait for it to end, `
    + `or remove ${file} if there is no such process`);
}

/** Releases a directory. If the run made the directory and put nothing into it, the directory is removed. */
function release(directory: string, file: string, made: boolean): void {
  held.delete(file);
  rmSync(file, { force: true });
  if (made) {
    try {
      rmdirSync(directory);
    } catch {
      // The directory is not empty.
    }
  }
}

/**
 * Removes the lock of a process that is gone. Only one process at a time does so, and first reads the lock again: another process may
 * have removed it in the meantime and put its own lock in place.
 */
function takeAway(file: string, stale: string): void {
  const turn = `${file}.takeover`;
  try {
    writeFileSync(turn, '', { flag: 'wx' });
  } catch {
    pause();
    return;
  }
  try {
    if (contentOf(file) === stale) {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(turn, { force: true });
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(text ?? '') as Partial<Holder>;
    return Number.isInteger(pid) && typeof host === 'string' ? { pid: pid!, host } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(file: string, { pid, host }: Holder): boolean {
  if (host !== hostname()) {
    return true;
  }
  if (pid === process.pid) {
    return held.has(file); // in a restarted container, an earlier process had the same id
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // the process exists, and belongs to another user
  }
}

/** Waits, and blocks everything else meanwhile: there is nothing else to do. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MILLISECONDS);
}
