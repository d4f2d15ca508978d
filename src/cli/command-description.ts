import type { Command, Option } from 'commander';
import type { ExitCode } from './cli-error';
import type { Terminal } from './terminal';

/** Describes a command for the parser, the help and the shell completions. */
export interface CommandDescription<O = object> {
  readonly name: string;
  /** The line for the list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly argument?: ArgumentDescription;
  /** For a command that takes no argument: tells the user which option to use instead. */
  readonly instead?: string;
  /** The placeholder in an option tells the kind of its value: `<file>` and `<dir>`, or anything else. */
  readonly options: readonly Option[];
  /** What else the user must know: paragraphs, or lines that begin with two spaces. */
  readonly notes: readonly string[];
  readonly examples: readonly (readonly [purpose: string, command: string])[];
  /**
   * @param program the root command, which has the help of all commands
   * @returns whether the command found nothing wrong, or an exit code
   */
  run(args: readonly string[], options: O, terminal: Terminal, program: Command): boolean | Promise<boolean | ExitCode>;
}

/** The argument after the name of a command. */
export interface ArgumentDescription {
  /** `<file...>`, or `[file...]` if it is optional. */
  readonly form: string;
  readonly description: string;
  readonly choices?: readonly string[];
}
