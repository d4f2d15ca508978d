import { Option } from 'commander';
import type { CommandDescription } from './command-description';

/** What `--json` does in every command that has it. */
export const JSON_OPTION = 'print one JSON document for programs instead of text for people';

/** Gives each command the type of its own options. */
export function described<O extends object = object>(description: CommandDescription<O>): CommandDescription {
  return description;
}

/** An option that can be given several times, with one value each. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] = []) => [...before, value]);
}

/** Tells the help and the shells the choices of an option. The command checks the value, because it knows what to say about another value. */
export function withChoices(choices: readonly string[], option: Option): Option {
  option.argChoices = [...choices];
  return option;
}
