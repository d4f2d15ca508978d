import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { headingAnchor } from '../../projenrc/heading-anchor';
import { CODE_BLOCK, DOCUMENTS, headingsOf, proseOf, READ_BY_PEOPLE, ROOT, textOf } from '../support/documents';

/** The anchors of a page, as GitHub and the site make them of its headings: one that is there twice gets a number. */
function anchorsOf(document: string): string[] {
  const seen = new Map<string, number>();
  return headingsOf(document).map(heading => {
    const slug = headingAnchor(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** The links of a page to other files of the repository and to its own headings. Code has none, but a link may have code for its text. */
function linksOf(document: string): string[] {
  const text = textOf(document).replace(CODE_BLOCK, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target).filter(target => !/^(https?|mailto):/.test(target));
}

const LINKS = READ_BY_PEOPLE.flatMap(document => linksOf(document).map((target): [string, string] => [document, target]));

test('the pages link to each other', () => {
  expect(LINKS.length).toBeGreaterThan(150);
});

test('every link to a file leads to a file or a folder of the repository', () => {
  const dead = LINKS.filter(([document, target]) => {
    const [path] = target.split('#');
    return !existsSync(join(ROOT, dirname(document), path)) && path !== '';
  });
  expect(dead).toEqual([]);
});

test('every link to a heading leads to one that is there', () => {
  const dead = LINKS.filter(([document, target]) => {
    const [path, anchor] = target.split('#');
    const page = path === '' ? document : normalize(join(dirname(document), path));
    return anchor !== undefined && !anchorsOf(page).includes(anchor);
  });
  expect(dead).toEqual([]);
});

test('a heading of several words, code and signs has the anchor that GitHub makes of it', () => {
  expect(['What it costs', 'In scripts: `--json`, standard input', 'A CA key in KMS, and an alarm', '"Neither x …" (InvalidRequest)', 'CertificateStateException (406)']
    .map(headingAnchor)).toEqual(['what-it-costs', 'in-scripts---json-standard-input', 'a-ca-key-in-kms-and-an-alarm', 'neither-x--invalidrequest', 'certificatestateexception-406']);
});

test('every page of the documentation can be reached from README.md', () => {
  const reached = new Set(['README.md']);
  for (const document of reached) {
    linksOf(document).map(target => normalize(join(dirname(document), target.split('#')[0]))).filter(path => DOCUMENTS.includes(path)).forEach(path => reached.add(path));
  }
  expect(DOCUMENTS.filter(document => !reached.has(document))).toEqual([]);
});

test('README.md has at most 250 lines', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(250);
});

test.each(DOCUMENTS)('%s has no angle brackets outside code, which a site takes for elements', document => {
  expect(proseOf(document).replace(/<!--[^]*?-->|<https?:[^>]*>/g, '').match(/<[a-z/][^>]*>|\{\{/gi) ?? []).toEqual([]);
});

test.each(DOCUMENTS)('%s fences its code, so that the site shows it as code', document => {
  expect(textOf(document).replace(CODE_BLOCK, '').match(/^ {4,}\S.*$/gm) ?? []).toEqual([]);
});
