/** A table in Markdown. Bars in cells are escaped, so that they end none. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...rows]
    .map(cells => `| ${cells.map(cell => cell.replace(/\|/g, '\\|')).join(' | ')} |`.replace(/ {2,}/g, ' '))
    .join('\n');
}
