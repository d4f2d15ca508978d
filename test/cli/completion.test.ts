import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KIT_NAMES } from '../../src/cli/export/kits';
import { PLATFORM_IDS } from '../../src/platforms/registry';
import { temporaryFolder } from '../support/cli-assembly';
import { cliOk } from '../support/cli-run';
import { whereInstalled } from '../support/second-opinions';

const COMMANDS = ['local', 'export', 'renew', 'revoke', 'list', 'reconcile', 'crl', 'inspect', 'lint', 'completion', 'help'];

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'cdk.out'));
  writeFileSync(join(folder, 'ca.pem'), '');
});

/** How each shell is asked, by a program of its own, what it would complete the last word with. */
const ASKED: { readonly [shell: string]: (script: string, words: readonly string[]) => string } = {
  bash: (script, words) => `source ${script}; COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_private_iot_ca; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // The functions by which zsh is told of candidates write them instead; what they are given is what the script has to get right.
  zsh: (script, words) => `compdef() { :; }; source ${script}
_describe() { local name=$4; print -rl -- \${\${(P)name}%%:*} }
_files() { [[ $1 == -/ ]] && print -rl -- *(/) || print -rl -- * }
_arguments() {
  local previous=$words[CURRENT-1] spec last
  for spec in "$@"; do
    last=\${spec##*:}
    case $spec in
      (\\**|--*) [[ \${\${spec#\\*}%%\\[*} == $previous ]] && { [[ $last == \\(* ]] && print -rl -- \${=\${last#\\(}%\\)} || \${=last}; return } ;;
    esac
  done
  if [[ $words[CURRENT] == -* ]]; then
    for spec in "$@"; do [[ $spec == (\\*|)--* ]] && print -r -- \${\${spec#\\*}%%\\[*}; done; return 0
  fi
  [[ $last == \\(* ]] && print -rl -- \${=\${last#\\(}%\\)} || \${=last}
}
words=(${words.map(word => `'${word}'`).join(' ')}); CURRENT=${words.length}; _private_iot_ca`,
  fish: (script, words) => `source ${script}; complete -C "${words.join(' ')}" | string replace -r '\\t.*' ''; true`,
};

const OPTIONS: { readonly [shell: string]: readonly string[] } = { bash: [], zsh: ['-f'], fish: ['--no-config'] };

describe.each(Object.keys(ASKED))('the completion for %s', shell => {
  const { test: testShell } = whereInstalled(spawnSync(shell, ['--version']).status === 0, shell, shell);

  async function completed(...words: string[]): Promise<string[]> {
    const script = join(folder, `completion.${shell}`);
    writeFileSync(script, await cliOk('completion', shell));
    const { stdout, stderr, status } = spawnSync(shell, [...OPTIONS[shell], '-c', ASKED[shell](script, ['private-iot-ca', ...words])], { cwd: folder, encoding: 'utf8' });
    expect([stderr, status]).toEqual(['', 0]);
    return stdout.split('\n').filter(line => line !== '' && !line.startsWith('completion.')).map(word => word.replace(/\/$/, ''));
  }

  test('names every command and every option', async () => {
    const script = await cliOk('completion', shell);
    for (const command of COMMANDS) {
      const help = await cliOk('help', command);
      const options = [...help.matchAll(/^ {2}(?:-h, )?--([a-z-]+)/gm)].map(([, option]) => option);
      options.forEach(option => expect(script).toMatch(new RegExp(`(?:--|-l )${option}\\b`)));
    }
  });

  testShell('completes commands', async () => {
    expect(await completed('')).toEqual(expect.arrayContaining(COMMANDS));
    expect(await completed('help', '')).toEqual(expect.arrayContaining(COMMANDS));
  });

  testShell('completes the options of a command', async () => {
    expect(await completed('lint', '--')).toEqual(expect.arrayContaining(['--platform', '--list', '--json', '--sarif', '--help']));
    expect(await completed('inspect', '--')).not.toContain('--platform');
  });

  testShell('completes what an option takes: names of platforms, folders', async () => {
    expect((await completed('lint', '--platform', '')).sort()).toEqual([...PLATFORM_IDS].sort());
    expect((await completed('export', '--platform', '')).sort()).toEqual([...KIT_NAMES].sort());
    expect(await completed('list', '--profile', '')).toEqual(expect.arrayContaining(['ca', 'device', 'server']));
    expect((await completed('reconcile', '--platform', '')).sort()).toEqual(['aws-iot-core', 'azure-dps', 'azure-iot-hub']);
    expect(await completed('local', '--app', '')).toEqual(['cdk.out']);
  });

  testShell('completes the names of shells, and files where files are taken', async () => {
    expect((await completed('completion', '')).sort()).toEqual(['bash', 'fish', 'zsh']);
    expect(await completed('crl', '')).toEqual(['fetch']);
    const files = await completed('inspect', '');
    expect(shell === 'bash' ? [...files, 'ca.pem'] : files).toContain('ca.pem'); // bash completes files by itself where it is answered nothing
    expect(shell === 'bash' ? files : []).toEqual([]);
  });
});
