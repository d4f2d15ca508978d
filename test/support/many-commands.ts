import { spawnSync } from 'node:child_process';

/** How a command ended, and what it wrote to both outputs. */
export interface Ended {
  readonly status: number;
  readonly output: string;
}

/** A word for the shell, as it is. */
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/**
 * Runs commands one after the other, all from one shell. For each process that Jest starts itself, the kernel copies the page tables of
 * Jest, which takes ten times as long as `openssl verify` once a few suites have filled the memory.
 *
 * @returns how each command ended, in their order
 * @throws Error if the shell fails, or a command is not installed
 */
export function runAll(commands: readonly (readonly string[])[]): Ended[] {
  const script = commands.map(words => `${words.map(quoted).join(' ')} </dev/null 2>&1; printf '\\0%s\\0' $?\n`).join('');
  const { status, stdout, stderr, error } = spawnSync('sh', { input: script, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const parts = stdout?.split('\0') ?? [];
  if (error || status !== 0 || parts.length !== 2 * commands.length + 1) {
    throw error ?? new Error(`sh ended with ${status}: ${stderr}`);
  }
  return commands.map(([name], index) => {
    const ended = { status: Number(parts[2 * index + 1]), output: parts[2 * index].trim() };
    if (ended.status === NOT_FOUND) {
      throw new Error(`${name} is not installed: ${ended.output}`);
    }
    return ended;
  });
}

/** What a shell answers for a command that it does not find. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html */
const NOT_FOUND = 127;
