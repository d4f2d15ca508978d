import { setTimeout as sleep } from 'node:timers/promises';
import { outsideCode } from '../outside-text';
import { adviceOn } from './advice';
import { isFaultOfNetwork, UNREADABLE_ANSWER } from './network-faults';
import { isFaultOfService } from './service-faults';

/**
 * The errors for rights that were granted a moment ago: IAM is eventually consistent, so the first calls after a policy was created can be
 * refused. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const NOT_YET_GRANTED = ['AccessDeniedException', 'AccessDenied', 'UnrecognizedClientException'];

/**
 * The error for a KMS key that was created a moment ago. Secrets Manager and DynamoDB report a missing resource by another name.
 * https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
 */
const NOT_YET_SEEN = 'NotFoundException';

/** The errors for two simultaneous writes to the same item. The AWS SDK leaves the retry to the caller. */
const CONTENTION = ['TransactionConflictException', 'TransactionInProgressException', 'TransactionCanceledException', 'TooManyUpdates'];

const MAX_CONTENTIONS = 10;

/**
 * How often a call is made again after a fault. The client itself has retried the call several times, with waits, but not after a response that
 * it can't read, and not at all once it has used up its retry quota: after many faults, each further one reaches the caller, also one that would pass.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const MAX_FAULTS = 4;

/** How many times to look for what another call has just shown to exist: AWS is eventually consistent. */
export const MAX_LOOKS = 6;

/** Makes the AWS calls of one invocation, and decides what is retried, for how long, and how a failure is worded. */
export class AwsCalls {
  /** When each right or key was first refused. */
  private readonly deniedSince = new Map<string, number>();

  /**
   * @param signal aborts every call, and every wait between two calls
   * @param patience how long after its first refusal a right or a key is assumed to be on its way, in milliseconds
   */
  constructor(private readonly signal: AbortSignal, private readonly patience: number) {}

  /**
   * Makes a call. The client itself retries after throttling, service faults and network faults. This method retries after the refusal of a
   * right or key that is on its way, after contention, and after network faults that the client gives up on or does not know, such as a
   * response that is truncated or not from AWS. The failed call may have taken effect; callers expect that.
   *
   * @param action as IAM names it, such as `dynamodb:GetItem`
   * @param resource the ARN of the secret or the key, or the name of the table or the parameter
   * @param send sends the command with these options
   * @param expected the names of the errors that the caller handles, and that are thrown unchanged
   * @throws Error that names the action, the resource and AWS's error; never AWS's message, which can hold values
   */
  public async make<T>(
    action: string, resource: string, send: (options: { abortSignal: AbortSignal }) => Promise<T>, expected: readonly string[] = [],
  ): Promise<T> {
    let before: Error | undefined;
    for (let attempt = 0; ; attempt++) {
      try {
        return await send({ abortSignal: this.signal });
      } catch (error) {
        const name = errorName(error);
        if (expected.includes(name)) {
          throw error;
        }
        if (before && this.signal.aborted) {
          throw before; // it says more than that the time is up
        }
        const advice = adviceOn(action, name, String((error as Error).message));
        const failure = new Error(`${action} on ${resource} failed: ${outsideCode(name)}${advice ? `; ${advice}` : ''}`, { cause: error });
        if (!this.mayTryAgain(error, attempt, `${action} ${resource}`)) {
          throw failure;
        }
        before = failure;
        await this.pause(attempt).catch(() => {
          throw failure;
        });
      }
    }
  }

  /** Waits before another attempt, longer each time; rejects when the signal aborts the call. */
  public async pause(attempt: number): Promise<void> {
    const longest = Math.min(3_000, 200 * 2 ** attempt);
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal: this.signal });
  }

  /** Looks a few times for what another call has just shown to exist. Returns `undefined` if it does not appear. */
  public async lookFor<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    for (let turn = 0; turn < MAX_LOOKS; turn++) {
      const found = await look();
      if (found !== undefined) {
        return found;
      }
      await this.pause(turn);
    }
    return undefined;
  }

  private mayTryAgain(error: unknown, attempt: number, right: string): boolean {
    if (this.signal.aborted) {
      return false;
    }
    const name = errorName(error);
    if (NOT_YET_GRANTED.includes(name) || name === NOT_YET_SEEN) {
      const since = this.deniedSince.get(right) ?? Date.now();
      this.deniedSince.set(right, since);
      return Date.now() - since < this.patience;
    }
    return attempt < (CONTENTION.includes(name) ? MAX_CONTENTIONS : isFaultOfNetwork(name) || isFaultOfService(error) ? MAX_FAULTS : 0);
  }
}

/** AWS's name for an error, or the operating system's name for a network fault. */
export function errorName(error: unknown): string {
  const { name, code, $response } = error as { name?: unknown; code?: unknown; $response?: unknown };
  if (name === 'Error' && $response !== undefined) {
    return UNREADABLE_ANSWER; // for XML, the AWS SDK says no more than this
  }
  const known = typeof code === 'string' && isFaultOfNetwork(code) ? code : undefined; // also if several addresses were tried
  return known ?? (typeof name === 'string' && name !== 'Error' ? name : typeof code === 'string' ? code : 'Error');
}

/** Ignores the errors with these names, and throws every other error. */
export function ifOneOf(names: readonly string[], error: unknown): undefined {
  if (!names.includes(errorName(error))) {
    throw error;
  }
}
