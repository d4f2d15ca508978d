import { join } from 'node:path';
import { parseJsonMap } from './json';
import { readBytes } from './read-file';

/** The version of this package. Its package.json is two folders above this file, both in the sources and in the bundle. */
export function packageVersion(): string {
  const file = join(__dirname, '..', '..', 'package.json');
  return String(parseJsonMap(file, readBytes(file)).version);
}
