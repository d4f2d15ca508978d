import { createHash } from 'node:crypto';
import { isMap, JsonMap } from '../../contract/json-map';
import { CliError } from '../cli-error';
import { own, parseJsonMap } from '../json';

/** A state, as far as a journal knows it: maps in maps. */
export interface Tree {
  [name: string]: unknown;
}

/** A change of a state: the path to a value, and the value; without it, the value was removed. */
export type Change = readonly [path: readonly string[], value?: unknown];

/**
 * How many levels of maps change in place in a part of a state, as `Iot` and `resources` in `stacks.Iot.resources.Ca`. Everything below them is
 * only replaced as a whole.
 */
const LEVELS: { readonly [part: string]: number | undefined } = { stacks: 3, ledgers: 3 };

function levelsOf(part: string): number {
  return LEVELS[part] ?? 1;
}

/** Copies the maps of a state that change in place. */
export function copyOf(state: Tree): Tree {
  return Object.fromEntries(Object.entries(state).map(([part, value]) => [part, copied(value, levelsOf(part))]));
}

function copied(value: unknown, levels: number): unknown {
  return levels > 0 && isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copied(member, levels - 1)])) : value;
}

/** Lists what has changed since a copy was made, and brings the copy up to date. */
export function changesIn(state: Tree, copy: Tree): Change[] {
  return Object.entries(state).flatMap(([part, value]) => isMap(value) ? changesBelow([part], value, copy[part] as Tree, levelsOf(part) - 1) : []);
}

/** This runs over the whole state at each step, so it passes quickly over what is the same. */
function changesBelow(path: readonly string[], map: JsonMap, copy: Tree, levels: number): Change[] {
  const changes: Change[] = [];
  const names = Object.keys(map).filter(name => map[name] !== undefined);
  for (const name of names.filter(each => map[each] !== copy[each])) {
    const [value, known] = [map[name], own(copy, name)];
    if (levels > 0 && isMap(value) && isMap(known)) {
      changes.push(...changesBelow([...path, name], value, known, levels - 1));
    } else {
      if (JSON.stringify(value) !== JSON.stringify(known)) {
        changes.push([[...path, name], value]);
      }
      copy[name] = copied(value, levels);
    }
  }
  const former = Object.keys(copy);
  for (const name of former.length > names.length ? former.filter(each => own(map, each) === undefined) : []) {
    changes.push([[...path, name]]);
    delete copy[name];
  }
  return changes;
}

function applyTo(state: Tree, [path, ...value]: Change): void {
  const map = path.slice(0, -1).reduce((above, name) => above[name] as Tree, state);
  const name = path.at(-1)!;
  if (value.length > 0) {
    map[name] = value[0];
  } else {
    delete map[name];
  }
}

/** The first line of a journal: it names the state that the journal continues. Without that state, the journal means nothing. */
export function firstLine(state: string | Buffer): string {
  return lineOf({ follows: createHash('sha256').update(state).digest('hex') });
}

/** The line of a journal for changes that reach the disk together. */
export function lineOf(content: { readonly follows: string } | { readonly changes: readonly Change[] }): string {
  return `${JSON.stringify(content)}\n`;
}

/**
 * Makes the changes in a journal, if it continues a state. A last line without a line break was not written completely.
 *
 * @param state the content of the state's file
 */
export function replay(file: string, journal: Buffer, state: Buffer, tree: Tree): void {
  const text = journal.toString('utf8');
  const first = firstLine(state);
  if (text.startsWith(first)) {
    for (const line of text.slice(first.length).split('\n').slice(0, -1)) {
      const { changes } = parseJsonMap(file, Buffer.from(line));
      try {
        (changes as Change[]).forEach(change => applyTo(tree, change));
      } catch {
        throw new CliError(`${file}: this journal can't be used: a line is not in the form that a local deployment writes; restore the directory from a backup`);
      }
    }
  }
}
