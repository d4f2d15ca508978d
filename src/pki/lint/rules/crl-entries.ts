import { timeTypeComplaint } from './validity';
import { REVOCATION_REASONS } from '../../../contract/revocation';
import { formatTime } from '../../../contract/term';
import { describeOids, OID, oidName } from '../../object-identifiers';
import { CrlEntryRule } from '../crl-rule';
import { complaintsOf } from '../lint-rule';

/** The extensions of RFC 5280, section 5.3, and whether they must be critical. */
const CRITICAL: ReadonlyMap<string, boolean> = new Map([[OID.cRLReason, false], [OID.invalidityDate, false], [OID.certificateIssuer, true]]);

const REASONS: readonly number[] = Object.values(REVOCATION_REASONS);

/** Rules for the entries of a revocation list. */
export const CRL_ENTRY_RULES: readonly CrlEntryRule[] = [
  {
    id: 'rfc5280-crl-duplicate-serial-number',
    severity: 'warning',
    source: 'RFC 5280, section 5.1.2.6',
    checks: 'No serial number is in a revocation list twice: validators disagree on which of two entries counts.',
    checkEntry: ({ serialNumber, isRepeated }, { values: { scope } }) => isRepeated && !scope?.indirect
      ? `the serial number ${serialNumber} should be in the list once` : undefined,
  },
  {
    id: 'rfc5280-crl-revocation-date-form',
    severity: 'error',
    source: 'RFC 5280, section 5.1.2.6',
    checks: 'Revocation dates are in UTC, with seconds and without fractions of a second, UTCTime through 2049 and GeneralizedTime from 2050.',
    checkEntry: ({ serialNumber, revokedAt }) => {
      const complaint = revokedAt.fault ?? timeTypeComplaint(revokedAt);
      return complaint && `the revocation date of ${serialNumber} ${complaint}`;
    },
  },
  {
    id: 'rfc5280-crl-revocation-date',
    severity: 'warning',
    source: 'RFC 5280, section 5.1.2.6',
    checks: 'Revocation dates are not in the future. They can be after thisUpdate, which some CAs put into the past for clocks that are slow.',
    checkEntry: ({ serialNumber, revokedAt: { date } }, _, { now }) => now && date && date > now
      ? `the revocation date of ${serialNumber} should not be in the future, got ${formatTime(date)}` : undefined,
  },
  {
    id: 'rfc5280-crl-reason',
    severity: 'error',
    source: 'RFC 5280, section 5.3.1',
    checks: `The reason of an entry is one of ${REASONS.join(', ')}; 7 is not used.`,
    checkEntry: ({ serialNumber, reason }) => reason === undefined || REASONS.includes(reason) ? undefined
      : `the reason for the revocation of ${serialNumber} must be one of ${REASONS.join(', ')}, got ${Number.isNaN(reason) ? 'another one' : reason}`,
  },
  {
    id: 'rfc5280-crl-reason-unspecified',
    severity: 'warning',
    source: 'RFC 5280, section 5.3.1',
    checks: 'An entry leaves its reason out if it is not specified.',
    checkEntry: ({ serialNumber, reason }) => reason === REVOCATION_REASONS.unspecified
      ? `the reason for the revocation of ${serialNumber} should be left out, got unspecified (0)` : undefined,
  },
  {
    id: 'rfc5280-crl-reason-remove',
    severity: 'error',
    source: 'RFC 5280, section 5.3.1',
    checks: 'The reason removeFromCRL is in delta lists only: a complete list leaves the certificate out.',
    checkEntry: ({ serialNumber, reason }, { extensions }) => reason === REVOCATION_REASONS.removeFromCRL
      && !extensions.some(({ oid }) => oid === OID.deltaCRLIndicator) ? `a complete list must leave ${serialNumber} out, got removeFromCRL (8)` : undefined,
  },
  {
    id: 'rfc5280-crl-invalidity-date',
    severity: 'error',
    source: 'RFC 5280, section 5.3.2',
    checks: 'An invalidityDate is a GeneralizedTime in UTC, with seconds and without fractions of a second.',
    checkEntry: ({ serialNumber, invalidityDate: time }) => {
      const complaint = time && (time.utc ? 'must be GeneralizedTime, got UTCTime' : time.fault);
      return complaint && `the invalidityDate of ${serialNumber} ${complaint}`;
    },
  },
  {
    id: 'rfc5280-crl-certificate-issuer',
    severity: 'error',
    source: 'RFC 5280, section 5.3.3',
    checks: 'The extension certificateIssuer is only in lists that say that they have certificates of several CAs (indirectCRL).',
    checkEntry: ({ serialNumber, extensions }, { values }) => !values.scope?.indirect && extensions.some(({ oid }) => oid === OID.certificateIssuer)
      ? `the entry of ${serialNumber} must not have certificateIssuer, because the list is of one CA` : undefined,
  },
  {
    id: 'rfc5280-crl-entry-extensions',
    severity: 'error',
    source: 'RFC 5280, sections 5.3 and 5.3.1 to 5.3.3',
    checks: 'No extension of an entry occurs twice or can\'t be read; cRLReason and invalidityDate are not critical, certificateIssuer is, and no unknown extension is.',
    checkEntry: ({ serialNumber, extensions }) => {
      const seen = new Set<string>();
      return complaintsOf(extensions, ({ oid, critical, fault }) => {
        const must = CRITICAL.get(oid) ?? false;
        const complaint = seen.size === seen.add(oid).size ? 'must not occur twice' : fault !== undefined ? `can't be read: ${fault}`
          : critical !== must ? `must ${must ? 'be' : 'not be'} critical` : undefined;
        return complaint && `the extension ${CRITICAL.has(oid) ? oidName(oid) : describeOids(oid)} of ${serialNumber} ${complaint}`;
      });
    },
  },
];
