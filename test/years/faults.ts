import { Gate } from '../support/memory-ports';
import { Random } from '../support/random';

/** What can happen to a process at one of its calls: an error, before its effect or after it, or the end of the process. */
const FAULTS = ['refused', 'answer lost', 'ended before', 'ended after'] as const;

/** The most calls after which a fault comes: more than most processes make, so that some end well. */
const MAX_CALLS = 45;

/** An invocation of a function. */
export interface Invocation {
  /** What its calls go through. */
  readonly gate: Gate;
  /** Whether its process has ended, so that nobody hears its answer. */
  readonly hasEnded: () => boolean;
  /** Whether a fault has come. */
  readonly wasDisturbed: () => boolean;
}

/** Invocations, some of which meet a fault. */
export class Faults {
  /** How many faults have come, by kind. */
  public readonly met: { [fault: string]: number } = {};

  /** @param rate the share of invocations with a fault */
  constructor(private readonly random: Random, private readonly rate: number) {}

  public undisturbed(): Invocation {
    return this.disturbedBy(undefined, Infinity);
  }

  public invocation(): Invocation {
    return this.random.chance(this.rate) ? this.disturbedBy(this.random.pick(FAULTS), 1 + this.random.below(MAX_CALLS)) : this.undisturbed();
  }

  private disturbedBy(fault: typeof FAULTS[number] | undefined, at: number): Invocation {
    let calls = 0;
    let ended = false;
    const fail = (operation: string): never => {
      this.met[fault!] = (this.met[fault!] ?? 0) + 1;
      ended = fault!.startsWith('ended');
      throw new Error(`${operation} failed: ${fault}`);
    };
    const gate: Gate = async (operation, effect) => {
      if (ended) {
        throw new Error('the process has ended');
      }
      for (let turns = this.random.below(3); turns > 0; turns--) {
        await Promise.resolve(); // so that invocations at the same time take turns in random order
      }
      calls++;
      if (calls === at && (fault === 'refused' || fault === 'ended before')) {
        fail(operation);
      }
      const result = effect();
      return calls === at ? fail(operation) : result;
    };
    return { gate, hasEnded: () => ended, wasDisturbed: () => calls >= at };
  }
}
