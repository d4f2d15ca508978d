import { FleetRun, RunFolder } from './run-folder';
import { FleetCounts, NO_DEVICES, RefusedRow } from '../../contract/fleet';
import { printable } from '../cli-error';
import { linesIn } from '../local/file-lines';
import { count } from '../table';

/** How a run stands: one that is neither finished nor being carried out was stopped, and goes on with the next `fleet run`. */
export type RunState = 'running' | 'stopped' | 'finished';

/** How many refused rows are shown to people. */
const MOST_SHOWN = 10;

/** What is said about a run. */
export interface ShownRun {
  readonly folder: RunFolder;
  readonly run: FleetRun;
  readonly state: RunState;
  readonly counts: FleetCounts;
  /** The folder of the encrypted keys of the fleet; absent if none are made. */
  readonly keys?: string;
  /** The folders with the files for registrations; absent if none were written now. */
  readonly registrations?: readonly string[];
}

/** A run for people. */
export function describeRun({ folder: { path }, run, state, counts, keys, registrations = [] }: ShownRun): string {
  const done = totalOf(counts);
  const parts = Object.entries(counts).filter(([, number]) => number > 0).map(([outcome, number]) => `${thousands(number)} ${outcome}`);
  const { name, number, rows, passedOver, isRetry } = run;
  return `${isRetry ? 'retry' : 'run'} ${number} of the fleet ${printable(name)}: ${state === 'finished' ? '' : `${state} at ${thousands(done)} of `}${count(rows, 'row')}`
    + `${parts.length > 0 ? `: ${parts.join(', ')}` : ''}\n`
    + `${passedOver > 0 ? `passed over: ${count(passedOver, 'row')} of devices that got their certificates in the run before\n` : ''}`
    + `results: ${path}\n`
    + `${keys === undefined ? '' : `keys: ${keys}\n`}`
    + registrations.map(each => `to register: ${each}\n`).join('');
}

/** The first refused rows, a line for each. */
export function describeRefused(folder: RunFolder, { refused }: FleetCounts): string {
  const shown = refused === 0 ? [] : firstRefused(folder.fileOf('refused'), MOST_SHOWN);
  const lines = shown.map(({ line, deviceId, reason }) => `line ${line}${deviceId === undefined ? '' : ` (${printable(deviceId)})`}: ${printable(reason)}\n`);
  return `${lines.join('')}${refused > shown.length ? `and ${count(refused - shown.length, 'more row')}: ${folder.fileOf('refused')}\n` : ''}`;
}

/** A run for programs. The schema describes it to users: keep both in step. */
export function runDocument({ folder, run: shown, state, counts, keys, registrations }: ShownRun): object {
  const { name, number, run, isRetry, rows, passedOver, startedAt, finishedAt } = shown;
  return {
    fleet: name,
    run,
    number,
    isRetry,
    state,
    rows,
    rowsPassedOver: passedOver,
    rowsDone: totalOf(counts),
    counts,
    folder: folder.path,
    keysFolder: keys,
    registrationFolders: registrations,
    startedAt,
    finishedAt,
  };
}

export function totalOf(counts: FleetCounts = NO_DEVICES): number {
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}

function firstRefused(path: string, most: number): RefusedRow[] {
  const rows: RefusedRow[] = [];
  for (const { octets } of linesIn(path)) {
    rows.push(JSON.parse(octets.toString('utf8')) as RefusedRow);
    if (rows.length === most) {
      break;
    }
  }
  return rows;
}

function thousands(number: number): string {
  return number.toLocaleString('en-US');
}
