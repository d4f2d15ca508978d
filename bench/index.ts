import { cpus, loadavg } from 'node:os';
import { bundleSizes } from './bundle-sizes';
import { fleets } from './fleets';
import { issuingRates } from './issuing-rates';
import { memoryGrowth } from './memory-growth';
import { ocspRates } from './ocsp-rates';
import { formatted, isMissed, Measured, RESULTS_FILE, Row, targetOf, writeResults } from './results';
import { revocationLists } from './revocation-lists';
import { startupTimes } from './startup-times';
import { synthesisTimes } from './synthesis-times';
import { table } from '../src/cli/table';

const PARTS: readonly (() => Promise<Measured>)[] = [
  issuingRates, fleets, revocationLists, ocspRates, startupTimes, memoryGrowth, bundleSizes, synthesisTimes,
];

/** Runs every measurement, prints the table, and writes the results of this version of Node.js. */
async function main(): Promise<void> {
  const parts: Measured[] = [];
  for (const measure of PARTS) {
    process.stderr.write(`${measure.name} …\n`);
    parts.push(await measure());
  }
  const rows = parts.flatMap(part => part.rows);
  console.log(table(['measured', 'value', 'target', ''], rows.map(row => [row.name, formatted(row), targetOf(row), verdict(row)])));
  const [major] = process.version.split('.');
  writeResults(major, {
    date: new Date().toISOString(),
    machine: { node: process.version, openssl: process.versions.openssl, processors: cpus().length, model: cpus()[0].model, load: loadavg()[0] },
    rows,
    points: parts.flatMap(part => part.points ?? []),
  });
  console.log(`written to ${RESULTS_FILE}`);
}

function verdict(row: Row): string {
  return targetOf(row) === '' ? '' : isMissed(row) ? 'missed' : 'reached';
}

void main();
