import { Argument, Command, CommanderError } from 'commander';
import { CliError, ExitCode, messageOf, withoutPrivateKey } from './cli-error';
import type { CommandDescription } from './command-description';
import { COMMANDS } from './commands';
import { packageVersion } from './package-version';
import { Terminal } from './terminal';
import { wrapped } from './text-width';
import { quote } from '../contract/rules';

/** The maximum width of the help. Longer lines of prose are hard to read, and in a pipe no terminal wraps them. */
const HELP_COLUMNS = 110;

/** The description of an option is wrapped only if it has at least this many columns. */
const LEAST_COLUMNS = 16;

/** What the parser says if an argument is wrong; it complains about a missing option first. */
const CHOICE_IS_WRONG = /required (?:option|argument)|invalid for argument/;

/**
 * Runs a command line.
 *
 * @param args without the names of the interpreter and the program
 * @returns the exit code; if there was an error, one line about it has been printed
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = ExitCode.DONE;
  const finish = (result: boolean | ExitCode): void => {
    code = typeof result === 'number' ? result : result ? ExitCode.DONE : ExitCode.FAILED;
  };
  try {
    await program(terminal, finish).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) { // the error has been printed already; after help, there is none
      return error.exitCode === 0 ? ExitCode.DONE : ExitCode.NOT_CARRIED_OUT;
    }
    terminal.warn(`error: ${messageOf(error)}\n`);
    return error instanceof CliError ? error.exitCode : ExitCode.NOT_CARRIED_OUT;
  }
}

/** @param finish receives what a command has returned */
function program(terminal: Terminal, finish: (result: boolean | ExitCode) => void): Command {
  const columns = Math.min(terminal.columns ?? HELP_COLUMNS, HELP_COLUMNS);
  const root = new Command('private-iot-ca')
    .description('Make, export, renew, revoke, list, compare, inspect and check the certificates of a private CA for IoT devices.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show how to use a command')
    .helpCommand(false) // `help` is one of COMMANDS
    .configureOutput({ writeOut: text => terminal.print(text), writeErr: text => terminal.warn(withoutPrivateKey(text) === text ? text : `error: ${withoutPrivateKey(text)}\n`) })
    .configureHelp({ helpWidth: columns, minWidthToWrap: LEAST_COLUMNS })
    .exitOverride()
    .addHelpText('after', furtherHelp(['The exit code is 0 if all is well, 1 if certificates have errors, keys or revocation lists are missing, a ledger and a platform differ, or a renewal or a deployment has failed, 2 if the command could not be carried out, and 3 if diff finds changes.'], [
      ['make the certificates of an app, without an AWS account', 'cdk synth && private-iot-ca local'],
      ['write them to files', 'private-iot-ca export --outputs local-out/outputs.json --out pem'],
      ['look at them', 'private-iot-ca inspect pem/*.pem'],
      ['check them', 'private-iot-ca lint pem/*.pem --platform aws-iot-core'],
    ], columns));
  for (const { name, summary, description, argument, instead, options, notes, examples, run: carryOut } of COMMANDS) {
    const command = root.command(name).summary(summary).description(description).addHelpText('after', furtherHelp(notes, examples, columns));
    options.forEach(option => command.addOption(option));
    if (argument) {
      const { form, description: what, choices } = argument;
      command.addArgument(choices ? new Argument(form, what).choices(choices) : new Argument(form, what));
    }
    command.configureOutput({
      outputError: (text, write) => {
        if (instead && text.includes('too many arguments')) {
          write(`${text.trimEnd()} ${instead}\n`);
          return;
        }
        const wrong = argument?.choices && CHOICE_IS_WRONG.test(text) ? wrongChoice(argument.form, argument.choices, command.args[0]) : undefined;
        write(wrong === undefined ? text : `error: ${wrong}\n`);
      },
    });
    command.action(async () => finish(await carryOut(command.args, command.opts(), terminal, root)));
  }
  return root;
}

/** Why an argument that must be one of these is none of them. */
function wrongChoice(form: string, choices: readonly string[], value: string | undefined): string | undefined {
  const given = value?.startsWith('-') ? undefined : value;
  return given !== undefined && choices.includes(given) ? undefined : `${form} must be ${choices.join(', ')}, got ${given === undefined ? 'none' : quote(given)}`;
}

/** The help below the options of a command. */
function furtherHelp(notes: CommandDescription['notes'], examples: CommandDescription['examples'], columns: number): string {
  const lines = notes.map((note, index) => {
    const [, head, text] = /^( {2}\S+ +)(.*)$/.exec(note) ?? ['', '', note];
    return `${head === '' && index > 0 ? '\n' : ''}${head}${wrapped(text, columns - head.length).join(`\n${' '.repeat(head.length)}`)}\n`;
  });
  return `${notes.length > 0 ? '\n' : ''}${lines.join('')}\nExamples:\n`
    + examples.map(([purpose, command]) => `${example('  # ', purpose, '\n  # ', columns)}\n${example('  $ ', command, ' \\\n      ', columns)}\n`).join('').trimEnd();
}

/** A line of an example, wrapped so that it can still be copied. */
function example(head: string, text: string, lineBreak: string, columns: number): string {
  return head + wrapped(text, columns - '      '.length - ' \\'.length).join(lineBreak);
}
