import { isDeepStrictEqual } from 'node:util';
import { checkTagKey, checkTagKeys, checkTagValue, MAX_TAGS, Tag } from '../../contract/tags';
import { isSerialNumberOf } from '../../pki/serial-number';
import { complain, list, RawProperties, record } from '../../resource/property-values';
import { Declaration } from '../declaration/declaration';
import { LedgerEntry } from '../ledger/ledger';
import { Ports } from '../ports';

/** What a ledger knows of the tags of a key's parameter. */
export type TagFacts = Pick<LedgerEntry, 'tags' | 'formerTagKeys'>;

/** Reads the property `Tags`. */
export function tagsProperty(value: unknown): Tag[] {
  const tags = list('tags', value).map(each => tagFrom(record('tags', each)));
  complain(checkTagKeys(tags.map(({ Key }) => Key)));
  return tags.sort((one, other) => one.Key < other.Key ? -1 : 1);
}

function tagFrom({ Key, Value }: RawProperties): Tag {
  complain(checkTagKey(Key));
  complain(checkTagValue(Key as string, Value));
  return { Key: Key as string, Value: Value as string };
}

/**
 * What is recorded of the tags that are declared now, before they are put on the parameter; nothing where neither these nor earlier ones
 * are there. Of the keys that were declared before, as many are remembered as a parameter has room for.
 */
export function tagFacts({ tags: before = [], formerTagKeys = [] }: TagFacts, { tags }: Pick<Declaration, 'tags'>): TagFacts {
  if (tags.length === 0 && before.length === 0 && formerTagKeys.length === 0) {
    return {};
  }
  const former = new Set([...before.map(({ Key }) => Key), ...formerTagKeys]);
  tags.forEach(({ Key }) => former.delete(Key));
  return { tags, formerTagKeys: [...former].slice(0, MAX_TAGS) };
}

/** Whether an entry says of the tags already what is to be recorded. */
export function isRecorded({ tags, formerTagKeys }: TagFacts, facts: TagFacts): boolean {
  return isDeepStrictEqual({ tags, formerTagKeys }, { tags: facts.tags, formerTagKeys: facts.formerTagKeys });
}

/**
 * Gives the parameter of a key the tags that its entry has, and takes those away that earlier declarations had put on it. Tags of others
 * stay. Whoever may write to the ledger could name the parameter of another certificate: see `releaseKeys`.
 */
export async function tagParameter({ keyStorage, identity, serialNumber, tags = [], formerTagKeys = [] }: LedgerEntry, ports: Ports): Promise<void> {
  const isTagged = tags.length > 0 || formerTagKeys.length > 0;
  if (keyStorage?.Type === 'Parameter' && isTagged && isSerialNumberOf(serialNumber, identity)) {
    await ports.parameters.tag(keyStorage.Path, serialNumber, tags, formerTagKeys);
  }
}
