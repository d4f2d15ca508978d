import { living, named, treeBelow } from './ca-tree';
import { resourceFinder } from './construct-paths';
import { FunctionOrder, FunctionRevocation, FunctionSelection, InvokeFunction, NamedFunction, revokeByFunction } from './function-revocation';
import { Outcomes } from './report';
import { Selection } from './selection';
import { quote } from '../../contract/rules';
import { CliError, DeploymentError, messageOf } from '../cli-error';
import { listed } from '../export/output-names';

/** Which certificates of CAs in AWS are meant. */
export interface AwsSelection extends Selection {
  /** All certificates of the one CA. */
  readonly all?: boolean;
  /** The cloud assembly that knows the paths of constructs. */
  readonly app?: string;
}

/** What is to be done, by CA, those nearer to the top first. */
export interface AwsPlan extends Required<Omit<Outcomes, 'lists'>> {
  readonly steps: readonly FunctionRevocation[];
  /** What to select from the CA of a step if not all of its certificates were shown. */
  readonly selection: FunctionSelection;
}

/** Finds out what would happen, without changing anything. */
export async function planInAws(
  revokers: readonly NamedFunction[], selection: AwsSelection, order: FunctionOrder, invoke: InvokeFunction, now: Date,
): Promise<AwsPlan> {
  assertOneKind(selection);
  const findResource = resourceFinder(selection.app);
  const { below, all } = selection;
  const wanted: FunctionSelection = below || all ? { all: true } : selected(selection, findResource);
  const answers: FunctionRevocation[] = [];
  for (const revoker of revokers) {
    answers.push(await revokeByFunction(revoker, wanted, order, true, invoke));
  }
  const tops = below?.flatMap(value => {
    const cas = named(isCaName(value) ? value : findResource('--below', value), answers);
    if (cas.length === 0) {
      throw new CliError(`--below must be the caId of a CA whose function is given (${listed(answers.map(({ ca }) => ca))}), or <stack>/<logical ID> or the path of its construct, `
        + `got ${quote(value)}`);
    }
    return cas;
  });
  const { cas: steps, unreached } = tops ? treeBelow(tops, answers) : { cas: answers, unreached: [] };
  return { steps, selection: wanted, ...outcomesOf(steps), unreached: living(unreached, now) };
}

/**
 * Carries a plan out, CA by CA, from the top: validators that check the whole chain refuse everything below a revoked CA at once, also if what follows fails. A hold ends from the
 * bottom for the same reason.
 */
export async function carryOutInAws(
  { steps, selection, unreached }: AwsPlan, order: FunctionOrder, invoke: InvokeFunction,
): Promise<Outcomes & { readonly changed: number; readonly failed: number }> {
  const done: FunctionRevocation[] = [];
  const due = steps.filter(({ outcomes }) => outcomes.length > 0);
  for (const { revoker, outcomes, unnamed } of order.reason === 'removeFromCRL' ? due.reverse() : due) {
    // The certificates that the user has seen, if all were shown: more may have been issued since.
    const shown = unnamed > 0 ? selection : { serialNumbers: outcomes.map(({ serialNumber }) => serialNumber) };
    try {
      done.push(await revokeByFunction(revoker, shown, order, false, invoke));
    } catch (error) {
      if (done.length === 0) {
        throw error;
      }
      throw new DeploymentError(`${messageOf(error)}; done for ${done.map(({ ca }) => ca).join(', ')} only: give the same command again, which goes on`);
    }
  }
  const sum = (count: (each: FunctionRevocation) => number): number => done.reduce((total, each) => total + count(each), 0);
  return { ...outcomesOf(done), unreached, changed: sum(({ changed }) => changed), failed: sum(({ failed }) => failed) };
}

function outcomesOf(answers: readonly FunctionRevocation[]): Required<Pick<Outcomes, 'outcomes' | 'unnamed' | 'platforms'>> {
  return {
    outcomes: answers.flatMap(({ outcomes }) => outcomes),
    unnamed: answers.reduce((sum, { unnamed }) => sum + unnamed, 0),
    platforms: [...new Map(answers.flatMap(({ platforms }) => platforms.map(each => [`${each.platform} ${each.carriedOver}`, each]))).values()],
  };
}

function selected({ serialNumber, commonName, resource, stack }: Selection, findResource: ReturnType<typeof resourceFinder>): FunctionSelection {
  if ([serialNumber, commonName, resource, stack].every(values => values === undefined)) {
    throw new CliError('certificates must be selected with --serial-number, --common-name, --resource or --stack, or else with --all or --below; got none of them');
  }
  return {
    serialNumbers: serialNumber, commonNames: commonName, resources: resource?.map(value => findResource('--resource', value)), stacks: stack,
  };
}

/** Each function refuses what it does not know, so no selector can hold for several CAs. */
function assertOneKind({ below, all, serialNumber, commonName, resource, stack }: AwsSelection): void {
  const others = Object.entries({ '--serial-number': serialNumber, '--common-name': commonName, '--resource': resource, '--stack': stack })
    .filter(([, values]) => values !== undefined).map(([option]) => option);
  const conflicting = [...all ? ['--all'] : [], ...others];
  if ((below && conflicting.length > 0) || (all && others.length > 0)) {
    throw new CliError(`${below ? '--below' : '--all'} must be the only selector for CAs in AWS, because it selects everything, got ${(below ? conflicting : others).join(', ')} too`);
  }
}

function isCaName(value: string): boolean {
  return !value.includes('/');
}
