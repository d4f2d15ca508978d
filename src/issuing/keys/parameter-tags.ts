import { isDeepStrictEqual } from 'node:util';
import { isParameter } from './key-storage';
import { checkTagKey, checkTagKeys, checkTagValue, MAX_TAGS, Tag } from '../../contract/tags';
import { isSerialNumberOf } from '../../pki/serial-number';
import { complain, list, RawProperties, record } from '../../resource/property-values';
import { Declaration } from '../declaration/declaration';
import { LedgerEntry } from '../ledger/ledger';
import { Ports } from '../ports';

/** What a ledger knows about the tags of a key's parameter. */
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
 * The facts to record about the declared tags before they are put on the parameter; empty if there are no declared tags and no earlier
 * ones. The number of earlier keys that are remembered is limited to the number of tags that a parameter has room for.
 */
export function tagFacts({ tags: before = [], formerTagKeys = [] }: TagFacts, { tags }: Pick<Declaration, 'tags'>): TagFacts {
  if (tags.length === 0 && before.length === 0 && formerTagKeys.length === 0) {
    return {};
  }
  const former = new Set([...before.map(({ Key }) => Key), ...formerTagKeys]);
  tags.forEach(({ Key }) => former.delete(Key));
  return { tags, formerTagKeys: [...former].slice(0, MAX_TAGS) };
}

/** Whether an entry already has the facts about tags that are to be recorded. */
export function isRecorded({ tags, formerTagKeys }: TagFacts, facts: TagFacts): boolean {
  return isDeepStrictEqual({ tags, formerTagKeys }, { tags: facts.tags, formerTagKeys: facts.formerTagKeys });
}

/**
 * Gives the parameter of a key the tags of its entry, and removes the tags that earlier declarations had put on it. Tags from other
 * sources stay. Anyone who may write to the ledger could name the parameter of another certificate: see `releaseKeys`.
 */
export async function tagParameter({ keyStorage, identity, serialNumber, tags = [], formerTagKeys = [] }: LedgerEntry, ports: Ports): Promise<void> {
  const isTagged = tags.length > 0 || formerTagKeys.length > 0;
  if (isParameter(keyStorage) && isTagged && isSerialNumberOf(serialNumber, identity)) {
    await ports.parameters.tag(keyStorage.Path, serialNumber, tags, formerTagKeys);
  }
}
