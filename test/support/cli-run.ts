import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localDisk } from '../../src/cli/disk';
import { StateStore } from '../../src/cli/local/state-store';
import { run } from '../../src/cli/program';
import { Aws } from '../../src/cli/revoke-command';
import { silentProgress } from '../../src/cli/terminal';

/** What a command line has said. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function cli(...args: string[]): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const code = await run(args, {
    progress: silentProgress,
    print: text => { stdout += text; },
    warn: text => { stderr += text; },
  });
  return { code, stdout, stderr };
}

/** Runs a command line that has to succeed. */
export async function cliOk(...args: string[]): Promise<string> {
  const result = await cli(...args);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout;
}

/** Runs a command line that has to be refused with one line, before anything was carried out. */
export async function cliError(...args: string[]): Promise<string> {
  return oneLine(2, await cli(...args));
}

/** Runs a deployment that has to fail with one line. */
export async function cliFailure(...args: string[]): Promise<string> {
  return oneLine(1, await cli(...args));
}

function oneLine(expected: number, { code, stderr }: CliResult): string {
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(code).toBe(expected);
  return stderr.trimEnd();
}

/** An AWS that nothing may reach. */
export const NO_AWS: Aws = {
  awsFunction: () => { throw new Error('no function is asked for'); },
  awsLedger: () => { throw new Error('no ledger is asked for'); },
};

/** The contents of all files below a folder, by relative path. */
export function filesBelow(folder: string): { [path: string]: string } {
  return !existsSync(folder) ? {} : Object.fromEntries(readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => statSync(join(folder, path)).isFile())
    .sort()
    .map(path => [path, readFileSync(join(folder, path), 'utf8')]));
}

export function readJson(path: string): ReturnType<typeof JSON.parse> {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** A name that a local deployment has generated, without what makes it another one each time. */
export function stem(name: string): string {
  return name.replace(/-[0-9a-f]{6}(?=$|\.)/, '');
}

/** The path of what a local deployment has put into a folder under a generated name that begins so. */
export function generatedPath(folder: string, name: string): string {
  const [found = name] = existsSync(folder) ? readdirSync(folder).filter(each => stem(each) === name) : [];
  return join(folder, found);
}

/** The identity of the CA of the stack `Iot` in a local deployment. */
export function caIdIn(out: string): string {
  return StateStore.open(out, localDisk).state.stacks.Iot.resources.Ca.physicalId;
}

/** The ledger of a local deployment whose generated name begins so. */
export function ledgerOf(out: string, name: string): ReturnType<typeof JSON.parse> {
  const { ledgers } = StateStore.open(out, localDisk).state;
  return ledgers[Object.keys(ledgers).find(each => stem(each) === name)!];
}
