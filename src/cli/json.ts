import { CliError } from './cli-error';
import { isMap, JsonMap } from '../contract/json-map';
import { textOfFile } from '../contract/text-of-file';

/** Looks up a name among the own members of a map: `constructor` and the like are ordinary names here. */
export function own<T>(map: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Parses JSON whose outermost value is a map. */
export function parseJsonMap(path: string, content: Buffer): JsonMap {
  let value: unknown;
  try {
    value = JSON.parse(textOfFile(content));
  } catch {
    // The parser's own message quotes the file, which may contain something that must not be shown.
    throw new CliError(`${path}: this is not JSON${content.length === 0 ? ' (the file is empty)' : ''}`);
  }
  if (!isMap(value)) {
    throw new CliError(`${path}: this is JSON, but not a map of names to values`);
  }
  return value;
}

/** An optional member, which must be a string if it is present. */
export function optionalString(map: JsonMap, name: string, where: string): string | undefined {
  const value = map[name];
  if (value !== undefined && typeof value !== 'string') {
    throw new CliError(`${where}.${name} must be a string`);
  }
  return value;
}
