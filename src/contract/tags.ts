import { Complaint, quote } from './rules';

/** A tag, as it appears in a template. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * What AWS accepts as the tags of a parameter. The characters are those in AWS's own messages; lengths are counted in Unicode characters.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Tag.html
 * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
 */
export const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** AWS reserves this prefix, in upper case too. */
const RESERVED = /^aws:/i;

/** How a user keeps a tag off a parameter. */
const WAY_OUT = 'choose other tags, or exclude parameters from a tag: Tags.of(…).add(…, { excludeResourceTypes: [\'AWS::SSM::Parameter\'] })';

/** Checks the keys of all tags of a parameter, some of which may be the same. */
export function checkTagKeys(keys: readonly string[]): Complaint {
  const twice = keys.find((key, index) => keys.indexOf(key) < index);
  if (twice !== undefined) {
    return `tags of a parameter must have different keys, got ${quote(twice)} twice`;
  }
  return keys.length <= MAX_TAGS ? undefined : `a parameter must have at most ${MAX_TAGS} tags, got ${keys.length}; ${WAY_OUT}`;
}

/** Checks the key of one tag. */
export function checkTagKey(key: unknown): Complaint {
  return isText(key, MAX_KEY) && key !== '' && !RESERVED.test(key) ? undefined
    : `the key of a tag of a parameter must have 1 to ${MAX_KEY} letters, digits, spaces and _ . : / = + - @, and must not begin with aws:, `
      + `got ${quote(key)}; ${WAY_OUT}`;
}

/** Checks the value of one tag. */
export function checkTagValue(key: string, value: unknown): Complaint {
  return isText(value, MAX_VALUE) ? undefined
    : `the value of the tag ${quote(key)} of a parameter must have up to ${MAX_VALUE} letters, digits, spaces and _ . : / = + - @, `
      + `got ${quote(value)}; ${WAY_OUT}`;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && [...value].length <= longest && CHARACTERS.test(value);
}
