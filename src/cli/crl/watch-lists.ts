import { Renewal } from './renew-lists';

const MINUTE = 60_000;

/** What a watch needs from outside. */
export interface WatchReach {
  readonly clock: () => Date;
  /** Waits, or returns earlier when the signal is aborted. */
  sleep(milliseconds: number, stop: AbortSignal): Promise<void>;
}

/**
 * Renews a file of lists again and again, until it is stopped.
 *
 * @param interval the longest pause, in milliseconds
 * @param round renews the file, and says what the next pause depends on
 */
export async function watchLists(
  interval: number, round: () => Promise<Pick<Renewal, 'lists' | 'errors'>>, { clock, sleep }: WatchReach, stop: AbortSignal,
): Promise<void> {
  for (let failures = 0; !stop.aborted;) {
    const renewal = await round();
    failures = renewal.errors.length > 0 ? failures + 1 : 0;
    await sleep(failures > 0 ? pauseAfterFailure(failures, interval) : pauseAfter(renewal, interval, clock()), stop);
  }
}

/** Half of the rest of the life of the list that ends first, so that a new list is there in time whenever it is published. */
function pauseAfter({ lists }: Pick<Renewal, 'lists'>, interval: number, now: Date): number {
  const ends = lists.filter(({ isOrdered }) => isOrdered).flatMap(({ list }) => list.crl.nextUpdate?.getTime() ?? []);
  return Math.min(interval, Math.max(MINUTE, (Math.min(...ends) - now.getTime()) / 2));
}

/** A minute after the first failure, and twice as long after each further one. */
function pauseAfterFailure(failures: number, interval: number): number {
  return Math.min(interval, MINUTE * 2 ** (failures - 1));
}
