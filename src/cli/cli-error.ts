import { holdsPrivateKey } from '../contract/private-keys';
import { escapeUnsafeCharacters } from '../contract/unsafe-characters';

/** The exit codes. Pipelines depend on them: decisions/0018-command-line-for-machines.md. */
export const ExitCode = {
  /** The command did what was asked, and found nothing wrong. */
  DONE: 0,
  /** The command was carried out, but found a problem or ended with one: certificates with errors, missing keys, a failed deployment. */
  FAILED: 1,
  /** `diff` found that a deployment will change certificates. */
  CHANGES: 3,
  /** The command was not carried out: wrong usage, or a file that can't be read or written. */
  NOT_CARRIED_OUT: 2,
} as const;

export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

/** An error that the user can fix. It is reported on one line that says what is wrong and where, without a stack trace. */
export class CliError extends Error {
  public readonly exitCode: ExitCode = ExitCode.NOT_CARRIED_OUT;

  constructor(message: string) {
    super(onOneLine(message));
    this.name = 'CliError';
  }
}

/** A deployment was carried out and failed. */
export class DeploymentError extends CliError {
  public override readonly exitCode = ExitCode.FAILED;
}

/** The message of an error, on one line and without characters that a terminal would act on. */
export function messageOf(error: unknown): string {
  return onOneLine(error instanceof Error ? error.message : String(error));
}

/** Makes text from a file or a template safe to show: characters that a terminal would act on, or that are invisible, become escapes. */
export function printable(text: string): string {
  return escapeUnsafeCharacters(text);
}

/** Returns a message, or a warning if it repeats a private key that was given in place of something else, such as a file or a parameter. */
export function withoutPrivateKey(text: string): string {
  return holdsPrivateKey(text) ? 'a private key was given in place of another value (not shown); leave it out, and consider it compromised' : text;
}

function onOneLine(text: string): string {
  return printable(withoutPrivateKey(text).split(/[\r\n]+/).map(line => line.trim()).filter(line => line !== '').join(' '));
}
