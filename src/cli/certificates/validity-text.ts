import { DAY } from '../../contract/term';
import { count } from '../table';

/** RFC 5280, section 4.1.2.5. */
const NO_WELL_DEFINED_END = Date.UTC(9999, 11, 31, 23, 59, 59);

/** The present state of a validity period: `364 days left`, `expired 1 day ago`, `not yet valid: in 2 days`. */
export function validityState(notBefore: Date, notAfter: Date, now: Date): string {
  if (now < notBefore) {
    return `not yet valid: in ${daysBetween(now, notBefore)}`;
  }
  if (notAfter.getTime() === NO_WELL_DEFINED_END) {
    return 'no well-defined end';
  }
  return !isExpired(notAfter, now)
    ? `${daysBetween(now, notAfter)} left`
    : `expired ${daysBetween(notAfter, now)} ago`;
}

/** Whether a validity is over: notAfter is its last second (RFC 5280, section 4.1.2.5). */
export function isExpired(notAfter: Date, now: Date): boolean {
  return now.getTime() >= endOf(notAfter);
}

/** The whole days until a validity is over; negative once it is. Without a well-defined end, there is no such number. */
export function daysLeft(notAfter: Date, now: Date): number | undefined {
  return notAfter.getTime() === NO_WELL_DEFINED_END ? undefined : Math.floor((endOf(notAfter) - now.getTime()) / DAY);
}

function endOf(notAfter: Date): number {
  return notAfter.getTime() + 1000;
}

function daysBetween(from: Date, to: Date): string {
  const days = Math.floor((to.getTime() - from.getTime()) / DAY);
  return days < 1 ? 'less than a day' : count(days, 'day');
}

/** `2026-01-31 23:59:59 UTC` */
export function readableTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `2026-01-31` */
export function readableDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}
