import { setTimeout as sleep } from 'node:timers/promises';
import { outsideCode } from '../outside-text';
import { adviceOn } from './advice';
import { isFaultOfNetwork, UNREADABLE_ANSWER } from './network-faults';

/**
 * Rights that were given a moment ago: IAM is eventually consistent, so that the first calls after a policy was made can
 * be refused. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const NOT_YET_GRANTED = ['AccessDeniedException', 'UnrecognizedClientException'];

/**
 * A KMS key that was made a moment ago. Not what Secrets Manager and DynamoDB say of a resource that is missing.
 * https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
 */
const NOT_YET_SEEN = 'NotFoundException';

/** Two writes at the same item at the same time. The AWS SDK leaves it to the caller to try again. */
const CONTENTION = ['TransactionConflictException', 'TransactionInProgressException', 'TransactionCanceledException', 'TooManyUpdates'];

const MAX_CONTENTIONS = 10;

/** The client has tried it several times already, and waited; what it does not try again is an answer that it can't read. */
const MAX_FAULTS = 4;

/** AWS is eventually consistent: how often is looked for what another call has just shown to be there. */
export const MAX_LOOKS = 6;

/** The AWS calls of one invocation: what is tried again, how long, and how a failure is put into words. */
export class AwsCalls {
  /** When which right, or key, was first refused. */
  private readonly deniedSince = new Map<string, number>();

  /**
   * @param signal ends every call, and every wait between two
   * @param patience how long, from its first refusal on, a right or a key is taken to be on its way; milliseconds
   */
  constructor(private readonly signal: AbortSignal, private readonly patience: number) {}

  /**
   * Makes a call. Throttling, faults of the service and of the network are tried again by the client itself; here come
   * rights and keys that are on their way, contention, and faults of the network that it gives up or does not know, such as
   * an answer that is cut off or is none of AWS's. Whatever is called may have taken effect then: callers expect it.
   *
   * @param action as IAM names it, such as `dynamodb:GetItem`
   * @param resource the ARN of the secret or the key, or the name of the table or the parameter
   * @param send sends the command with these options
   * @param expected names of errors that the caller deals with, and gets as they are
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
          throw before; // it says more than that the time is over
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

  /** Waits before another attempt, longer each time; rejects when the signal ends the call. */
  public async pause(attempt: number): Promise<void> {
    const longest = Math.min(3_000, 200 * 2 ** attempt);
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal: this.signal });
  }

  /** Looks a few times for what another call has just shown to be there; `undefined` where it is not to be seen. */
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
    return attempt < (CONTENTION.includes(name) ? MAX_CONTENTIONS : isFaultOfNetwork(name) ? MAX_FAULTS : 0);
  }
}

/** AWS's name of an error, or the operating system's of a fault of the network. */
export function errorName(error: unknown): string {
  const { name, code, $response } = error as { name?: unknown; code?: unknown; $response?: unknown };
  if (name === 'Error' && $response !== undefined) {
    return UNREADABLE_ANSWER; // of XML, the AWS SDK says no more than this
  }
  const known = typeof code === 'string' && isFaultOfNetwork(code) ? code : undefined; // also where several addresses were tried
  return known ?? (typeof name === 'string' && name !== 'Error' ? name : typeof code === 'string' ? code : 'Error');
}

/** Passes over the errors of these names, and throws every other one. */
export function ifOneOf(names: readonly string[], error: unknown): undefined {
  if (!names.includes(errorName(error))) {
    throw error;
  }
}
