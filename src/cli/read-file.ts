import { readFileSync } from 'node:fs';
import { CliError } from './cli-error';

const REASONS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder',
  EACCES: 'this user may not read it',
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
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return otherwise(REASONS[code] ?? `it can't be read (${code})`, code === 'ENOENT' || code === 'ENOTDIR');
  }
}
