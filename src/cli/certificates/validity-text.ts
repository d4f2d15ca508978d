import { count } from '../table';

const DAY_MILLISECONDS = 86_400_000;

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
  // notAfter is the last second of the validity (RFC 5280, section 4.1.2.5).
  return now.getTime() < notAfter.getTime() + 1000
    ? `${daysBetween(now, notAfter)} left`
    : `expired ${daysBetween(notAfter, now)} ago`;
}

function daysBetween(from: Date, to: Date): string {
  const days = Math.floor((to.getTime() - from.getTime()) / DAY_MILLISECONDS);
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
