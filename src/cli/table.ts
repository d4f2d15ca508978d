import { displayWidth, longestWord, padded, wrapped } from './text-width';

/** The page on which something is shown. */
export interface Page {
  /** The number of columns; unlimited if absent, as for a pipe. */
  readonly columns?: number;
  /** The text before each line. */
  readonly indent?: string;
}

/** The space between two columns. */
const GAP = '  ';

/** The width that a column keeps when it is narrowed for others: narrower columns are hard to read. */
const READABLE_WIDTH = 24;

/**
 * A table without ruling lines, which reads well and survives being copied or piped. It ends with a newline. If it is too wide for the
 * page, its cells are wrapped at spaces. If that is not enough, each row becomes a list of its cells, followed by an empty line.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], { columns = Infinity, indent = '' }: Page = {}): string {
  const widths = columnWidths([head, ...rows], columns - indent.length);
  return widths ? [head, ...rows].map(row => tableRow(row, widths, indent)).join('')
    : rows.map(row => `${fields(head.map((label, index) => [label, row[index]]), { columns, indent })}\n`).join('');
}

/** Labels with their values, one below the other. An empty value is left out with its label. The text ends with a newline. */
export function fields(
  rows: readonly (readonly [label: string, value: string])[], { columns = Infinity, indent = '' }: Page = {},
  labelWidth = Math.max(...rows.map(([label]) => displayWidth(label))),
): string {
  const margin = indent + ' '.repeat(labelWidth) + GAP;
  return rows.filter(([, value]) => value !== '').map(([label, value]) => {
    const fitsBeside = longestWord(value) <= columns - margin.length;
    const lines = fitsBeside ? wrapped(value, columns - margin.length) : wrapped(value, columns - indent.length - GAP.length);
    return fitsBeside ? `${indent}${padded(label, labelWidth)}${GAP}${lines.join(`\n${margin}`)}\n`
      : `${indent}${label}\n${lines.map(line => `${indent}${GAP}${line}\n`).join('')}`;
  }).join('');
}

/** Prose, with a hanging indent. It ends with a newline. */
export function paragraph(text: string, { columns = Infinity, indent = '' }: Page = {}): string {
  return `${indent}${wrapped(text, columns - indent.length - GAP.length).join(`\n${indent}${GAP}`)}\n`;
}

/** `3 resources`, `1 resource`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The width of each column, or `undefined` if the columns can't be made to fit. */
function columnWidths(rows: readonly (readonly string[])[], room: number): number[] | undefined {
  const cells = rows[0].map((_, column) => rows.map(row => row[column]));
  const widths = cells.map(each => Math.max(...each.flatMap(cell => cell.split('\n').map(displayWidth))));
  const least = cells.map((each, column) => Math.max(Math.min(READABLE_WIDTH, widths[column]), ...each.map(longestWord)));
  for (let excess = sum(widths) + GAP.length * (widths.length - 1) - room; excess > 0; excess--) {
    const spare = widths.map((width, column) => width > least[column] ? width : 0);
    const widest = Math.max(...spare);
    if (widest === 0) {
      return undefined;
    }
    widths[spare.indexOf(widest)]--;
  }
  return widths;
}

function tableRow(row: readonly string[], widths: readonly number[], indent: string): string {
  const cells = row.map((cell, column) => wrapped(cell, widths[column]));
  return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, line) =>
    `${indent}${cells.map((cell, column) => padded(cell[line] ?? '', widths[column])).join(GAP).trimEnd()}\n`).join('');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
