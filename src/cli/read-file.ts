import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CliError } from './cli-error';

/** The maximum size of a file. No intended file comes near it, but a device file or a disk image would take all memory, or never end. */
const MAX_BYTES = 256 * 1024 * 1024;

const CHUNK_BYTES = 64 * 1024;

/** Means standard input where a file is expected. A file of this name can be given as `./-`. */
export const STANDARD_INPUT = '-';

/** The pause before standard input is read again, if its writer is slower. */
const WAIT_MILLISECONDS = 10;

const REASONS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder',
  EACCES: 'you have no permission to read it',
  EFBIG: `it has more than ${MAX_BYTES / 1024 / 1024} MB`,
};

/**
 * Reads a file that must exist.
 *
 * @param remedy what to do if it is missing
 */
export function readBytes(path: string, remedy = ''): Buffer {
  const content = readBytesIfPresent(path);
  if (content === undefined) {
    throw new CliError(`${path}: ${REASONS.ENOENT}${remedy && `; ${remedy}`}`);
  }
  return content;
}

/** An input that was named on the command line: a file, or standard input. */
export interface Input {
  /** The name in headings and errors; for a file, its path. */
  readonly name: string;
  readonly content: Buffer;
}

/**
 * Reads a file that must exist, or standard input for `-`.
 *
 * @param remedy what to do if it is missing
 */
export function readInput(path: string, remedy = ''): Input {
  if (path !== STANDARD_INPUT) {
    return { name: path, content: readBytes(path, remedy) };
  }
  const name = 'standard input';
  const content = orReason(() => readAll(process.stdin.fd), reason => {
    throw new CliError(`${name}: ${reason}`);
  });
  return { name, content };
}

/** Reads a file; returns `undefined` if there is no such file. */
export function readBytesIfPresent(path: string): Buffer | undefined {
  return readBytesOr(path, (reason, isAbsent) => {
    if (isAbsent) {
      return undefined;
    }
    throw new CliError(`${path}: ${reason}`);
  });
}

/**
 * Reads a file.
 *
 * @param otherwise called if the file can't be read, with the reason, which does not contain the path
 */
export function readBytesOr<T>(path: string, otherwise: (reason: string, isAbsent: boolean) => T): Buffer | T {
  return orReason(() => readBounded(path), otherwise);
}

function orReason<T>(read: () => Buffer, otherwise: (reason: string, isAbsent: boolean) => T): Buffer | T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return otherwise(REASONS[code] ?? `it can't be read (${code})`, code === 'ENOENT' || code === 'ENOTDIR');
  }
}

/** Reads a file or a pipe. */
function readBounded(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    return readAll(file);
  } finally {
    closeSync(file);
  }
}

function readAll(file: number): Buffer {
  const chunks: Buffer[] = [];
  let length = fstatSync(file).size > MAX_BYTES ? Infinity : 0;
  for (let read = 1; read > 0 && length <= MAX_BYTES; length += read) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    read = readSome(file, chunk);
    chunks.push(chunk.subarray(0, read));
  }
  if (length > MAX_BYTES) {
    throw Object.assign(new Error(REASONS.EFBIG), { code: 'EFBIG' });
  }
  return Buffer.concat(chunks);
}

/** Waits until there is data, and reads it. The wait is needed because the parent process may have set standard input to non-blocking. */
function readSome(file: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(file, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') { // on Windows
        return 0;
      }
      if (code !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MILLISECONDS);
    }
  }
}
