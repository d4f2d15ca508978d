import { setTimeout as sleep } from 'node:timers/promises';
import { RevocationList } from './revocation-list';
import { UnansweredError } from '../http-api';

/** A list that a service holds, and that this library looks after. */
export interface HeldList {
  /** The service's ID. */
  readonly id: string;
  /** The number of the list; absent if it is no list of the CA. */
  readonly number?: bigint;
  /** Why the service does not use the list, and what to do. */
  readonly complaint?: string;
}

/** A service that checks clients against lists that it has been given. */
export interface ListHolder {
  /** The lists that the service holds of those that this library looks after. */
  held(): Promise<HeldList[]>;
  /** The IDs of these lists. */
  ids(): Promise<string[]>;
  /**
   * Gives the service a list.
   *
   * @param standing the list whose place it takes
   * @throws UnansweredError if the service may have the list, or not
   */
  give(list: RevocationList, standing: HeldList | undefined): Promise<void>;
  /** Takes a list from the service; does nothing if it is gone. */
  take(id: string): Promise<void>;
}

/** How often it is looked what the service holds. Each turn has a reason: a fault, another function at work, or a newer list. */
const MAX_TURNS = 12;

/** The longest pause between two turns, milliseconds. */
const MAX_PAUSE = 8_000;

/**
 * Sees to it that a service holds the newest list, and no older one beside it. Nothing is remembered: each turn looks at what is published and
 * at what the service holds. Therefore it does not matter whether a call was carried out whose answer was lost, whether an earlier invocation
 * has ended half-way, and whether another one is at work. A list is never replaced by an older one, and taken away only after the service holds
 * a newer one. Whoever gives a list compares it with what is published afterwards, so the last one to do so has given the newest.
 *
 * @param published reads the newest list
 * @param signal ends the pauses
 * @returns the number of the list that was given, or `undefined` if the service had it
 */
export async function giveList(published: () => Promise<RevocationList>, holder: ListHolder, signal: AbortSignal): Promise<bigint | undefined> {
  let given: bigint | undefined;
  let failure = new Error('the service does not show the list that it was given; look whether anything else changes its lists');
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const list = await published();
    const [standing, ...surplus] = (await holder.held()).sort(newestFirst);
    const complaint = await takeAll(surplus, holder) ?? standing?.complaint;
    if (standing?.number !== undefined && standing.number >= list.number) {
      if (complaint !== undefined) {
        throw new Error(complaint);
      }
      return given;
    }
    if (given !== list.number) { // an answered call is not repeated, even if the service does not show its effect yet
      try {
        await holder.give(list, standing);
        given = list.number;
        continue;
      } catch (error) {
        if (!(error instanceof UnansweredError)) {
          throw error;
        }
        failure = error;
      }
    }
    await sleep(Math.min(MAX_PAUSE, 100 * 2 ** turn) * Math.random(), undefined, { signal }).catch(() => {
      throw failure;
    });
  }
  throw failure;
}

/** Takes from a service all lists that this library looks after there. */
export async function takeLists(holder: ListHolder): Promise<void> {
  for (const id of await holder.ids()) {
    await holder.take(id);
  }
}

/** Takes lists from a service. That this fails must not keep the newest list out, so the caller gets the first complaint. */
async function takeAll(lists: readonly HeldList[], holder: ListHolder): Promise<string | undefined> {
  let complaint: string | undefined;
  for (const { id } of lists) {
    await holder.take(id).catch((error: Error) => {
      complaint ??= error.message;
    });
  }
  return complaint;
}

/** The same order for everyone who looks, so that two functions at once keep the same list. IDs of a service differ in length only if they are numbers. */
function newestFirst(one: HeldList, other: HeldList): number {
  const [newer, older] = [one.number ?? -1n, other.number ?? -1n];
  return newer !== older ? (newer > older ? -1 : 1) : one.id.length - other.id.length || (one.id < other.id ? -1 : 1);
}
