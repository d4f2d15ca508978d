import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { StackChanges } from './change';
import { DeployedReader } from './deployed-stack';
import { DeployedStates, regionOf } from './deployed-state';
import { ForeseenLedger, ForeseenRevocations } from './foreseen-ledger';
import { foreseeStacks } from './foreseen-stacks';
import { Foresight } from './foresight';
import { DiffProps } from './local-diff';
import { partitionOf } from './partition';
import { Ports } from '../../issuing/ports';
import { Disk } from '../disk';
import { own } from '../json';
import { directoryEngine, Outside } from '../local/engine';
import { declaredSecrets, GivenSecrets } from '../local/given-secrets';
import { RehearsalDisk } from '../local/rehearsal-disk';
import { planStack, StackPlan } from '../local/stack-plan';
import { LOCAL_ACCOUNT } from '../local/stand-ins';
import { emptyState, State } from '../local/state';
import { StateStore } from '../local/state-store';
import { unknownValue } from '../local/unknown-values';

/** A disk without files: what is compared with AWS is in memory only. */
const NO_FILES: Disk = {
  read: () => undefined,
  list: () => [],
  replace: () => undefined,
  append: () => undefined,
  remove: () => undefined,
  makePrivateFolder: () => undefined,
  removeIfEmpty: () => undefined,
};

/** Foresees the deployment of an app into AWS, on a copy of its stacks and of the parts of the ledgers that the deployment would read. */
export async function diffWithAws(
  { selected, parameters, expiringBefore, progress }: DiffProps, reader: DeployedReader, reach: Outside,
): Promise<StackChanges[]> {
  const present = inMemory(emptyState(), reader, reach);
  const stacks = await progress.during('reading what is deployed', () => new DeployedStates(reader, present.ports).read(selected));
  const { store, disk, ports } = inMemory({ ...emptyState(), stacks }, reader, reach);
  const foresight = new Foresight(structuredClone(store.state.stacks));
  const engine = directoryEngine(store, {
    ...reach, disk, isRehearsal: true, lifecycle: (event, given) => foresight.lifecycle(event, { ...ports(event.stackId), stack: given.stack }),
  }, new GivenSecrets([], declaredSecrets(selected)), progress);
  const plans: StackPlan[] = [];
  for (const stack of selected) {
    const previous = own(store.state.stacks, stack.name);
    const stackId = previous?.stackId ?? newStackId(stack.name, stack.region ?? await reader.region());
    plans.push(planStack(stack, stackId, parameters, previous, unknownValue));
  }
  return foreseeStacks({ plans, gone: [], engine, foresight, expiringBefore, ports });
}

/** The id of a stack that does not exist yet. Only AWS knows the account. */
function newStackId(name: string, region: string): string {
  return `arn:${partitionOf(region)}:cloudformation:${region}:${LOCAL_ACCOUNT}:stack/${name}/${randomUUID()}`;
}

/** A state in memory, with copies of the ledgers in AWS. */
function inMemory(state: State, reader: DeployedReader, reach: Outside): { store: StateStore; disk: Disk; ports: (stackId: string) => Ports } {
  const disk = new RehearsalDisk(NO_FILES);
  disk.replace(join('aws', 'state.json'), JSON.stringify(state));
  const store = StateStore.open('aws', disk);
  const engine = directoryEngine(store, { ...reach, disk }, new GivenSecrets([], []), { during: (_, act) => act() });
  const ledgers = new Map<string, { readonly ledger: ForeseenLedger; readonly revocations: ForeseenRevocations }>();
  const copyOf = (table: string, region: string) => {
    const key = `${region} ${table}`;
    const known = ledgers.get(key);
    if (known) {
      return known;
    }
    const source = reader.ledger(table, region);
    const ledger = new ForeseenLedger(table, store, source.ledger);
    const copy = { ledger, revocations: new ForeseenRevocations(ledger, source.revocations) };
    ledgers.set(key, copy);
    return copy;
  };
  return {
    store,
    disk,
    ports: stackId => {
      const ledger = (table: string): ForeseenLedger => copyOf(table, regionOf(stackId)).ledger;
      const revocations = (table: string): ForeseenRevocations => copyOf(table, regionOf(stackId)).revocations;
      return { ...engine.ports, ledger, anyTable: ledger, revocations, anyRevocations: revocations };
    },
  };
}
