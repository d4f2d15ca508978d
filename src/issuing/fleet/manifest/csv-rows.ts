import { parse } from 'csv-parse';
import { MAX_ROW, NumberedValues, tooLong } from './numbered-values';
import { COLUMNS, DEVICE_ID_COLUMN } from '../../../contract/fleet';
import { quote } from '../../../contract/rules';

/** What the parser says of a record: https://csv.js.org/parse/options/info/ */
interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a manifest in CSV (RFC 4180) with a header. Fields are separated by commas, semicolons or tabs, as spreadsheets do, depending on their language; the
 * header says by which of them, and the others are part of a field.
 *
 * @throws Error if the header is wrong, or if a quotation mark is not closed: nothing after it can be read
 */
export async function* csvRows(manifest: AsyncIterable<string>): AsyncIterable<NumberedValues> {
  const { text, separator } = await withSeparator(manifest);
  let parsed = 0; // the last line of the last whole record, which may not have been read yet
  const parser = parse({
    delimiter: separator,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_ROW,
    on_record: (record, { lines }) => {
      parsed = lines;
      return record;
    },
  });
  const fed = feed(text, parser);
  fed.catch(() => undefined); // the parser is destroyed with the same error
  let header: readonly string[] | undefined;
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      const begin = line;
      line = info.lines + 1;
      if (!header) {
        header = checkedHeader(record);
      } else if (record.length !== header.length) {
        yield { line: begin, refused: `a row must have as many fields as the header, ${header.length} (separated by ${SEPARATORS[separator]}), got ${record.length}` };
      } else {
        const values = Object.fromEntries(header.map((name, index) => [name, record[index]]));
        yield { line: begin, values };
      }
    }
  } catch (error) {
    throw worded(error, parsed + 1);
  }
  await fed;
  if (!header) {
    throw new Error(`the manifest must begin with a header of the columns ${COLUMNS.join(', ')}, got no line`);
  }
}

const SEPARATORS: { readonly [separator: string]: string } = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

/** Finds out by what the fields of the header are separated: no name of a column has one of these characters. */
async function withSeparator(manifest: AsyncIterable<string>): Promise<{ readonly text: AsyncIterable<string>; readonly separator: string }> {
  const chunks = manifest[Symbol.asyncIterator]();
  let begin = '';
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    begin += next.value;
    if (/\S[^\n]*\n/.test(begin) || begin.length > MAX_ROW) {
      break;
    }
  }
  const [header] = begin.trimStart().split('\n', 1);
  const [separator = ','] = /[,;\t]/.exec(header) ?? [];
  async function* whole(): AsyncIterable<string> {
    yield begin;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { text: whole(), separator };
}

async function feed(text: AsyncIterable<string>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const chunk of text) {
      if (!parser.write(chunk)) {
        await passable(parser);
      }
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
    throw error;
  }
}

/** Waits until the parser takes more, or is closed, and leaves no listener behind. */
function passable(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      parser.off('drain', done).off('close', done);
      resolve();
    };
    parser.on('drain', done).on('close', done);
  });
}

function checkedHeader(names: readonly string[]): readonly string[] {
  const unknown = names.find(name => !COLUMNS.includes(name));
  if (unknown !== undefined) {
    throw new Error(`the header of the manifest must have no other columns than ${COLUMNS.join(', ')}, got ${quote(unknown)}`);
  }
  if (!names.includes(DEVICE_ID_COLUMN) || new Set(names).size < names.length) {
    throw new Error(`the header of the manifest must have the column ${DEVICE_ID_COLUMN}, and each column once, got ${quote(names.join(', '))}`);
  }
  return names;
}

/** The parser's messages show parts of the record. */
function worded(error: unknown, line: number): Error {
  switch ((error as { readonly code?: unknown }).code) {
    case 'CSV_MAX_RECORD_SIZE': return new Error(`${tooLong(line)}; a quotation mark may be missing there`);
    case 'CSV_QUOTE_NOT_CLOSED': case 'CSV_INVALID_CLOSING_QUOTE': case 'INVALID_OPENING_QUOTE':
      return new Error(`quotation marks in the manifest must enclose a whole field and be doubled within it (RFC 4180), which is not so on or after line ${line}`);
    default: return error as Error;
  }
}
