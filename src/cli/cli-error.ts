import { holdsPrivateKey } from '../contract/private-keys';
import { escapeUnsafeCharacters } from '../contract/unsafe-characters';

/** The exit codes. Pipelines depend on them: decisions/0018-command-line-for-machines.md. */
export const ExitCode = {
  /** What was asked for is done, and nothing is wrong with it. */
  DONE: 0,
  /** It was carried out, and found or came to something wrong: certificates with errors, keys that are missing, a failed deployment. */
  FAILED: 1,
  /** It was not carried out: wrong usage, or a file that can't be read or written. */
  NOT_CARRIED_OUT: 2,
} as const;

export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** Something the user can mend. It is told on one line, with what and where, and without a stack trace. */
export class CliError extends Error {
  public readonly exitCode: ExitCode = ExitCode.NOT_CARRIED_OUT;

  constructor(message: string) {
    super(onOneLine(message));
    this.name = 'CliError';
  }
}

/** A deployment was carried out and has failed. */
export class DeploymentError extends CliError {
  public override readonly exitCode = ExitCode.FAILED;
}

/** What an error says, on one line and without what a terminal would act upon. */
export function messageOf(error: unknown): string {
  return onOneLine(error instanceof Error ? error.message : String(error));
}

/** Text from a file or a template as a terminal may show it: what a terminal would act upon, or nobody would see, is written as an escape. */
export function printable(text: string): string {
  return escapeUnsafeCharacters(text);
}

/** A message, unless it repeats a private key that was given in the place of something else, such as a file or a parameter. */
export function withoutPrivateKey(text: string): string {
  return holdsPrivateKey(text) ? 'a private key was given in the place of something else (not shown); leave it out, and consider it compromised' : text;
}

function onOneLine(text: string): string {
  return printable(withoutPrivateKey(text).split(/[\r\n]+/).map(line => line.trim()).filter(line => line !== '').join(' '));
}
