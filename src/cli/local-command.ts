import { CliError, DeploymentError, printable } from './cli-error';
import { documentText } from './document';
import { outside, Outside } from './local/engine';
import { readGivenSecret } from './local/given-secrets';
import { listRemarks, listsDocument, listsText } from './local/lists-text';
import { parseGivenParameter } from './local/parameters';
import { haveSucceeded, renewalRemarks, renewalsDocument, renewalsText } from './local/renewals-text';
import { describeLeftOut, Outcome, StackReport } from './local/report';
import { LocalRunResult, runLocally } from './local/run';
import { count, fields, Page, paragraph, table } from './table';
import { Terminal } from './terminal';

/** The options of `private-iot-ca local`; `parameters` and `secret` as the user typed them. */
export interface LocalOptions {
  readonly app: string;
  readonly out: string;
  readonly parameters?: readonly string[];
  readonly secret?: readonly string[];
  readonly stack?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Receives the events of a run and its end. */
interface Listener {
  /** @param loss what will be lost, in words */
  onLoss(loss: string): void;
  onStack(report: StackReport): void;
  onEnd(result: LocalRunResult): void;
  onFailure(error: DeploymentError): void;
}

/**
 * Runs `private-iot-ca local`.
 *
 * @returns whether everything that was due could be renewed
 */
export async function localCommand(options: LocalOptions, terminal: Terminal, reach: Outside = outside): Promise<boolean> {
  if (options.out === '') {
    throw new CliError('--out: must name a folder');
  }
  const dryRun = options.dryRun === true;
  const listener = options.json ? documentWriter(dryRun, terminal) : teller(dryRun, terminal);
  try {
    const result = await runLocally({
      app: options.app,
      out: options.out,
      parameters: (options.parameters ?? []).map(parseGivenParameter),
      secrets: (options.secret ?? []).map(readGivenSecret),
      stacks: options.stack ?? [],
      dryRun,
      progress: terminal.progress,
      onLoss: loss => listener.onLoss(loss),
      onStack: report => listener.onStack(report),
    }, reach);
    listener.onEnd(result);
    return haveSucceeded(result.renewals);
  } catch (error) {
    if (error instanceof DeploymentError) {
      listener.onFailure(error);
    }
    throw error;
  }
}

/** Reports each stack to people as soon as it is done. */
function teller(dryRun: boolean, { print, warn, columns }: Terminal): Listener {
  const stacks: StackReport[] = [];
  return {
    onLoss: loss => print(paragraph(`warning: ${printable(loss)}`, { columns })),
    onStack: report => {
      stacks.push(report);
      print(describe(report, dryRun, columns));
      report.warnings.forEach(warning => warn(`note: ${printable(warning)}\n`));
    },
    onEnd: ({ changed, outputsFile, renewals, lists }) => {
      print(renewalsText(renewals, dryRun, columns));
      renewalRemarks(renewals).forEach(warn);
      const leftOut = describeLeftOut(stacks).map(item => paragraph(printable(item), { columns, indent: '  ' }));
      print(leftOut.length > 0 ? `left out, because only AWS or a platform can provide it:\n${leftOut.join('')}\n` : '');
      print(listsText(lists, columns));
      listRemarks(lists).forEach(warn);
      print(dryRun ? `${changed ? 'dry run: nothing was changed' : 'dry run: no changes'}\n` : `${changed ? '' : 'no changes\n'}outputs: ${outputsFile}\n`);
    },
    onFailure: () => undefined,
  };
}

/** Writes one document for programs, even about a failed deployment. The schema describes it to users: keep both in step. */
function documentWriter(dryRun: boolean, { print }: Terminal): Listener {
  const losses: string[] = [];
  const stacks: object[] = [];
  const write = (members: object): void => print(documentText('local', { dryRun, ...members, losses, stacks }));
  return {
    onLoss: loss => losses.push(loss),
    onStack: ({ stackName, removed = false, resources, unchanged, kept, keptCas, leftOut, warnings }) => stacks.push({
      stack: stackName,
      removed,
      resources: resources.map(({ name, type, outcome, notAfter }) => ({ name, type, outcome, notAfter })),
      unchanged,
      kept,
      keptCas,
      leftOut,
      warnings,
    }),
    onEnd: ({ changed, outputsFile, renewals, lists }) =>
      write({ changed, outputs: outputsFile, renewals: renewalsDocument(renewals), revocationLists: listsDocument(lists) }),
    onFailure: ({ message }) => write({ error: message }),
  };
}

/** The length of a date in ISO 8601. Programs get the time to the second. */
const DATE_LENGTH = '2026-01-31'.length;

/** What a dry run prints for each outcome. */
const WOULD_HAPPEN: { readonly [O in Outcome]: string } = {
  created: 'create', updated: 'update', replaced: 'replace', removed: 'remove', kept: 'keep',
};

function describe({ stackName, removed, resources, unchanged, kept, keptCas }: StackReport, dryRun: boolean, columns: number | undefined): string {
  const page: Page = { columns, indent: '  ' };
  const rows = resources.map(({ name, type, outcome, notAfter }) => [printable(name), type, dryRun ? WOULD_HAPPEN[outcome] : outcome, notAfter?.slice(0, DATE_LENGTH) ?? '']);
  return [
    `stack ${stackName}${removed ? `: ${dryRun ? 'to be removed' : 'removed'}, because the app no longer has this stack` : ''}\n`,
    rows.length > 0 ? table(['resource', 'type', dryRun ? 'what would happen' : 'what happened', 'valid until'], rows, page) : '',
    rows.length + unchanged === 0 ? paragraph('no certificate resources', page) : '',
    unchanged > 0 ? paragraph(`unchanged: ${count(unchanged, 'resource')}`, page) : '',
    kept.length > 0 ? paragraph('kept, but no longer used by any resource:', page) : '',
    ...kept.map(({ name, type, place }) => paragraph(`${printable(name)} (${type}): ${place}`, { columns, indent: '    ' })),
    ...keptCas.map(({ name, ...attributes }) => paragraph(`to import the CA ${printable(name)} again, declare PrivateIotCa.fromKeptCa() with`, page)
      + fields(Object.entries(attributes), { columns, indent: '    ' })),
  ].join('').trimEnd().concat('\n\n');
}
