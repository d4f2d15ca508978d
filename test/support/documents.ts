import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..', '..');

/** The pages of the documentation, README.md first, by their paths from the root of the repository. */
export const DOCUMENTS: readonly string[] = ['README.md', ...below('docs')];

/** All files in Markdown that people read: those, what is for contributors, and the examples'. */
export const READ_BY_PEOPLE: readonly string[] = [...DOCUMENTS, 'CONTRIBUTING.md', ...below('examples')];

function below(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.md')).map(name => join(folder, name)).sort();
}

/** A block of code, which may stand in a list. */
export const CODE_BLOCK = /^ *```[^]*?^ *```$/gm;

export function textOf(document: string): string {
  return readFileSync(join(ROOT, document), 'utf8');
}

/** A snippet of TypeScript, and where it is. */
export interface Snippet {
  readonly document: string;
  /** The heading of the first or second order that it is below. */
  readonly heading: string;
  readonly code: string;
}

/** All snippets of TypeScript, in the order of the pages. */
export function snippets(): Snippet[] {
  return DOCUMENTS.flatMap(document => {
    let heading = '';
    return [...textOf(document).matchAll(/^##? ([^\n]+)$|^```ts\n([^]*?)^```$/gm)].flatMap(([, title, code]) => {
      heading = title ?? heading;
      return code === undefined ? [] : [{ document, heading, code }];
    });
  });
}

/** The text of a page without what is code. */
export function proseOf(document: string): string {
  return textOf(document).replace(CODE_BLOCK, '').replace(/`[^`\n]*`/g, '');
}

/** The headings of a page, as they stand there. */
export function headingsOf(document: string): string[] {
  return [...textOf(document).replace(CODE_BLOCK, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading);
}
