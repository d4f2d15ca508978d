import { timeTypeComplaint } from './validity';
import { formatTime } from '../../../contract/term';
import { CertificateTime } from '../../certificate-time';
import { CrlRule } from '../crl-rule';
import { complaintsOf } from '../lint-rule';
import { LintedCrl } from '../model/linted-crl';

/** Rules for the times of a revocation list. */
export const CRL_TIME_RULES: readonly CrlRule[] = [
  {
    id: 'rfc5280-crl-time-form',
    severity: 'error',
    source: 'RFC 5280, sections 5.1.2.4 and 5.1.2.5',
    checks: 'The times of a revocation list are in UTC, with seconds and without fractions of a second, and exist in the calendar.',
    check: list => complaintsOfTimes(list, ({ fault }) => fault),
  },
  {
    id: 'rfc5280-crl-time-type',
    severity: 'error',
    source: 'RFC 5280, sections 5.1.2.4 and 5.1.2.5',
    checks: 'The times of a revocation list are UTCTime through 2049 and GeneralizedTime from 2050.',
    check: list => complaintsOfTimes(list, timeTypeComplaint),
  },
  {
    id: 'rfc5280-crl-next-update',
    severity: 'error',
    source: 'RFC 5280, section 5.1.2.5',
    checks: 'A revocation list says when the next one will be there.',
    check: ({ nextUpdate }) => nextUpdate ? undefined : 'nextUpdate must be present',
  },
  {
    id: 'rfc5280-crl-update-order',
    severity: 'error',
    source: 'RFC 5280, section 5.1.2.5',
    checks: 'A revocation list ends after it begins: nextUpdate is after thisUpdate.',
    check: ({ thisUpdate, nextUpdate }) => !thisUpdate.date || !nextUpdate?.date || thisUpdate.date < nextUpdate.date
      ? undefined
      : `nextUpdate must be after thisUpdate, ${formatTime(thisUpdate.date)}, got ${formatTime(nextUpdate.date)}`,
  },
  {
    id: 'rfc5280-crl-current',
    severity: 'warning',
    source: 'RFC 5280, section 6.3.3 (a)',
    checks: 'The present time is between thisUpdate and nextUpdate of a revocation list: many brokers refuse all devices of a CA whose list is out of date.',
    check: ({ thisUpdate, nextUpdate }, { now }) => {
      if (now && thisUpdate.date && now < thisUpdate.date) {
        return `the list is valid only from ${formatTime(thisUpdate.date)}, and it is now ${formatTime(now)}`;
      }
      return now && nextUpdate?.date && now > nextUpdate.date
        ? `the list was to be replaced by ${formatTime(nextUpdate.date)}, and it is now ${formatTime(now)}`
        : undefined;
    },
  },
];

function complaintsOfTimes({ thisUpdate, nextUpdate }: LintedCrl, complain: (time: CertificateTime) => string | undefined): string | undefined {
  return complaintsOf(Object.entries({ thisUpdate, ...nextUpdate && { nextUpdate } }), ([name, time]) => {
    const complaint = complain(time);
    return complaint && `${name} ${complaint}`;
  });
}
