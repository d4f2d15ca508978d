import { LintRule } from '../lint-rule';

/** The most that RFC 5280, section 4.1.2.2, allows. */
const MAX_OCTETS = 20;

/** 64 bits. */
const MIN_OCTETS = 8;

export const SERIAL_NUMBER_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-serial-number-positive',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.2',
    checks: 'The serial number is positive.',
    check: ({ serialNumber }) => serialNumber[0] < 0x80 && serialNumber.some(octet => octet !== 0)
      ? undefined
      : `the serial number must be positive, got the INTEGER ${hex(serialNumber)}`,
  },
  {
    id: 'rfc5280-serial-number-length',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.2',
    checks: 'The serial number has at most 20 octets, including the one that keeps it positive.',
    check: ({ serialNumber }) => serialNumber.length <= MAX_OCTETS
      ? undefined
      : `the serial number must have at most ${MAX_OCTETS} octets, got ${serialNumber.length}`,
  },
  {
    id: 'cabf-serial-number-entropy',
    severity: 'warning',
    source: 'CA/Browser Forum, Baseline Requirements, section 7.1',
    checks: 'The serial number is long enough for 64 random bits, so that the signed content can\'t be predicted, and no serial number occurs twice.',
    check: ({ serialNumber }) => serialNumber.length >= MIN_OCTETS
      ? undefined
      : `the serial number should have at least 64 random bits, got ${hex(serialNumber)}`,
  },
];

/** Shows only the first 20 octets, because a serial number can have any length. */
function hex(octets: Buffer): string {
  return octets.toString('hex', 0, MAX_OCTETS).toUpperCase();
}
