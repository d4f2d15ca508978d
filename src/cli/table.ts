import Table from 'cli-table3';

const BORDERS = [
  'top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right',
  'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid',
];

const NO_LINES = { ...Object.fromEntries(BORDERS.map(border => [border, ''])), middle: '  ' };

/** A table without lines, which reads well and survives being copied or piped. Ends with a newline. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = new Table({ head: [...head], chars: NO_LINES, style: { 'head': [], 'border': [], 'padding-left': 0, 'padding-right': 0 } });
  lines.push(...rows.map(row => [...row]));
  return lines.toString().split('\n').map(line => `${line.trimEnd()}\n`).join('');
}

/** `3 resources`, `1 resource`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
