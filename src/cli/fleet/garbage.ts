import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often garbage is collected, in milliseconds. */
const EVERY = 200;

/**
 * Keeps the young generations of this process from growing, those of threads that begin later too. What a run holds is written or passed on at once, so a larger
 * one would only fill with garbage.
 *
 * https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export function keepHeapsSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Collects the garbage of this thread from time to time. The thread that writes what others have made allocates little by itself, so its engine waits until
 * the octets that it was given, and has written, fill tens of megabytes.
 *
 * https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export class GarbageCollector {
  private readonly collect: () => void;
  private last = performance.now();

  constructor() {
    setFlagsFromString('--expose-gc');
    this.collect = runInNewContext('gc') as () => void;
    this.collect();
  }

  /** Is called whenever there may be garbage. */
  public onGarbage(): void {
    if (performance.now() - this.last >= EVERY) {
      this.collect();
      this.last = performance.now();
    }
  }
}
