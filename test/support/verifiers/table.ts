import { Chain, Purpose, Verifier } from './verifiers';

/** A line of the table: chains that a verifier judges, and what its verdicts come to in one word. */
export interface Row {
  readonly title: string;
  readonly purpose: Purpose;
  readonly chains: readonly Chain[];
  /** What this library does. */
  readonly library: string;
  /** @param accepted whether each of the chains is accepted, in their order */
  readonly word: (accepted: readonly boolean[]) => string;
}

export interface Section {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly Row[];
}

/** What stands in a table, by the title of the row and the name of the column. */
export type Cells = ReadonlyMap<string, ReadonlyMap<string, string>>;

const NOT_TRIED = 'not tried';
const LIBRARY = 'this library';

/** The words of a verifier for the rows of a section, in their order. */
export function wordsOf(verifier: Verifier, { rows }: Section, folder: string): string[] {
  const verdicts = (['client', 'server'] as const).flatMap(purpose => {
    const mine = rows.flatMap((row, index) => row.purpose === purpose ? row.chains.map(chain => ({ index, chain })) : []);
    return verifier.verify(folder, mine.map(({ chain }) => chain), purpose).map((verdict, at) => ({ index: mine[at].index, accepted: verdict === 'OK' }));
  });
  return rows.map(({ word }, row) => word(verdicts.filter(({ index }) => index === row).map(({ accepted }) => accepted)));
}

/**
 * A section as Markdown.
 *
 * @param columns the headings of the verifiers, each with its words
 */
export function renderSection({ title, text, rows }: Section, columns: readonly (readonly [string, readonly string[]])[]): string {
  const table = [
    ['', LIBRARY, ...columns.map(([heading]) => heading)],
    Array<string>(columns.length + 2).fill('---'),
    ...rows.map((row, index) => [row.title, row.library, ...columns.map(([, words]) => words[index])]),
  ];
  return `## ${title}\n\n${text}\n\n${table.map(line => `| ${line.join(' | ')} |`.replace('|  |', '| |')).join('\n')}\n`;
}

/** What a file has of a section, to be kept where a verifier is not installed: the heading of its column, and its words. */
export function columnIn(file: string, { title, rows }: Section, name: string): readonly [string, readonly string[]] {
  const [, rest = ''] = file.split(`## ${title}\n`);
  const lines = rest.split('\n## ')[0].split('\n').filter(line => line.startsWith('|')).map(line => line.slice(1, -1).split(' | ').map(cell => cell.trim()));
  const headings = lines[0] ?? [];
  const column = headings.findIndex(heading => heading.split(' ')[0] === name);
  const words = new Map(lines.map(cells => [cells[0], cells[column]]));
  return [headings[column] ?? name, rows.map(row => words.get(row.title) ?? NOT_TRIED)];
}
