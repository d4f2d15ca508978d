import { createHash } from 'node:crypto';
import { isMap } from '../../contract/json-map';
import { own, parseJsonMap } from '../json';

/** A state, as far as a journal knows it: maps in maps. */
export interface Tree {
  [name: string]: unknown;
}

/** A change of a state: the path to a value, and the value; without it, the value was removed. */
export type Change = readonly [path: readonly string[], value?: unknown];

/** The number of levels of maps that change in place, as in `stacks.Iot.resources.Ca`. Everything below them is replaced as a whole. */
const LEVELS = 4;

/** Copies the maps of a state that change in place. */
export function copyOf(value: Tree, levels = LEVELS): Tree {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, levels > 1 && isMap(member) ? copyOf(member, levels - 1) : member]));
}

/** Lists what has changed since a copy was made, and brings the copy up to date. */
export function changesIn(state: Tree, copy: Tree, path: readonly string[] = []): Change[] {
  const changes: Change[] = [];
  for (const name of Object.keys(copy).filter(each => own(state, each) === undefined)) {
    changes.push([[...path, name]]);
    delete copy[name];
  }
  for (const [name, value] of Object.entries(state)) {
    const known = own(copy, name);
    const levels = LEVELS - path.length - 1;
    if (levels > 0 && isMap(value) && isMap(known)) {
      changes.push(...changesIn(value, known, [...path, name]));
    } else if (value !== known) {
      if (JSON.stringify(value) !== JSON.stringify(known)) {
        changes.push([[...path, name], value]);
      }
      copy[name] = levels > 0 && isMap(value) ? copyOf(value, levels) : value;
    }
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
    text.slice(first.length).split('\n').slice(0, -1)
      .forEach(line => (parseJsonMap(file, Buffer.from(line)).changes as Change[]).forEach(change => applyTo(tree, change)));
  }
}
