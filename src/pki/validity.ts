import { CertificateProfile } from './profile';
import { checkTerm, checkTermWithin, DAY, formatTime, Term } from '../contract/term';

/** The period in which a certificate is valid, from the first second to the last, both included (RFC 5280, section 4.1.2.5). */
export interface Validity {
  /** Whole seconds. */
  readonly notBefore: Date;
  /** Whole seconds. */
  readonly notAfter: Date;
}

/** The last second that a certificate can express, which also stands for no well-defined end (RFC 5280, section 4.1.2.5). */
const END_OF_TIME = new Date('9999-12-31T23:59:59Z');

/**
 * The validity of a certificate that is issued now. If its beginning is not declared, the profile's backdating makes it begin earlier. It
 * lies within the issuer's validity: no validator complains about a certificate that outlives its CA until the day the fleet goes dark.
 *
 * @param now the present
 * @param term the number of days of 24 hours from its beginning, or from now on; or its declared first and last second
 * @param issuer the issuer's validity; absent for a self-signed certificate
 * @param clip `true` to end with the issuer instead of failing where it would end later
 */
export function validityFrom(now: Date, profile: CertificateProfile, term: number | Term, issuer: Validity | undefined, clip: boolean): Validity {
  const { days, notBefore, notAfter } = typeof term === 'number' ? { days: term } as Term : term;
  const complaint = checkTerm({ days, notBefore, notAfter });
  if (complaint) {
    throw new Error(complaint);
  }
  const present = wholeSeconds(now);
  const end = notAfter ?? new Date((notBefore ?? present).getTime() + days! * DAY);
  if (!(end <= END_OF_TIME)) {
    throw new Error(`validity of ${days} days would end after ${formatTime(END_OF_TIME)}, the last second that a certificate can express; `
      + 'shorten validity');
  }
  if (end <= present) {
    throw new Error(`validity would already have ended on ${formatTime(end)}, and it is now ${formatTime(present)}; declare a later end`);
  }
  const start = notBefore ?? new Date(present.getTime() - profile.backdateSeconds * 1000);
  if (!issuer) {
    return { notBefore: start, notAfter: end };
  }
  assertValid(issuer, present);
  const outside = checkTermWithin({ days, notBefore, notAfter: end }, issuer, clip);
  if (outside) {
    throw new Error(outside);
  }
  return {
    notBefore: start < issuer.notBefore ? issuer.notBefore : start,
    notAfter: end > issuer.notAfter ? issuer.notAfter : end,
  };
}

function assertValid({ notBefore, notAfter }: Validity, present: Date): void {
  if (present > notAfter) {
    throw new Error(`validity can't begin: the CA expired on ${formatTime(notAfter)}, and it is now ${formatTime(present)}; `
      + 'raise the CA\'s `generation` for a new certificate, or, for a CA that was made elsewhere, declare its renewed certificate');
  }
  if (present < notBefore) {
    throw new Error(`validity can't begin: the CA is not valid until ${formatTime(notBefore)}, and it is now ${formatTime(present)}`);
  }
}

function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
