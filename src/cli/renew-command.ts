import { documentText } from './document';
import { directoryEngine, outside, Outside } from './local/engine';
import { assertNeeded, declaredInState, GivenSecret, GivenSecrets, readGivenSecret } from './local/given-secrets';
import { listRemarks, listsDocument, listsText } from './local/lists-text';
import { assertUnlocked, lockDirectory } from './local/lock';
import { rehearsalOf } from './local/rehearsal';
import { RenewalReport, renewInDirectory } from './local/renewals';
import { haveSucceeded, renewalRemarks, renewalsDocument, renewalsText } from './local/renewals-text';
import { WrittenList, writeRevocationLists } from './local/revocation-lists';
import { StateStore } from './local/state-store';
import { Progress, Terminal } from './terminal';

/** The options of `private-iot-ca renew`; `secret` as the user typed it. */
export interface RenewOptions {
  readonly local: string;
  readonly secret?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What was renewed. */
interface Renewed {
  readonly renewals: readonly RenewalReport[];
  readonly lists: readonly WrittenList[];
}

/**
 * Runs `private-iot-ca renew`.
 *
 * @returns whether everything that was due could be renewed
 */
export async function renewCommand(options: RenewOptions, terminal: Terminal, reach: Outside = outside): Promise<boolean> {
  const { local, dryRun = false, json = false } = options;
  const given = (options.secret ?? []).map(readGivenSecret);
  StateStore.ofDeployment(local, reach.disk, ''); // for its error, before the directory of the lock is made
  const { renewals, lists } = await (dryRun ? rehearse : renewLocked)(local, given, terminal.progress, reach);
  if (json) {
    terminal.print(documentText('renew', { dryRun, renewals: renewalsDocument(renewals), revocationLists: listsDocument(lists) }));
  } else {
    terminal.print(renewals.length === 0 ? 'no certificate is due\n' : renewalsText(renewals, dryRun, terminal.columns));
    terminal.print(`${listsText(lists, terminal.columns)}${dryRun ? 'dry run: nothing was changed\n' : ''}`);
    [...renewalRemarks(renewals), ...listRemarks(lists)].forEach(terminal.warn);
  }
  return haveSucceeded(renewals) && lists.every(({ failure }) => failure === undefined);
}

async function rehearse(directory: string, given: readonly GivenSecret[], progress: Progress, reach: Outside): Promise<Renewed> {
  assertUnlocked(directory);
  return renew(directory, given, progress, rehearsalOf(reach));
}

async function renewLocked(directory: string, given: readonly GivenSecret[], progress: Progress, reach: Outside): Promise<Renewed> {
  const unlock = lockDirectory(directory);
  try {
    return await renew(directory, given, progress, reach);
  } finally {
    unlock();
  }
}

async function renew(directory: string, given: readonly GivenSecret[], progress: Progress, reach: Outside): Promise<Renewed> {
  const store = StateStore.ofDeployment(directory, reach.disk, '');
  const declared = declaredInState(store.state);
  assertNeeded(given, { declared, read: [], stacks: [], state: store.state });
  const engine = directoryEngine(store, reach, new GivenSecrets(given, declared), progress);
  const renewals = await renewInDirectory(engine);
  const lists = reach.isRehearsal ? [] : await writeRevocationLists(engine, directory);
  store.close();
  return { renewals, lists };
}
