import { CertificateProfile } from './profile';
import { checkValidityDays } from '../contract/rules';

/** When a certificate is valid: from the first second to the last, both included (RFC 5280, section 4.1.2.5). */
export interface Validity {
  /** Whole seconds. */
  readonly notBefore: Date;
  /** Whole seconds. */
  readonly notAfter: Date;
}

const DAY = 86_400_000;

/** The last second that a certificate can name (RFC 5280, section 4.1.2.5). */
const END_OF_TIME = new Date('9999-12-31T23:59:59Z');

/**
 * The validity of a certificate that is issued now. It begins earlier by the profile's backdating and lies within the
 * issuer's: a certificate that outlives its CA is one that no validator complains about until the day the fleet goes dark.
 *
 * @param now the present
 * @param days how many days of 24 hours it lasts from now on
 * @param issuer the issuer's validity; absent for a certificate that signs itself
 * @param clip `true` to end with the issuer instead of failing where it would end later
 */
export function validityFrom(now: Date, profile: CertificateProfile, days: number, issuer: Validity | undefined, clip: boolean): Validity {
  const complaint = checkValidityDays(days);
  if (complaint) {
    throw new Error(complaint);
  }
  const present = wholeSeconds(now);
  const end = new Date(present.getTime() + days * DAY);
  if (!(end <= END_OF_TIME)) {
    throw new Error(`validity of ${days} days would end after ${formatTime(END_OF_TIME)}, the last second that a certificate can name; shorten validity`);
  }
  const start = new Date(present.getTime() - profile.backdateSeconds * 1000);
  if (!issuer) {
    return { notBefore: start, notAfter: end };
  }
  assertValid(issuer, present);
  if (end > issuer.notAfter && !clip) {
    throw new Error(`validity of ${days} days would end on ${formatTime(end)}, after the CA's own end on ${formatTime(issuer.notAfter)}; `
      + 'shorten validity, or set clipToIssuer');
  }
  return {
    notBefore: start < issuer.notBefore ? issuer.notBefore : start,
    notAfter: end > issuer.notAfter ? issuer.notAfter : end,
  };
}

function assertValid({ notBefore, notAfter }: Validity, present: Date): void {
  if (present > notAfter) {
    throw new Error(`validity can't begin: the CA has expired on ${formatTime(notAfter)}, and it is ${formatTime(present)}; `
      + 'raise the CA\'s `generation` for a new one');
  }
  if (present < notBefore) {
    throw new Error(`validity can't begin: the CA is valid from ${formatTime(notBefore)} on, and it is only ${formatTime(present)}`);
  }
}

function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

/** ISO 8601 in UTC with whole seconds, as in `2026-01-31T23:59:59Z`. */
export function formatTime(date: Date): string {
  return `${date.toISOString().slice(0, -5)}Z`;
}
