import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Rights that were given a moment ago: IAM is eventually consistent, so that the first calls after a policy was made can
 * be refused. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const NOT_YET_GRANTED = ['AccessDeniedException', 'UnrecognizedClientException'];

/** Two writes at the same item at the same time. The AWS SDK leaves it to the caller to try again. */
const CONTENTION = ['TransactionConflictException', 'TransactionInProgressException', 'TransactionCanceledException', 'TooManyUpdates'];

const MAX_CONTENTIONS = 10;

/** AWS is eventually consistent: how often is looked for what another call has just shown to be there. */
export const MAX_LOOKS = 6;

/** What to do about an error that AWS names. */
const ADVICE: { readonly [name: string]: string } = {
  AccessDeniedException: 'the role of the function must be allowed this action, and to use the key that encrypts the resource',
  DecryptionFailure: 'the KMS key that encrypts the resource must be enabled, and the role of the function allowed to use it',
  EncryptionFailure: 'the KMS key that encrypts the resource must be enabled, and the role of the function allowed to use it',
  InvalidKeyId: 'the KMS key that encrypts the resource must be a symmetric one that is enabled, and the role of the function allowed to use it',
  InvalidRequestException: 'it is scheduled for deletion, or managed by another service; restore it (secretsmanager:RestoreSecret) and deploy again',
  ResourceNotFoundException: 'it does not exist; restore it or deploy the stack that declares it',
  ThrottlingException: 'the account makes more such calls in a second than AWS allows; deploy again, or have the quota raised',
};

/** The AWS calls of one invocation: what is tried again, how long, and how a failure is put into words. */
export class AwsCalls {
  /** When which right was first refused. */
  private readonly deniedSince = new Map<string, number>();

  /**
   * @param signal ends every call, and every wait between two
   * @param patience how long, from its first refusal on, a right is taken to be on its way; milliseconds
   */
  constructor(private readonly signal: AbortSignal, private readonly patience: number) {}

  /**
   * Makes a call. Throttling, faults of the service and of the network are tried again by the client itself; here come
   * rights that are on their way, and contention.
   *
   * @param action as IAM names it, such as `dynamodb:GetItem`
   * @param resource the ARN of the secret, or the name of the table or the parameter
   * @param send sends the command with these options
   * @param expected names of errors that the caller deals with, and gets as they are
   * @throws Error that names the action, the resource and AWS's error; never AWS's message, which can hold values
   */
  public async make<T>(
    action: string, resource: string, send: (options: { abortSignal: AbortSignal }) => Promise<T>, expected: readonly string[] = [],
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await send({ abortSignal: this.signal });
      } catch (error) {
        const name = errorName(error);
        if (expected.includes(name)) {
          throw error;
        }
        if (!this.mayTryAgain(name, attempt, `${action} ${resource}`)) {
          throw new Error(`${action} on ${resource} failed: ${name}${ADVICE[name] ? `; ${ADVICE[name]}` : ''}`, { cause: error });
        }
      }
      await this.pause(attempt);
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

  private mayTryAgain(name: string, attempt: number, right: string): boolean {
    if (this.signal.aborted) {
      return false;
    }
    if (NOT_YET_GRANTED.includes(name)) {
      const since = this.deniedSince.get(right) ?? Date.now();
      this.deniedSince.set(right, since);
      return Date.now() - since < this.patience;
    }
    return CONTENTION.includes(name) && attempt < MAX_CONTENTIONS;
  }
}

/** AWS's name of an error, or the operating system's of a fault of the network. */
export function errorName(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string };
  return name !== undefined && name !== 'Error' ? name : code ?? 'Error';
}

/** Passes over the errors of these names, and throws every other one. */
export function ifOneOf(names: readonly string[], error: unknown): undefined {
  if (!names.includes(errorName(error))) {
    throw error;
  }
}
