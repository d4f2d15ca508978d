import { Form } from './write-pages';
import { printable } from '../cli-error';

type Value = string | number | boolean | undefined;

/** What programs get of an element, by the names of the members and the columns. */
export type Columns<T> = { readonly [name: string]: (element: T) => Value };

/** The values of an element. An absent value is `undefined`. */
export function recordOf<T>(columns: Columns<T>, element: T): { [name: string]: Value } {
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, value(element)]));
}

/** Comma-separated values (RFC 4180), with the names of the columns in the first record. */
export function csvForm<T, K extends string>(columns: Columns<T>): Form<T, K> {
  return {
    begin: csvRecord(Object.keys(columns)),
    page: elements => elements.map(each => csvRecord(Object.values(recordOf(columns, each)))).join(''),
    end: () => '',
  };
}

/** A record. An absent value is an empty field. */
function csvRecord(values: readonly Value[]): string {
  return `${values.map(value => field(printable(String(value ?? '')))).join(',')}\r\n`;
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
