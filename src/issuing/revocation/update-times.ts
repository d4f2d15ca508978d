/** When a revocation list or an OCSP response is valid. */
export interface UpdateTimes {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** How far before the present a list or a response becomes valid, as certificates do: the clock of a device may run behind. */
export const BACKDATE_MILLISECONDS = 3_600_000;

/**
 * The times of a list or a response that is made now, in whole seconds.
 *
 * @param life how long it is valid from now on, in milliseconds
 */
export function updateTimes(now: Date, life: number): UpdateTimes {
  const present = wholeSeconds(now).getTime();
  return { thisUpdate: new Date(present - BACKDATE_MILLISECONDS), nextUpdate: wholeSeconds(new Date(present + life)) };
}

/** The last whole second. */
export function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
