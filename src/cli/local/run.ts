import { randomUUID } from 'node:crypto';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { quote } from '../../contract/rules';
import { KeyPair } from '../../pki/keys';
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
import { RehearsalDisk } from './rehearsal-disk';
import { StackReport } from './report';
import { isGivenTo, planStack, StackPlan } from './stack-plan';
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
}

/** What a run deploys, as far as it is known without the state. */
interface DeployedApp {
  readonly stacks: readonly AssemblyStack[];
  /** The stacks that this run deploys. */
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
  const app: DeployedApp = { stacks, selected: selectStacks(stacks, props.stacks) };
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

/** Reuses one key pair per algorithm for certificates that are never delivered: an RSA key for each would take most of the time. */
function onePairEach(generate: Outside['generateKeyPair']): Outside['generateKeyPair'] {
  const pairs = new Map<KeyAlgorithmName, Promise<KeyPair>>();
  return algorithm => {
    const pair = pairs.get(algorithm) ?? generate(algorithm);
    pairs.set(algorithm, pair);
    return pair;
  };
}

/** Rehearses a run on a copy of the state, and reports what would be lost. */
async function rehearse(app: DeployedApp, props: LocalRunProps, reach: Outside): Promise<LocalRunResult> {
  const reports: StackReport[] = [];
  const disk = new RehearsalDisk(reach.disk);
  const result = await deploy(app, { ...props, onStack: report => reports.push(report) }, {
    ...reach, disk, isRehearsal: true, generateKeyPair: onePairEach(reach.generateKeyPair),
  });
  lossesIn(reports, StateStore.open(props.out, disk).state.stacks).forEach(loss => props.onLoss?.(loss));
  reports.forEach(report => props.onStack(report));
  return result;
}

async function deploy({ stacks, selected }: DeployedApp, props: LocalRunProps, reach: Outside): Promise<LocalRunResult> {
  const store = StateStore.open(props.out, reach.disk);
  const outputs = new OutputsFile(props.out, reach.disk);
  outputs.assertOurs(store);
  const declared = declaredSecrets(selected);
  const engine = directoryEngine(store, reach, new GivenSecrets(props.secrets, declared), props.progress);
  const plans = selected.map(stack => plan(stack, props.parameters, store));
  assertNeeded(props.secrets, { declared, read: plans.flatMap(({ secrets }) => secrets), stacks: selected, state: store.state });
  const gone = props.stacks.length > 0 ? [] : Object.keys(store.state.stacks).filter(name => !stacks.some(stack => stack.name === name));
  let changed = false;
  const report = (done: StackReport): void => {
    changed ||= done.removed === true || done.resources.length > 0 || done.warnings.length > 0;
    props.onStack(done);
  };
  try {
    for (const each of plans) {
      report(await props.progress.during(`stack ${each.stackName}`, () => deployStack(each, engine)));
    }
    for (const name of gone.reverse()) { // a stack may import from stacks that were deployed before it
      report(await props.progress.during(`stack ${name}`, () => removeStack(name, engine)));
    }
  } catch (error) {
    store.assertSound();
    store.close();
    outputs.write(store, stacks.map(({ name }) => name)); // for the stacks that were done before the failure
    throw error;
  }
  store.close();
  const written = outputs.write(store, stacks.map(({ name }) => name));
  return { changed: changed || written, outputsFile: outputs.path };
}

function plan(stack: AssemblyStack, given: readonly GivenParameter[], store: StateStore): StackPlan {
  const previous = own(store.state.stacks, stack.name);
  return planStack(stack, previous?.stackId ?? localArn('cloudformation', `stack/${stack.name}/${randomUUID()}`), given, previous);
}

/** The parameter that CDK's bootstrapping adds to each template. */
const OF_CDK = 'BootstrapVersion';

function assertGivenToSome(given: readonly GivenParameter[], stacks: readonly AssemblyStack[]): void {
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
