import { displayWidth, longestWord, padded, wrapped } from './text-width';

/** Where something is shown. */
export interface Page {
  /** How many columns there are; any number where nobody looks, as in a pipe. */
  readonly columns?: number;
  /** What stands before each line. */
  readonly indent?: string;
}

/** Between two columns. */
const GAP = '  ';

/** A column that is narrowed for others keeps so much of its width: narrower ones are hard to read. */
const READABLE_WIDTH = 24;

/**
 * A table without lines, which reads well and survives being copied or piped. Ends with a newline. Where it is too wide for
 * the page, cells are broken at spaces; where that does not do, each row is a list of what is in its cells, with an empty line
 * after it.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], { columns = Infinity, indent = '' }: Page = {}): string {
  const widths = columnWidths([head, ...rows], columns - indent.length);
  return widths ? [head, ...rows].map(row => tableRow(row, widths, indent)).join('')
    : rows.map(row => `${fields(head.map((label, index) => [label, row[index]]), { columns, indent })}\n`).join('');
}

/** Labels with what they name, one below the other. A value that is empty is left out. Ends with a newline. */
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

/** Prose, with its further lines a little to the right of the first. Ends with a newline. */
export function paragraph(text: string, { columns = Infinity, indent = '' }: Page = {}): string {
  return `${indent}${wrapped(text, columns - indent.length - GAP.length).join(`\n${indent}${GAP}`)}\n`;
}

/** `3 resources`, `1 resource`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** How wide each column is; `undefined` where the columns can't be made to fit. */
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
