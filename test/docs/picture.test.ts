import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { picture, PICTURE } from '../../projenrc/picture';
import * as library from '../../src';
import { DOCUMENTS, ROOT, textOf } from '../support/documents';

const PYTHON_PARSES = 'import sys, xml.dom.minidom; d = xml.dom.minidom.parse(sys.stdin); print(d.documentElement.tagName, len(d.getElementsByTagName("script")))';

test('the picture is the one that its source draws today (npx projen docs:picture draws it)', () => {
  expect(readFileSync(join(ROOT, PICTURE), 'utf8')).toBe(picture());
});

test('the picture is XML without a script, and loads nothing from elsewhere, so that GitHub and npm show it', () => {
  expect(execFileSync('python3', ['-c', PYTHON_PARSES], { input: picture(), encoding: 'utf8' })).toBe('svg 0\n');
  expect(picture().match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
});

test('README.md shows the picture by a relative path, and so does the documentation', () => {
  expect(DOCUMENTS.filter(document => /!\[[^\]]+\]\((docs\/)?images\/overview\.svg\)/.test(textOf(document)))).toEqual(['README.md', 'docs/concepts.md']);
});

test('every construct that the picture names is one of the library', () => {
  const names = picture().match(/\b[A-Z][A-Za-z]+(Ca|Certificate|Registration)\b/g) ?? [];
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter(name => !(name in library))).toEqual([]);
});
