import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpointTable } from '../../projenrc/docs-tables/endpoints';
import { markdownTable } from '../../projenrc/docs-tables/markdown-table';
import { remedyTable, wordsOf } from '../../projenrc/docs-tables/remedies';
import { placesIn, TABLES, withTables } from '../../projenrc/generated-docs';
import { DOCUMENTS, ROOT, textOf } from '../support/documents';

const SOURCES = join(ROOT, 'src');

test('every table that is made from the code stands in the documentation once', () => {
  expect(DOCUMENTS.flatMap(document => placesIn(textOf(document))).sort()).toEqual(Object.keys(TABLES).sort());
});

test.each(DOCUMENTS)('%s has the tables that the code makes today (npx projen docs:tables writes them)', document => {
  expect(withTables(textOf(document))).toBe(textOf(document));
});

test('the table of endpoints has every function that the library makes', () => {
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts')).map(name => readFileSync(join(SOURCES, name), 'utf8'));
  const calls = sources.flatMap(text => [...text.matchAll(/libraryFunction\(this, (?:\{\s*description: ['`]([^'`$]+))?/g)].map(([, description]) => description));
  expect(calls.length).toBeGreaterThan(7);
  const table = endpointTable();
  calls.forEach(description => expect(table).toContain(`| ${description}`));
});

test('a place for a table that does not exist, or that does not end, is an error', () => {
  expect(() => withTables('<!-- generated: prices -->\n<!-- /generated: prices -->')).toThrow('got "prices"');
  expect(() => withTables('<!-- generated: platforms -->\n<!-- /generated: notices -->')).toThrow('got "platforms" and "notices"');
  expect(() => withTables('<!-- generated: platforms -->\n')).toThrow('must end with a line of its own');
  expect(() => withTables('<!-- generated: constructor -->\n<!-- /generated: constructor -->')).toThrow('got "constructor"');
});

test('the signs by which a remedy is found are words that a person can look for', () => {
  expect(wordsOf(/^\d+ ScopeLocked\b/)).toEqual(['ScopeLocked']);
  expect(wordsOf(/^\d+ (?:Subscription|ResourceGroup|Resource)NotFound|^404\b/)).toEqual(['SubscriptionNotFound', 'ResourceGroupNotFound', 'ResourceNotFound', '404']);
  expect(wordsOf(/^(ERR_TLS_|CERT_)/)).toEqual(['ERR_TLS_…', 'CERT_…']);
  expect(wordsOf(/pending ?import/i)).toEqual(['pending import']);
  expect(Object.values(TABLES).map(table => table()).join('\n')).not.toMatch(/\\[bdws]|\(\?:/);
});

test('errors with one remedy share a row, and signs of Markdown in a cell are escaped', () => {
  expect(remedyTable([[['A'], 'wait'], [['B'], 'ask for x/*/y'], [['C'], 'wait']]))
    .toBe('| Error | What to do |\n| --- | --- |\n| `A`, `C` | Wait |\n| `B` | Ask for x/\\*/y |');
  expect(markdownTable(['a|b'], [['']])).toBe('| a\\|b |\n| --- |\n| |');
});
