import { Watch } from './watch-expiry';
import { checkAnnouncements, checkDaysLeft } from '../../contract/expiry';
import { complain, wholeNumber } from '../../resource/property-values';

/**
 * When something is said about certificates, from the environment of the function.
 *
 * @throws Error if the environment holds something else
 */
export function watchedDaysIn(announced: string | undefined, window: string | undefined): Omit<Watch, 'caId'> {
  const days: unknown = JSON.parse(announced ?? 'null');
  if (!Array.isArray(days)) {
    throw new Error('ANNOUNCED_DAYS must be a list of days');
  }
  days.forEach(each => complain(checkDaysLeft('ANNOUNCED_DAYS', each)));
  const windowDays = wholeNumber(window);
  complain(checkAnnouncements(days.length) ?? checkDaysLeft('WINDOW_DAYS', windowDays));
  return { announcedDays: [...days].sort((one, other) => other - one), windowDays: windowDays as number };
}
