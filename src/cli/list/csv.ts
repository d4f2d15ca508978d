import { printable } from '../cli-error';

/** A record of a file of comma-separated values (RFC 4180). An absent value is an empty field. */
export function csvRecord(values: readonly (string | number | boolean | undefined)[]): string {
  return `${values.map(value => field(printable(String(value ?? '')))).join(',')}\r\n`;
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
