import { checkValidityDays, Complaint, quote } from './rules';

/** A day of 24 hours, in milliseconds. */
export const DAY = 86_400_000;

/** The period of validity of a certificate: a number of days or until a declared second, from a declared second or from when it is issued. */
export interface Term {
  readonly days?: number;
  /** Whole seconds. */
  readonly notBefore?: Date;
  /** Whole seconds. */
  readonly notAfter?: Date;
}

/** ISO 8601 in UTC with whole seconds, as in `2026-01-31T23:59:59Z`. */
export function formatTime(date: Date): string {
  return `${date.toISOString().slice(0, -5)}Z`;
}

/** The inverse of `formatTime`; `undefined` for every other text. */
export function parseTime(text: unknown): Date | undefined {
  const date = typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? new Date(text) : undefined;
  return date && !Number.isNaN(date.getTime()) && formatTime(date) === text ? date : undefined;
}

/** RFC 5280, section 4.1.2.5: certificates can state the years 1950 to 9999, in whole seconds. */
function checkTime(property: string, date: Date | undefined): Complaint {
  const time = date?.getTime();
  return time === undefined || (time % 1000 === 0 && time >= Date.UTC(1950) && time < Date.UTC(10_000)) ? undefined
    : `${property} must be a time in whole seconds from 1950 to 9999, got ${Number.isNaN(time!) ? 'no time' : quote(date!.toISOString())}`;
}

/** The validity of a CA; a time is absent if it is not known. */
export interface IssuerTerm {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/**
 * Checks that a term lies within the term of the issuing CA.
 *
 * @param term its end, declared or calculated; its beginning, if declared; and the days, for the message
 * @param clip `true` if a certificate that would outlast the CA ends with the CA instead
 */
export function checkTermWithin({ days, notBefore, notAfter }: Term, issuer: IssuerTerm, clip: boolean): Complaint {
  if (notAfter && issuer.notAfter && notAfter > issuer.notAfter && !clip) {
    return `validity ${days === undefined ? '' : `of ${days} days `}would end on ${formatTime(notAfter)}, after the end of the CA, `
      + `or of a CA above it, on ${formatTime(issuer.notAfter)}; shorten validity, or set clipToIssuer`;
  }
  if (notBefore && issuer.notBefore && notBefore < issuer.notBefore) {
    return `notBefore must not be before the CA, or a CA above it, becomes valid on ${formatTime(issuer.notBefore)}, got ${formatTime(notBefore)}`;
  }
  return notBefore && issuer.notAfter && notBefore >= issuer.notAfter
    ? `notBefore must be before the end of the CA, or of a CA above it, on ${formatTime(issuer.notAfter)}, got ${formatTime(notBefore)}`
    : undefined;
}

/** Checks a term, as far as that is possible without the current time. */
export function checkTerm({ days, notBefore, notAfter }: Term): Complaint {
  if ((days === undefined) === (notAfter === undefined)) {
    return 'validity must be given either as a number of days or with notAfter, not both';
  }
  const complaint = (days === undefined ? undefined : checkValidityDays(days)) ?? checkTime('notBefore', notBefore) ?? checkTime('notAfter', notAfter);
  return complaint ?? (notBefore && notAfter && notAfter <= notBefore
    ? `notAfter must be after notBefore, ${formatTime(notBefore)}, got ${formatTime(notAfter)}`
    : undefined);
}
