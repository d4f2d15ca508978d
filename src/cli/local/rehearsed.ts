/** The check before a deployment has met what only the deployment will know. */
export class NotKnownYet extends Error {}

/** Stands for what only the deployment will know. */
export function notKnownYet(): never {
  throw new NotKnownYet();
}

/** Evaluates what can be evaluated already, for the sake of its errors; answers `undefined` where it can't be. */
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
