import { spawn } from 'node:child_process';

/** Longer than any broker takes to reload its configuration. */
const LIMIT_MILLISECONDS = 60_000;

/**
 * Runs a command line of the user's own in the shell of the system, as Git runs its hooks. Nothing that was fetched is part of it. What it
 * prints goes to standard error, because standard output is for the result.
 *
 * @returns why it has failed; `undefined` if it has succeeded
 */
export function runCommand(command: string, milliseconds = LIMIT_MILLISECONDS): Promise<string | undefined> {
  return new Promise(resolve => {
    const child = spawn(command, { shell: true, stdio: ['ignore', process.stderr.fd, process.stderr.fd], timeout: milliseconds });
    child.once('error', ({ message }) => resolve(`it can't be started: ${message}`));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : signal === null ? `it ended with the exit code ${code}` : `it was ended by ${signal}`));
  });
}
