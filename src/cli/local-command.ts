import { CliError, printable } from './cli-error';
import { readGivenSecret } from './local/given-secrets';
import { parseGivenParameter } from './local/parameters';
import { StackReport } from './local/report';
import { outside, Outside, runLocally } from './local/run';
import { count, table } from './table';
import { Terminal } from './terminal';

/** The options of `private-iot-ca local`; `parameters` and `secret` as they were typed. */
export interface LocalOptions {
  readonly app: string;
  readonly out: string;
  readonly parameters?: readonly string[];
  readonly secret?: readonly string[];
  readonly stack?: readonly string[];
}

/** `private-iot-ca local` */
export async function localCommand(options: LocalOptions, terminal: Terminal, reach: Outside = outside): Promise<void> {
  if (options.out === '') {
    throw new CliError('--out: must name a folder');
  }
  const { changed, outputsFile } = await runLocally({
    app: options.app,
    out: options.out,
    parameters: (options.parameters ?? []).map(parseGivenParameter),
    secrets: (options.secret ?? []).map(readGivenSecret),
    stacks: options.stack ?? [],
    progress: terminal.progress,
    onStack: report => {
      terminal.print(describe(report));
      report.warnings.forEach(warning => terminal.warn(`note: ${warning}\n`));
    },
  }, reach);
  terminal.print(`${changed ? '' : 'no changes\n'}outputs: ${outputsFile}\n`);
}

function describe({ stackName, removed, resources, unchanged, leftOut }: StackReport): string {
  const rows = resources.map(({ name, type, outcome, notAfter }) => [`  ${printable(name)}`, type, outcome, notAfter ?? '']);
  return [
    `stack ${stackName}${removed ? ': removed, as the app has no such stack any more' : ''}\n`,
    rows.length > 0 ? table(['  resource', 'type', 'what happened', 'valid until'], rows) : '',
    unchanged > 0 ? `  unchanged: ${count(unchanged, 'resource')}\n` : '',
    leftOut.length > 0 ? `  left out, since only AWS can provide it:\n${leftOut.map(item => `    ${printable(item)}\n`).join('')}` : '',
    '\n',
  ].join('');
}
