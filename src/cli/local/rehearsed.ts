/** The check before a deployment needs a value that only the deployment will know. */
export class NotKnownYet extends Error {}

/** Stands in for a value that only the deployment will know. */
export function notKnownYet(): never {
  throw new NotKnownYet();
}

/** Evaluates what can be evaluated before the deployment, in order to find errors; returns `undefined` if it can't be evaluated yet. */
export function rehearse<T>(evaluate: () => T, ...passedOver: (new (...args: never[]) => Error)[]): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (![NotKnownYet, ...passedOver].some(kind => error instanceof kind)) {
      throw error;
    }
    return undefined;
  }
}
