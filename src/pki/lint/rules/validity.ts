import { quote } from '../../../contract/rules';
import { formatTime } from '../../../contract/term';
import { CertificateTime, isGeneralizedTooEarly } from '../../certificate-time';
import { complaintsOf, LintRule } from '../lint-rule';
import { LintedCertificate } from '../model/linted-certificate';

export const VALIDITY_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-time-form',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.5',
    checks: 'Times are in UTC, with seconds and without fractions of a second, and exist in the calendar.',
    check: certificate => complaintsOfTimes(certificate, ({ fault }) => fault),
  },
  {
    id: 'rfc5280-time-type',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.5',
    checks: 'Times are UTCTime through 2049 and GeneralizedTime from 2050.',
    check: certificate => complaintsOfTimes(certificate, timeTypeComplaint),
  },
  {
    id: 'rfc5280-validity-order',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.5',
    checks: 'The validity does not end before it begins.',
    check: ({ notBefore, notAfter }) => !notBefore.date || !notAfter.date || notBefore.date <= notAfter.date
      ? undefined
      : `the validity must not end before it begins, got ${formatTime(notBefore.date)} to ${formatTime(notAfter.date)}`,
  },
  {
    id: 'rfc5280-validity-current',
    severity: 'warning',
    source: 'RFC 5280, section 6.1.3 (a)(2)',
    checks: 'The present time lies within the validity.',
    check: (certificate, { now }) => now && outsideValidity(certificate, now),
  },
];

/** Says that a time has the type of another century. */
export function timeTypeComplaint(time: CertificateTime): string | undefined {
  return isGeneralizedTooEarly(time) ? `must be UTCTime through the year 2049, got GeneralizedTime ${quote(time.text)}` : undefined;
}

/** Says how the present lies outside the validity, if it does. `notAfter` is the last second of the validity. */
export function outsideValidity({ notBefore, notAfter }: LintedCertificate, now: Date): string | undefined {
  if (notBefore.date && now < notBefore.date) {
    return `the certificate is not valid until ${formatTime(notBefore.date)}, and it is now ${formatTime(now)}`;
  }
  return notAfter.date && now.getTime() >= notAfter.date.getTime() + 1000
    ? `the certificate expired on ${formatTime(notAfter.date)}, and it is now ${formatTime(now)}`
    : undefined;
}

function complaintsOfTimes({ notBefore, notAfter }: LintedCertificate, complain: (time: CertificateTime) => string | undefined): string | undefined {
  return complaintsOf(Object.entries({ notBefore, notAfter }), ([name, time]) => {
    const complaint = complain(time);
    return complaint && `${name} ${complaint}`;
  });
}
