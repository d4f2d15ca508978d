import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { bundleSizes } from './bundle-sizes';
import { issuingRates } from './issuing-rates';
import { Row } from './measure';
import { memoryGrowth } from './memory-growth';
import { ocspRates } from './ocsp-rates';
import { revocationLists } from './revocation-lists';
import { startupTimes } from './startup-times';
import { synthesisTimes } from './synthesis-times';
import { table } from '../src/cli/table';

/** The results of each version of Node.js, by `v` and its major version. */
const RESULTS = join(__dirname, 'results.json');

/** Runs every measurement, prints the table, writes the results of this version of Node.js, and fails where a target is missed. */
async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const measure of [issuingRates, revocationLists, ocspRates, startupTimes, memoryGrowth, bundleSizes, synthesisTimes]) {
    process.stderr.write(`${measure.name} …\n`);
    rows.push(...await measure());
  }
  console.log(table(['measured', 'value', 'target', ''], rows.map(row => [row.name, `${format(row.value)} ${row.unit}`, target(row), verdict(row)])));
  const [major] = process.version.split('.');
  const machine = { node: process.version, openssl: process.versions.openssl, processors: cpus().length, model: cpus()[0].model, load: loadavg()[0] };
  const others = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) as object : {};
  writeFileSync(RESULTS, `${JSON.stringify({ ...others, [major]: { date: new Date().toISOString(), machine, rows } }, null, 2)}\n`);
  console.log(`written to ${RESULTS}`);
  process.exitCode = rows.some(row => verdict(row) === 'missed') ? 1 : 0;
}

function target({ atLeast, atMost, unit }: Row): string {
  return atLeast !== undefined ? `at least ${atLeast} ${unit}` : atMost !== undefined ? `at most ${atMost} ${unit}` : '';
}

function verdict({ value, atLeast, atMost }: Row): string {
  if (atLeast === undefined && atMost === undefined) {
    return '';
  }
  return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity) ? 'reached' : 'missed';
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

void main();
