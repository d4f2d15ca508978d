import { Change, Outcome, StackChanges } from './change';
import { changesOf } from './changes-of-stack';
import { Foresight } from './foresight';
import { parseTime } from '../../contract/term';
import { Ports } from '../../issuing/ports';
import { identityIn } from '../../resource/physical-id';
import { CliError } from '../cli-error';
import { own } from '../json';
import { deployStack, removeStack } from '../local/deployment';
import { Engine } from '../local/engine';
import { StackPlan } from '../local/stack-plan';
import { StackState } from '../local/state';
import { holdsUnknown } from '../local/unknown-values';

/** A deployment that is foreseen. */
export interface ForeseenDeployment {
  /** In the order in which they are deployed. */
  readonly plans: readonly StackPlan[];
  /** The names of the stacks that are removed, because the app no longer has them. */
  readonly gone: readonly string[];
  /** What the deployment works with: all of it is a copy, and its lifecycle is that of the foresight. */
  readonly engine: Engine;
  readonly foresight: Foresight;
  /** The ports by the id of a stack, if the ledgers are not those of the engine. */
  readonly ports?: (stackId: string) => Ports;
  /** The time before which a certificate that stays is reported as expiring; absent if that was not asked. */
  readonly expiringBefore?: Date;
}

/** Foresees what a deployment will do with each certificate, by going through its steps without any key. */
export async function foreseeStacks(
  { plans, gone, engine, foresight, expiringBefore, ports = () => engine.ports }: ForeseenDeployment,
): Promise<StackChanges[]> {
  const { stacks } = engine.store.state;
  const foreseen: StackChanges[] = [];
  const during = async (stack: string, removed: boolean, act: () => Promise<{ readonly warnings: readonly string[] }>): Promise<void> => {
    const before = structuredClone(own(stacks, stack));
    const first = foresight.requests.length;
    const { warnings, failure } = await act().then(report => ({ ...report, failure: undefined }), failed);
    if (foresight.unreadable) {
      throw foresight.unreadable;
    }
    const changed = changesOf({ stack, before, after: own(stacks, stack), requests: foresight.requests.slice(first), foresight });
    const changes = expiringBefore ? await inGroups(changed, change => withExpiry(change, before, expiringBefore, ports)) : changed;
    foreseen.push({
      stack,
      exists: before !== undefined,
      removed,
      // A deployment that fails midway has not reached all resources.
      changes: failure === undefined ? changes : changes.filter(({ outcome }) => outcome !== 'none'),
      failure,
      warnings,
    });
  };
  for (const plan of plans) {
    await during(plan.stackName, false, () => deployStack(plan, engine));
  }
  for (const name of gone) {
    await during(name, true, () => removeStack(name, engine));
  }
  return foreseen;
}

/** A change with the certificate that the resource has, and whether that stays and expires. */
async function withExpiry(
  change: Change, before: StackState | undefined, expiringBefore: Date, ports: (stackId: string) => Ports,
): Promise<Change> {
  const { physicalId, properties = {} } = before?.resources[change.id] ?? {};
  const identity = identityIn(physicalId);
  if (!STAYING.includes(change.outcome) || identity === undefined) {
    return change;
  }
  const table = String(properties.IssuerLedgerTable ?? properties.LedgerTable);
  if (!change.present && holdsUnknown(table)) {
    return change;
  }
  const present = change.present ?? await ports(before!.stackId).ledger(table).find(identity);
  const notAfter = parseTime(present?.notAfter ?? '');
  return { ...change, present, expiring: notAfter !== undefined && notAfter < expiringBefore };
}

/** How many ledger entries are read at the same time. */
const GROUP = 20;

async function inGroups<T>(items: readonly T[], act: (item: T) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (let start = 0; start < items.length; start += GROUP) {
    done.push(...await Promise.all(items.slice(start, start + GROUP).map(act)));
  }
  return done;
}

/** The outcomes after which a resource has the certificate that it had before. */
const STAYING: readonly Outcome[] = ['none', 'change', 'refuse', 'unknown'];

function failed(error: unknown): { readonly warnings: readonly string[]; readonly failure: string } {
  if (!(error instanceof CliError)) {
    throw error;
  }
  return { warnings: [], failure: error.message.replace(/; nothing was changed$/, '') };
}
