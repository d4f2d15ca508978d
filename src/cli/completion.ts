import type { Option } from 'commander';
import type { ArgumentDescription, CommandDescription } from './command-description';

/** What the value of an option or the argument of a command can be. */
interface Value {
  readonly kind: 'file' | 'dir' | 'choice' | 'any';
  readonly choices: readonly string[];
}

/** The functions that write the script for each shell. */
const SCRIPTS: { readonly [shell: string]: (commands: readonly CommandDescription[]) => string } = { bash, zsh, fish };

/** The shells for which there is a script. */
export const SHELLS = Object.keys(SCRIPTS);

/** The script with which a shell completes the commands. */
export function completionScript(shell: string, commands: readonly CommandDescription[]): string {
  return SCRIPTS[shell](commands);
}

/** The description of `--help`, the option that every command has. */
const HELP = 'show how to use a command';

function valueOf(form: string, choices: readonly string[] | undefined): Value {
  const what = /[<[](file|dir)\b/.exec(form)?.[1] as 'file' | 'dir' | undefined;
  return { kind: choices ? 'choice' : what ?? 'any', choices: choices ?? [] };
}

function valueOfOption({ flags, argChoices }: Option): Value {
  return valueOf(flags, argChoices);
}

function valueOfArgument(argument: ArgumentDescription | undefined, commands: readonly CommandDescription[]): Value {
  return argument ? valueOf(argument.form, argument.form === '[command]' ? commands.map(({ name }) => name) : argument.choices) : { kind: 'any', choices: [] };
}

/** https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion-Builtins.html; works with the bash 3.2 of macOS too. */
function bash(commands: readonly CommandDescription[]): string {
  const words = (list: readonly string[]): string => `COMPREPLY=( $(compgen -W '${list.join(' ')}' -- "$current") )`;
  const reply: { readonly [K in Value['kind']]: (value: Value) => string } = {
    file: () => 'return', // without a reply, bash completes files itself
    any: () => 'return',
    dir: () => 'compopt -o filenames 2>/dev/null; COMPREPLY=( $(compgen -d -- "$current") )',
    choice: ({ choices }) => words(choices),
  };
  const answer = (value: Value): string => reply[value.kind](value);
  const valued = commands.flatMap(({ name, options }) => options.filter(({ required }) => required)
    .map(option => `    '${name} ${option.long}') ${answer(valueOfOption(option))}; return ;;`));
  return `# Completion of private-iot-ca for bash, written by: private-iot-ca completion bash
_private_iot_ca() {
  local IFS=$' \\t\\n' current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    ${words([...commands.map(({ name }) => name), '--help', '--version'])}
    return
  fi
  case "$command $previous" in
${valued.join('\n')}
  esac
  case "$command $current" in
${commands.map(({ name, options }) => `    '${name} -'*) ${words([...options.map(({ long }) => long!), '--help'])}; return ;;`).join('\n')}
  esac
  case "$command" in
${commands.map(({ name, argument }) => `    ${name}) ${answer(valueOfArgument(argument, commands))} ;;`).join('\n')}
  esac
}
complete -o default -F _private_iot_ca private-iot-ca
`;
}

/** https://zsh.sourceforge.io/Doc/Release/Completion-System.html#Completion-Functions, _arguments */
function zsh(commands: readonly CommandDescription[]): string {
  const action: { readonly [K in Value['kind']]: (value: Value) => string } = {
    file: () => '_files', dir: () => '_files -/', any: () => '', choice: ({ choices }) => `(${choices.join(' ')})`,
  };
  const actionOf = (value: Value): string => action[value.kind](value);
  const text = (prose: string): string => prose.replace(/[[\]:\\]/g, '\\$&');
  const quoted = (word: string): string => `'${word.replace(/'/g, "'\\''")}'`;
  const optionSpec = (option: Option): string => {
    const value = option.required ? `:value:${actionOf(valueOfOption(option))}` : '';
    return quoted(`${option.required ? '*' : ''}${option.long}[${text(option.description)}]${value}`);
  };
  const argumentSpecs = ({ argument }: CommandDescription): string[] =>
    argument ? [quoted(`${argument.form.includes('...') ? '*' : '1'}:${text(argument.form.replace(/[<>[\].]/g, ''))}:${actionOf(valueOfArgument(argument, commands))}`)] : [];
  return `#compdef private-iot-ca
# Completion of private-iot-ca for zsh, written by: private-iot-ca completion zsh
_private_iot_ca() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${text(summary)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(command => `    ${command.name}) _arguments ${[...command.options.map(optionSpec), quoted(`--help[${HELP}]`), ...argumentSpecs(command)].join(' \\\n      ')} ;;`).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _private_iot_ca "$@"
else
  compdef _private_iot_ca private-iot-ca
fi
`;
}

/** https://fishshell.com/docs/current/completions.html */
function fish(commands: readonly CommandDescription[]): string {
  const quoted = (word: string): string => `'${word.replace(/[\\']/g, '\\$&')}'`;
  const given: { readonly [K in Value['kind']]: (value: Value) => string } = {
    file: () => ' -r -F', dir: () => ' -x -a \'(__fish_complete_directories)\'', any: () => ' -x', choice: ({ choices }) => ` -x -a ${quoted(choices.join(' '))}`,
  };
  const line = (rest: string): string => `complete -c private-iot-ca ${rest}`;
  const ofCommand = (command: CommandDescription): string[] => {
    const seen = `-n '__fish_seen_subcommand_from ${command.name}'`;
    const value = valueOfArgument(command.argument, commands);
    return [
      line(`-n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`),
      ...command.options.map(option => {
        const taken = valueOfOption(option);
        return line(`${seen} -l ${option.long!.slice(2)}${option.required ? given[taken.kind](taken) : ''} -d ${quoted(option.description)}`);
      }),
      line(`${seen} -l help -d ${quoted(HELP)}`),
      ...value.kind === 'file' ? [line(`${seen} -F`)] : [],
      ...value.kind === 'choice' ? [line(`${seen} -a ${quoted(value.choices.join(' '))}`)] : [],
    ];
  };
  return ['# Completion of private-iot-ca for fish, written by: private-iot-ca completion fish', line('-f'), ...commands.flatMap(ofCommand), ''].join('\n');
}
