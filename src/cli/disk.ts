import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CliError, messageOf } from './cli-error';
import { readBytesIfPresent } from './read-file';

/**
 * Files and folders. Each change of a file, except for an addition, happens completely or not at all, even if the process or the machine stops
 * in the middle.
 */
export interface Disk {
  /** The content of a file, or `undefined` if there is no such file. */
  read(path: string): Buffer | undefined;
  /** The names of the files and folders in a folder; empty if there is no such folder. */
  list(folder: string): string[];
  /** Puts a file in place. A reader sees either the old content or the new content. */
  replace(path: string, content: string | Buffer, mode: number): void;
  /** Adds text to the end of an existing file. If the process stops in the middle, only the beginning of the text may be there. */
  append(path: string, content: string): void;
  /** Removes a file; does nothing if it does not exist. */
  remove(path: string): void;
  /** Makes a folder that only its owner may look into. It changes an existing folder too, which may have been made by hand. */
  makePrivateFolder(folder: string): void;
  /** Removes a folder if it exists and is empty. */
  removeIfEmpty(folder: string): void;
}

/** The modes of the files that are written here. */
export const FileMode = {
  /** A file that anyone may read. */
  PUBLIC: 0o644,
  /** A file that only its owner may read: private keys, and the state of a local deployment. */
  PRIVATE: 0o600,
} as const;

/** Only the owner may look into the folders of keys. */
const PRIVATE_FOLDER = 0o700;

/** The disk of this machine. */
export const localDisk: Disk = {
  read: readBytesIfPresent,

  list(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },

  replace(path, content, mode) {
    const folder = dirname(path);
    // The name is always the same, so the next process overwrites what a stopped process has left behind.
    const temporary = join(folder, `.${basename(path)}.private-iot-ca.tmp`);
    attempt(path, 'written', () => {
      rmSync(temporary, { force: true });
      writeThrough(temporary, 'wx', content, mode);
      renameSync(temporary, path);
      syncFolder(folder);
    });
  },

  append(path, content) {
    attempt(path, 'written', () => writeThrough(path, 'a', content));
  },

  remove(path) {
    attempt(path, 'removed', () => {
      rmSync(path, { force: true });
      syncFolder(dirname(path));
    });
  },

  makePrivateFolder(folder) {
    try {
      makeFolder(folder, PRIVATE_FOLDER);
      chmodSync(folder, PRIVATE_FOLDER);
    } catch (error) {
      throw new CliError(`${folder}: can't be created as a folder that only its owner can access: ${messageOf(error)}`);
    }
  },

  removeIfEmpty(folder) {
    try {
      rmdirSync(folder);
    } catch {
      // The folder was never made, or it is not empty.
    }
  },
};

/**
 * Makes a folder and the missing folders above it. It does not use the option `recursive` of Node.js, which retries forever if the folder
 * above exists but reports that it does not, as `/proc` does.
 *
 * @returns whether the folder did not exist before
 */
export function makeFolder(folder: string, mode?: number): boolean {
  const above = dirname(folder);
  if (above !== folder && !isFolder(folder) && !isFolder(above)) {
    makeFolder(above, mode);
  }
  try {
    mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    if (isFolder(folder)) {
      return false;
    }
    throw error;
  }
}

/** Whether there is a folder of this name. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function attempt(path: string, verb: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    throw new CliError(`${path}: can't be ${verb}: ${messageOf(error)}`);
  }
}

/** Writes a file, and syncs it to the disk. */
function writeThrough(path: string, flags: string, content: string | Buffer, mode?: number): void {
  const file = openSync(path, flags, mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Syncs a folder to the disk. Only then is a new name in it certain to last. Windows has no such call. */
function syncFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } catch {
    // Not every file system syncs folders; the rename itself was atomic.
  } finally {
    closeSync(handle);
  }
}
