import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of the results. */
export interface Row {
  readonly name: string;
  readonly value: number;
  /** Empty if the value is a share: what this library reaches of something else. */
  readonly unit: string;
  /** The target, where there is one. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A point of a plot, see plots/draw.js; or, with `rates`, certificates a second on one core, from which the documentation computes durations. */
export interface Point {
  readonly plot: 'peers' | 'cores' | 'memory' | 'cost' | 'rates';
  readonly x: string | number;
  /** What has a colour of its own. */
  readonly series: string;
  readonly value: number;
}

/** What a part of the benchmark has measured. */
export interface Measured {
  readonly rows: readonly Row[];
  readonly points?: readonly Point[];
}

/** The results with one version of Node.js. */
export interface Results {
  /** When the measurement ended, in ISO 8601. */
  readonly date: string;
  readonly machine: {
    readonly node: string;
    readonly openssl: string;
    readonly processors: number;
    readonly model: string;
    /** How many processes wanted a processor in the last minute: what measures is one or two. */
    readonly load: number;
  };
  readonly rows: readonly Row[];
  readonly points: readonly Point[];
}

/** By `v` and the major version of Node.js. */
export type ResultsByVersion = { readonly [version: string]: Results };

export const RESULTS_FILE = join(__dirname, 'results.json');

/** The results so far; none before the first measurement. */
export function readResults(): ResultsByVersion {
  return existsSync(RESULTS_FILE) ? JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as ResultsByVersion : {};
}

/** Replaces the results of one version of Node.js, and keeps the others. */
export function writeResults(version: string, results: Results): void {
  writeFileSync(RESULTS_FILE, `${JSON.stringify({ ...readResults(), [version]: results }, null, 2)}\n`);
}

/** The target of a row in words, or nothing. */
export function targetOf({ atLeast, atMost }: Row): string {
  return atLeast !== undefined ? `at least ${atLeast}` : atMost !== undefined ? `at most ${atMost}` : '';
}

/** Whether a row misses its target. */
export function isMissed({ value, atLeast = -Infinity, atMost = Infinity }: Row): boolean {
  return value < atLeast || value > atMost;
}

/** A value as people read it: three digits, or whole numbers from 100 on. */
export function formatted({ value, unit }: Row): string {
  return `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)} ${unit}`.trim();
}
