import { StackChanges } from './change';
import { foreseeStacks } from './foreseen-stacks';
import { Foresight } from './foresight';
import { own } from '../json';
import { AssemblyStack } from '../local/assembly';
import { directoryEngine, Outside } from '../local/engine';
import { declaredSecrets, GivenSecrets } from '../local/given-secrets';
import { assertUnlocked } from '../local/lock';
import { GivenParameter } from '../local/parameters';
import { RehearsalDisk } from '../local/rehearsal-disk';
import { planStack } from '../local/stack-plan';
import { localArn } from '../local/stand-ins';
import { StateStore } from '../local/state-store';
import { Progress } from '../terminal';

/** What is compared. */
export interface DiffProps {
  /** All stacks of the app. */
  readonly stacks: readonly AssemblyStack[];
  /** The stacks among them that are compared. */
  readonly selected: readonly AssemblyStack[];
  /** Whether the user has named the stacks. */
  readonly named: boolean;
  readonly parameters: readonly GivenParameter[];
  readonly expiringBefore?: Date;
  readonly progress: Progress;
}

/** Foresees the deployment of an app into the directory of a local deployment, on a copy of the directory's state in memory. */
export async function diffWithDirectory(
  { stacks, selected, named, parameters, expiringBefore, progress }: DiffProps, directory: string, reach: Outside,
): Promise<StackChanges[]> {
  assertUnlocked(directory);
  const store = StateStore.open(directory, new RehearsalDisk(reach.disk));
  const foresight = new Foresight(structuredClone(store.state.stacks));
  const engine = directoryEngine(store, {
    ...reach, disk: new RehearsalDisk(reach.disk), isRehearsal: true, lifecycle: foresight.lifecycle,
  }, new GivenSecrets([], declaredSecrets(selected)), progress);
  const plans = selected.map(stack => {
    const previous = own(store.state.stacks, stack.name);
    return planStack(stack, previous?.stackId ?? localArn('cloudformation', `stack/${stack.name}/${engine.newId()}`), parameters, previous);
  });
  const gone = named ? [] : Object.keys(store.state.stacks).filter(name => !stacks.some(stack => stack.name === name)).reverse();
  return foreseeStacks({ plans, gone, engine, foresight, expiringBefore });
}
