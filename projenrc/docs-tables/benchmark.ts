import { markdownTable } from './markdown-table';
import { formatted, isMissed, readResults, Row, targetOf } from '../../bench/results';

/** How many devices the table of durations is about. */
const DEVICES = 100_000;

/** The kinds of certificates whose rates the results have, and their columns. */
const KINDS = { 'certificate': 'its public key', 'request': 'its request', 'EC key': 'a fresh P-256 key', 'RSA key': 'a fresh RSA-2048 key' } as const;

const RESULTS = Object.entries(readResults()).sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));

/** All rows of the benchmark: what each version of Node.js has reached, and the target. A row that missed its target says so. */
export function benchmarkTable(): string {
  const rows = new Map(RESULTS.flatMap(([, results]) => results.rows).map(row => [row.name, row]));
  const titles = ['Measured', ...RESULTS.map(([, { machine }]) => `Node.js ${machine.node.slice(1)}`), 'Target'];
  return markdownTable(titles, [...rows.values()].map(row => [
    capitalized(row.name), ...RESULTS.map(([, results]) => cell(results.rows.find(({ name }) => name === row.name))), targetOf(row),
  ]));
}

/** The machine of each version's results. */
export function benchmarkMachines(): string {
  return RESULTS.map(([, { date, machine: { node, openssl, processors, model, load } }]) =>
    `- Node.js ${node.slice(1)} with OpenSSL ${openssl}, on ${date.slice(0, 10)}: ${processors} × ${model}, load ${load.toFixed(1)} in the end`).join('\n');
}

/** How long certificates for 100,000 devices take on one core, with the newest version of Node.js. */
export function durationTable(): string {
  const { points, machine } = RESULTS.at(-1)![1];
  const rates = points.filter(({ plot }) => plot === 'rates');
  return markdownTable([`Key of the CA, Node.js ${machine.node.slice(1)}`, ...Object.values(KINDS).map(kind => `A device has ${kind}`)],
    [...new Set(rates.map(({ series }) => series))].map(ca => [ca.replace(/ CA$/, ''), ...Object.keys(KINDS).map(kind => {
      const rate = rates.find(({ series, x }) => series === ca && x === kind);
      return rate ? duration(DEVICES / rate.value) : '';
    })]));
}

function cell(row: Row | undefined): string {
  return row ? formatted(row) + (isMissed(row) ? ', missed' : '') : '';
}

function duration(seconds: number): string {
  return seconds < 90 ? `${seconds < 10 ? seconds.toPrecision(2) : Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
}

function capitalized(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
