import { log } from './log';

/**
 * Does the work of an invocation, and logs its failure. Lambda must see the failure, to try again, to count it, or to tell its caller.
 *
 * @param message what has failed, for the log
 * @throws a new Error, because Lambda logs everything that is attached to one
 */
export async function orLogged<T>(message: string, awsRequestId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { name, message: errorMessage } = error as Error;
    log('ERROR', { message, awsRequestId, errorName: name, errorMessage });
    throw new Error(errorMessage);
  }
}
