import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CliError, messageOf } from './cli-error';
import { readBytesIfPresent } from './read-file';

/** Files and folders. Each change of a file is whole or not there, even if the process or the machine stops in the middle. */
export interface Disk {
  /** What a file holds, or `undefined` where there is none. */
  read(path: string): Buffer | undefined;
  /** The names of what is in a folder; none where it is not there. */
  list(folder: string): string[];
  /** Puts a file in place; who reads it sees the old content or the new one. */
  replace(path: string, content: string, mode: number): void;
  /** Removes a file; does nothing where it is gone. */
  remove(path: string): void;
  /** Makes a folder into which only its owner may look; one that is there may have been made by hand. */
  makePrivateFolder(folder: string): void;
  /** Removes a folder, if it is there and empty. */
  removeIfEmpty(folder: string): void;
}

/** The modes of the files that are written here. */
export const FileMode = {
  /** What anybody may read. */
  PUBLIC: 0o644,
  /** What only its owner may read: private keys, and the state of a local deployment. */
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
    // The name is always the same, so that the remains of a process that was stopped are overwritten by the next.
    const temporary = join(folder, `.${basename(path)}.private-iot-ca.tmp`);
    attempt(path, 'written', () => {
      rmSync(temporary, { force: true });
      const file = openSync(temporary, 'wx', mode);
      try {
        writeFileSync(file, content);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
      syncFolder(folder);
    });
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
      throw new CliError(`${folder}: can't be made a folder that only its owner may look into: ${messageOf(error)}`);
    }
  },

  removeIfEmpty(folder) {
    try {
      rmdirSync(folder);
    } catch {
      // It was never made, or it holds something.
    }
  },
};

/**
 * Makes a folder, and those above it that are not there. It does so without the option `recursive` of Node.js, which tries for ever
 * where the folder above is there and says that it is not, as `/proc` does.
 *
 * @returns whether it was not there before
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

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function attempt(path: string, verb: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    throw new CliError(`${path}: can't be ${verb}: ${messageOf(error)}`);
  }
}

/** A new name is only certain to last once its folder is on the disk. Windows knows no such call. */
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
