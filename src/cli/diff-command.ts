import { ExitCode } from './cli-error';
import { diffWithAws } from './diff/aws-diff';
import { StackChanges } from './diff/change';
import { DeployedReader } from './diff/deployed-stack';
import { diffDocument, diffText } from './diff/forms';
import { diffWithDirectory } from './diff/local-diff';
import { expiringMilliseconds } from './list/certificate-filter';
import { readAssembly, selectStacks } from './local/assembly';
import { outside, Outside } from './local/engine';
import { parseGivenParameter } from './local/parameters';
import { assertGivenToSome } from './local/run';
import { Terminal } from './terminal';

/** The options of `private-iot-ca diff`, as the user typed them. */
export interface DiffOptions {
  readonly app: string;
  readonly local?: string;
  readonly parameters?: readonly string[];
  readonly stack?: readonly string[];
  readonly expiring?: string;
  readonly json?: boolean;
}

/** Loads what reads stacks and ledgers in AWS, which a local deployment does not need. */
export type AwsStacks = () => { readonly awsStacks: DeployedReader };

/**
 * Runs `private-iot-ca diff`.
 *
 * @returns 0 if a deployment changes no certificate, 3 if it changes some, and 1 if it would fail
 */
export async function diffCommand(options: DiffOptions, terminal: Terminal, aws: AwsStacks, reach: Outside = outside): Promise<ExitCode> {
  const { app, local, expiring, json, stack: names = [] } = options;
  const parameters = (options.parameters ?? []).map(parseGivenParameter);
  const expiringBefore = expiring === undefined ? undefined : new Date(reach.clock().getTime() + expiringMilliseconds(expiring));
  const stacks = readAssembly(app);
  const selected = selectStacks(stacks, names);
  assertGivenToSome(parameters, selected);
  const props = { stacks, selected, named: names.length > 0, parameters, expiringBefore, progress: terminal.progress };
  const found = await (local === undefined ? diffWithAws(props, aws().awsStacks, reach) : diffWithDirectory(props, local, reach));
  terminal.print(json ? diffDocument(found) : diffText(found, terminal.columns));
  return exitCodeOf(found);
}

function exitCodeOf(stacks: readonly StackChanges[]): ExitCode {
  const outcomes = stacks.flatMap(({ changes }) => changes.map(({ outcome }) => outcome));
  if (outcomes.includes('refuse') || stacks.some(({ failure }) => failure !== undefined)) {
    return ExitCode.FAILED;
  }
  return outcomes.some(outcome => outcome !== 'none') ? ExitCode.CHANGES : ExitCode.DONE;
}
