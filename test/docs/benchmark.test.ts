import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMissed, readResults, targetOf } from '../../bench/results';
import { benchmarkTable, durationTable } from '../../projenrc/docs-tables/benchmark';
import { ROOT, textOf } from '../support/documents';

const IMAGES = join(ROOT, 'docs', 'images');
const RESULTS = readResults();
const [newest] = Object.keys(RESULTS).sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
const PLOTS = [...textOf('docs/performance.md').matchAll(/^!\[[^\]]+\]\(images\/(.+)\)$/gm)].map(([, file]) => file);

test('the plots of the page on performance are there, and no others', () => {
  expect([...PLOTS, 'overview.svg'].sort()).toEqual(readdirSync(IMAGES).sort());
});

test.each(PLOTS)('%s is drawn from the results of the newest version of Node.js (node bench/plots/draw.js)', file => {
  const { date, machine: { node } } = RESULTS[newest];
  expect(readFileSync(join(IMAGES, file), 'utf8')).toMatch(new RegExp(`^<svg [^]*Node.js ${node.slice(1).replace(/\./g, '\\.')}, [^]*, ${date.slice(0, 10)}`));
});

test('the results have the same rows and targets for each version of Node.js', () => {
  const [first, ...others] = Object.values(RESULTS).map(({ rows }) => rows.map(row => [row.name, targetOf(row)]));
  expect(first.length).toBeGreaterThan(30);
  others.forEach(rows => expect(rows).toEqual(first));
});

test('the table of the benchmark says which targets are missed', () => {
  const missed = Object.values(RESULTS).flatMap(({ rows }) => rows.filter(isMissed));
  expect(benchmarkTable().match(/, missed \|/g) ?? []).toHaveLength(missed.length);
  expect(isMissed({ name: 'rate', value: 0.94, unit: '', atLeast: 0.95 })).toBe(true);
  expect(isMissed({ name: 'time', value: 1.12, unit: 'times', atMost: 1.12 })).toBe(false);
});

test('the table of durations has both keys of CAs, with a time for each kind of device', () => {
  const [, , ...rows] = durationTable().split('\n');
  expect(rows.map(row => row.replace(/[\d.]+ (seconds|minutes)/g, 'time'))).toEqual(['RSA-2048', 'P-256'].map(key => `| ${key} | time | time | time | time |`));
});
