import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CliError } from './cli-error';

/** No file that is read here comes near it; a device file or a disk image would take all memory, if not all time. */
const MAX_BYTES = 256 * 1024 * 1024;

const CHUNK_BYTES = 64 * 1024;

/** What stands for standard input in the place of a file; a file of this name is `./-`. */
export const STANDARD_INPUT = '-';

/** Standard input is asked again after so long, where its writer is slower. */
const WAIT_MILLISECONDS = 10;

const REASONS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder',
  EACCES: 'you have no permission to read it',
  EFBIG: `it has more than ${MAX_BYTES / 1024 / 1024} MB`,
};

/**
 * Reads a file that has to be there.
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

/** What was named on the command line: a file, or standard input. */
export interface Input {
  /** The path; what it is called in headings and errors. */
  readonly name: string;
  readonly content: Buffer;
}

/**
 * Reads a file that has to be there, or standard input in the place of `-`.
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

/** Reads a file, or answers `undefined` where there is none. */
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
 * @param otherwise is told why that is not possible, without the path
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

/** Reads a file, or what comes out of a pipe. */
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

/** Reads what is there, once something is: the parent process may have set standard input to non-blocking. */
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
