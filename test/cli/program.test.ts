import { generateKeyPairSync } from 'node:crypto';
import { run } from '../../src/cli/program';
import { silentProgress } from '../../src/cli/terminal';
import { cli, cliError, cliOk } from '../support/cli-run';

const COMMANDS = ['local', 'export', 'fleet', 'renew', 'revoke', 'list', 'reconcile', 'diff', 'crl', 'inspect', 'lint', 'completion', 'help'];

describe('the help', () => {
  test('has every command, and says what the exit codes mean', async () => {
    const said = await cliOk('help');
    COMMANDS.forEach(command => expect(said).toMatch(new RegExp(`^  ${command} `, 'm')));
    expect(said).toContain('The exit code is 0 if all is well, 1 if certificates have errors, keys or revocation lists are missing, a');
    expect(await cliOk('--help')).toBe(said);
  });

  test.each(COMMANDS)('of %s is the same however it is asked for, and has examples', async command => {
    const said = await cliOk('help', command);
    expect(await cliOk(command, '--help')).toBe(said);
    expect(said).toMatch(/\nExamples:\n {2}# .+\n {2}\$ .*private-iot-ca /);
  });

  test('of an unknown command names the known ones', async () => {
    expect(await cliError('help', 'nonsense')).toBe(`error: help: command must be one of ${COMMANDS.join(', ')}, got "nonsense"`);
  });

  test.each([80, 160])('fits a terminal of %d columns', async columns => {
    for (const command of [[], ...COMMANDS.map(each => [each])]) {
      let said = '';
      await run(['help', ...command], { columns, progress: silentProgress, print: text => { said += text; }, warn: () => undefined });
      const isExample = (line: string): boolean => line.startsWith('  $ ');
      expect(said.split('\n').filter(line => line.length > columns && !isExample(line))).toEqual([]);
    }
  });
});

test('a command line without a command gets the list of commands on standard error, with exit code 2', async () => {
  expect(await cli()).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(/^Usage: private-iot-ca [^]*Commands:/) });
});

test.each([
  [['nonsense']], [['lint', '--nonsense']], [['inspect']], [['local', 'a-word-too-much']], [['completion', 'tcsh']], [['export', '--out']], [['lint', '--json', '--sarif', 'x']],
])('%j is wrong usage: one line of standard error and exit code 2', async args => {
  expect(await cli(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(/^error: .+\n(\(Did you mean .+\)\n)?$/) });
});

test.each([
  ['export', 'Pass the outputs file with --outputs.'], ['local', 'Give a parameter of the template with --parameters NAME=VALUE.'],
])('an argument of %s, which takes none, gets a message that says where it belongs', async (command, wayOut) => {
  expect((await cli(command, 'outputs.json')).stderr).toContain(`too many arguments for '${command}'. Expected 0 arguments but got 1. ${wayOut}\n`);
});

describe('a private key that is given in the place of something else', () => {
  const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

  test.each([
    ['a file', ['inspect', KEY]],
    ['a file to check', ['lint', KEY]],
    ['the outputs file', ['export', '--outputs', KEY]],
    ['the app', ['local', '--app', KEY]],
    ['a parameter without a name', ['local', '--parameters', KEY]],
    ['a platform', ['lint', '--platform', KEY, 'ca.pem']],
    ['an option', ['inspect', `--${KEY}`]],
    ['a command', [KEY]],
    ['a shell', ['completion', KEY]],
    ['a command to help with', ['help', KEY]],
  ])('is not shown: %s', async (_, args) => {
    const said = await cliError(...args);
    KEY.split('\n').slice(1, 3).forEach(line => expect(said).not.toContain(line.slice(0, 20)));
    expect(said).toMatch(/private key|not shown|must be of the form/);
  });
});
