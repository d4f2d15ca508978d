/** A line of CSV (RFC 4180) with its line break. A spreadsheet must not take a value for a formula. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\n`;
}

function csvField(text: string): string {
  const plain = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
}
