import { randomBytes, randomUUID } from 'node:crypto';
import { handleLifecycleEvent } from '../../handlers/lifecycle';
import { generateKeyPair } from '../../pki/keys';
import { CliError } from '../cli-error';
import { Disk, localDisk } from '../disk';
import { own } from '../json';
import { Progress } from '../terminal';
import { AssemblyStack, readAssembly, selectStacks } from './assembly';
import { deployStack, removeStack } from './deployment';
import { DirectoryKmsKeys } from './directory-kms-keys';
import { DirectoryLedger } from './directory-ledger';
import { DirectoryParameters } from './directory-parameters';
import { DirectorySecretVersions } from './directory-secret-versions';
import { Engine, Lifecycle } from './engine';
import { declaredSecrets, GivenSecret, GivenSecrets } from './given-secrets';
import { LocalSecretValues } from './local-secret-values';
import { lockDirectory } from './lock';
import { OutputsFile } from './outputs-file';
import { GivenParameter } from './parameters';
import { StackReport } from './report';
import { isGivenTo, planStack, StackPlan } from './stack-plan';
import { localArn } from './stand-ins';
import { StateStore } from './state-store';

/** What a run of the local deployment is asked for. */
export interface LocalRunProps {
  /** The folder of the cloud assembly. */
  readonly app: string;
  /** The folder of the state, the keys and the outputs. */
  readonly out: string;
  readonly parameters: readonly GivenParameter[];
  /** What secrets hold that this deployment reads and does not write. */
  readonly secrets: readonly GivenSecret[];
  /** The names of the stacks to deploy; all where it is empty. */
  readonly stacks: readonly string[];
  readonly progress: Progress;
  /** Told of each stack as it is done. */
  readonly onStack: (report: StackReport) => void;
}

/** What a run reaches the outside through; another one in tests. */
export interface Outside {
  readonly disk: Disk;
  readonly lifecycle: Lifecycle;
  readonly clock: () => Date;
}

/** The disk, the use cases and the clock of this machine. */
export const outside: Outside = { disk: localDisk, lifecycle: handleLifecycleEvent, clock: () => new Date() };

/** What a run has come to. */
export interface LocalRunResult {
  /** Whether anything is different now. */
  readonly changed: boolean;
  readonly outputsFile: string;
}

/**
 * Deploys the certificate resources of a cloud assembly into a directory. Everything that can be found wrong without
 * deploying is found before anything is written.
 */
export async function runLocally(props: LocalRunProps, { disk, lifecycle, clock }: Outside = outside): Promise<LocalRunResult> {
  const stacks = readAssembly(props.app);
  const selected = selectStacks(stacks, props.stacks);
  assertGivenToSome(props.parameters, selected);
  const givenSecrets = new GivenSecrets(props.secrets, declaredSecrets(selected));
  const unlock = lockDirectory(props.out);
  try {
    const store = StateStore.open(props.out, disk);
    const outputs = new OutputsFile(props.out, disk);
    outputs.assertOurs(store);
    const secrets = new DirectorySecretVersions(store, disk);
    const kmsKeys = new DirectoryKmsKeys(store, disk);
    const secretValues = new LocalSecretValues(givenSecrets, secrets);
    const declaredCas: Engine['declaredCas'] = new Map();
    const engine: Engine = {
      store,
      secrets,
      kmsKeys,
      secretValues,
      lifecycle,
      declaredCas,
      progress: props.progress,
      newId: randomUUID,
      ports: {
        ledger: table => new DirectoryLedger(table, store),
        anyTable: table => new DirectoryLedger(table, store),
        stack: async stackId => ({ resources: store.resourcesOf(stackId), declaredCas: declaredCas.get(stackId) ?? [] }),
        secrets,
        parameters: new DirectoryParameters(store, disk),
        secretValue: secretArn => secretValues.read(secretArn),
        hsm: keyArn => kmsKeys.signer(keyArn),
        clock,
        random: randomBytes,
        generateKeyPair,
      },
    };
    const plans = selected.map(stack => plan(stack, props.parameters, store));
    const gone = props.stacks.length > 0 ? [] : Object.keys(store.state.stacks).filter(name => !stacks.some(stack => stack.name === name));
    let changed = false;
    const report = (done: StackReport): void => {
      changed ||= done.removed === true || done.resources.length > 0 || done.warnings.length > 0;
      props.onStack(done);
    };
    try {
      for (const each of plans) {
        report(await deployStack(each, engine));
      }
      for (const name of gone.reverse()) { // what was deployed later may import from what was deployed before
        report(await removeStack(name, engine));
      }
    } catch (error) {
      store.assertSound();
      outputs.write(store, stacks.map(({ name }) => name)); // of the stacks that were done before
      throw error;
    }
    const written = outputs.write(store, stacks.map(({ name }) => name));
    return { changed: changed || written, outputsFile: outputs.path };
  } finally {
    unlock();
  }
}

function plan(stack: AssemblyStack, given: readonly GivenParameter[], store: StateStore): StackPlan {
  const previous = own(store.state.stacks, stack.name);
  return planStack(stack, previous?.stackId ?? localArn('cloudformation', `stack/${stack.name}/${randomUUID()}`), given, previous);
}

function assertGivenToSome(given: readonly GivenParameter[], stacks: readonly AssemblyStack[]): void {
  for (const parameter of given) {
    if (!stacks.some(stack => isGivenTo(stack, parameter))) {
      const { stack, name } = parameter;
      throw new CliError(`--parameters: no stack that is deployed ${stack === undefined ? '' : `as ${stack} `}has a parameter ${name}`);
    }
  }
}
