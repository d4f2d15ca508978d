import type { Command, Option } from 'commander';
import type { Terminal } from './terminal';

/** A command, for the parser, the help and the completions of shells. */
export interface CommandDescription<O = object> {
  readonly name: string;
  /** In a list of commands. */
  readonly summary: string;
  readonly description: string;
  readonly argument?: ArgumentDescription;
  /** Where an argument belongs, of a command that takes none. */
  readonly instead?: string;
  /** What their values are is told by what stands for them: `<file>` and `<dir>`, or anything else. */
  readonly options: readonly Option[];
  /** What else has to be known: paragraphs, or lines that begin with two spaces. */
  readonly notes: readonly string[];
  readonly examples: readonly (readonly [purpose: string, command: string])[];
  /**
   * @param program which has the help of all commands
   * @returns whether nothing was found wrong
   */
  run(args: readonly string[], options: O, terminal: Terminal, program: Command): boolean | Promise<boolean>;
}

/** What stands behind the name of a command. */
export interface ArgumentDescription {
  /** `<file...>`, or `[file...]` where it can be left out. */
  readonly form: string;
  readonly description: string;
  readonly choices?: readonly string[];
}
