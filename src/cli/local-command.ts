import { CliError, printable } from './cli-error';
import { readGivenSecret } from './local/given-secrets';
import { outside, Outside } from './local/outside';
import { parseGivenParameter } from './local/parameters';
import { Outcome, StackReport } from './local/report';
import { runLocally } from './local/run';
import { count, table } from './table';
import { Terminal } from './terminal';

/** The options of `private-iot-ca local`; `parameters` and `secret` as they were typed. */
export interface LocalOptions {
  readonly app: string;
  readonly out: string;
  readonly parameters?: readonly string[];
  readonly secret?: readonly string[];
  readonly stack?: readonly string[];
  readonly dryRun?: boolean;
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
    dryRun: options.dryRun,
    progress: terminal.progress,
    onLoss: loss => terminal.print(`attention: ${printable(loss)}\n`),
    onStack: report => {
      terminal.print(describe(report, options.dryRun === true));
      report.warnings.forEach(warning => terminal.warn(`note: ${warning}\n`));
    },
  }, reach);
  terminal.print(options.dryRun
    ? `${changed ? 'dry run: nothing was changed' : 'dry run: no changes'}\n`
    : `${changed ? '' : 'no changes\n'}outputs: ${outputsFile}\n`);
}

/** What a dry run says of a resource. */
const WOULD_HAPPEN: { readonly [O in Outcome]: string } = {
  created: 'create', updated: 'update', replaced: 'replace', removed: 'remove', kept: 'keep',
};

function describe({ stackName, removed, resources, unchanged, kept, leftOut }: StackReport, dryRun: boolean): string {
  const rows = resources.map(({ name, type, outcome, notAfter }) => [`  ${printable(name)}`, type, dryRun ? WOULD_HAPPEN[outcome] : outcome, notAfter ?? '']);
  return [
    `stack ${stackName}${removed ? `: ${dryRun ? 'to be removed' : 'removed'}, as the app has no such stack any more` : ''}\n`,
    rows.length > 0 ? table(['  resource', 'type', dryRun ? 'what would happen' : 'what happened', 'valid until'], rows) : '',
    unchanged > 0 ? `  unchanged: ${count(unchanged, 'resource')}\n` : '',
    kept.length > 0 ? `  kept, but no longer part of any resource:\n${kept.map(({ name, type, place }) => `    ${printable(name)} (${type}): ${place}\n`).join('')}` : '',
    leftOut.length > 0 ? `  left out, since only AWS can provide it:\n${leftOut.map(item => `    ${printable(item)}\n`).join('')}` : '',
    '\n',
  ].join('');
}
