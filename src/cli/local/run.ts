import { quote } from '../../contract/rules';
import { CliError, messageOf } from '../cli-error';
import { own } from '../json';
import { Progress, silentProgress } from '../terminal';
import { AssemblyStack, readAssembly, selectStacks } from './assembly';
import { deployStack, removeStack } from './deployment';
import { directoryEngine, Outside, outside } from './engine';
import { assertNeeded, declaredSecrets, GivenSecret, GivenSecrets } from './given-secrets';
import { assertUnlocked, lockDirectory } from './lock';
import { lossesIn } from './losses';
import { OutputsFile } from './outputs-file';
import { GivenParameter } from './parameters';
import { rehearsalOf } from './rehearsal';
import { RenewalReport, renewInDirectory } from './renewals';
import { StackReport } from './report';
import { WrittenList, writeRevocationLists } from './revocation-lists';
import { isGivenTo, planStack } from './stack-plan';
import { localArn } from './stand-ins';
import { StateStore } from './state-store';

/** The options of a run of the local deployment. */
export interface LocalRunProps {
  /** The folder of the cloud assembly. */
  readonly app: string;
  /** The folder of the state, the keys and the outputs. */
  readonly out: string;
  readonly parameters: readonly GivenParameter[];
  /** The values of secrets that this deployment reads but does not write. */
  readonly secrets: readonly GivenSecret[];
  /** The names of the stacks to deploy; all stacks if empty. */
  readonly stacks: readonly string[];
  /**
   * Whether the run is only rehearsed, without changing anything.
   *
   * @default false
   */
  readonly dryRun?: boolean;
  readonly progress: Progress;
  /** Called before anything is changed, for the CAs and certificates that will be replaced or removed. */
  readonly onLoss?: (loss: string) => void;
  /** Called for each stack as soon as it is done. */
  readonly onStack: (report: StackReport) => void;
}

/** The result of a run. */
export interface LocalRunResult {
  /** Whether anything has changed. */
  readonly changed: boolean;
  readonly outputsFile: string;
  /** The certificates that were due, and were renewed or could not be. */
  readonly renewals: readonly RenewalReport[];
  /** The revocation lists that were made, or could not be made. */
  readonly lists: readonly WrittenList[];
}

/** The stacks of an app, and those among them that a run deploys. */
interface App {
  readonly stacks: readonly AssemblyStack[];
  readonly selected: readonly AssemblyStack[];
}

/**
 * Deploys the certificate resources of a cloud assembly into a directory. All errors that can be found without deploying are
 * found before anything is written.
 *
 * Before the run changes anything, the same code rehearses it on a copy of the state in memory, in order to know what will be
 * lost. A dry run ends there.
 */
export async function runLocally(props: LocalRunProps, reach: Outside = outside): Promise<LocalRunResult> {
  const stacks = readAssembly(props.app);
  const app: App = { stacks, selected: selectStacks(stacks, props.stacks) };
  assertGivenToSome(props.parameters, app.selected);
  new GivenSecrets(props.secrets, declaredSecrets(app.selected)); // for its errors
  if (props.dryRun) {
    assertUnlocked(props.out);
    return rehearse(app, props, reach);
  }
  const unlock = lockDirectory(props.out);
  try {
    if (StateStore.open(props.out, reach.disk).exists) {
      // A failure here occurs again below, where it is reported together with its consequences.
      await props.progress.during('checking what would be lost', () =>
        rehearse(app, { ...props, progress: silentProgress, onStack: () => undefined }, reach).catch(messageOf));
    }
    return await deploy(app, props, reach);
  } finally {
    unlock();
  }
}

/** Rehearses a run on a copy of the state, and reports what would be lost. */
async function rehearse(app: App, props: LocalRunProps, reach: Outside): Promise<LocalRunResult> {
  const reports: StackReport[] = [];
  const rehearsal = rehearsalOf(reach);
  const result = await deploy(app, { ...props, onStack: report => reports.push(report) }, rehearsal);
  lossesIn(reports, StateStore.open(props.out, rehearsal.disk).state.stacks).forEach(loss => props.onLoss?.(loss));
  reports.forEach(report => props.onStack(report));
  return result;
}

async function deploy({ stacks, selected }: App, props: LocalRunProps, reach: Outside): Promise<LocalRunResult> {
  const { out, parameters, secrets, stacks: named, progress, onStack } = props;
  const store = StateStore.open(out, reach.disk);
  const outputs = new OutputsFile(out, reach.disk);
  outputs.assertOurs(store);
  const declared = declaredSecrets(selected);
  const engine = directoryEngine(store, reach, new GivenSecrets(secrets, declared), progress);
  const plans = selected.map(stack => {
    const previous = own(store.state.stacks, stack.name);
    return planStack(stack, previous?.stackId ?? localArn('cloudformation', `stack/${stack.name}/${engine.newId()}`), parameters, previous);
  });
  assertNeeded(secrets, { declared, read: plans.flatMap(plan => plan.secrets), stacks: selected, state: store.state });
  const gone = named.length > 0 ? [] : Object.keys(store.state.stacks).filter(name => !stacks.some(stack => stack.name === name));
  let changed = false;
  const during = async (name: string, act: () => Promise<StackReport>): Promise<void> => {
    const report = await progress.during(`stack ${name}`, act);
    changed ||= report.removed === true || report.resources.length > 0 || report.warnings.length > 0;
    onStack(report);
  };
  const finish = async (renewals: readonly RenewalReport[] = []): Promise<LocalRunResult> => {
    const lists = reach.isRehearsal ? [] : await writeRevocationLists(engine, out);
    store.close();
    const written = outputs.write(store, stacks.map(({ name }) => name));
    const renewed = renewals.some(({ outcome }) => outcome !== 'failed');
    return { changed: changed || renewed || written, outputsFile: outputs.path, renewals, lists };
  };
  try {
    for (const plan of plans) {
      await during(plan.stackName, () => deployStack(plan, engine));
    }
    for (const name of gone.reverse()) { // a stack may import from stacks that were deployed before it
      await during(name, () => removeStack(name, engine));
    }
  } catch (error) {
    store.assertSound();
    await finish(); // for the stacks that were done before the failure
    throw error;
  }
  // In AWS, a schedule renews what is due. A rehearsal before the run is only about what will be lost.
  return finish(reach.isRehearsal && !props.dryRun ? [] : await renewInDirectory(engine, plans.map(({ stackName }) => stackName)));
}

/** The parameter that CDK's bootstrapping adds to each template. */
const OF_CDK = 'BootstrapVersion';

/** Refuses a value for a parameter that no stack has, and two values for one parameter. */
export function assertGivenToSome(given: readonly GivenParameter[], stacks: readonly AssemblyStack[]): void {
  given.forEach(({ stack, name, value }, index) => {
    const written = stack === undefined ? name : `${stack}:${name}`;
    if (!stacks.some(each => isGivenTo(each, { stack, name, value }))) {
      const known = stacks.flatMap(each => [...each.template.parameters.keys()].filter(parameter => parameter !== OF_CDK).map(parameter => `${each.name}:${parameter}`));
      throw new CliError(`--parameters: must name a parameter of a stack that is deployed (${known.join(', ') || 'none exists'}), `
        + `got ${quote(written)}`);
    }
    if (given.slice(0, index).some(other => other.stack === stack && other.name === name && other.value !== value)) {
      throw new CliError(`--parameters: must give each parameter one value, got different values for ${quote(written)}`);
    }
  });
}
