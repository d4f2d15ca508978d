import { Criticality, criticalityComplaint, namesOf, repetitionComplaint, unknownCriticalComplaint, valueComplaint } from './extension-complaints';
import { OID } from '../../object-identifiers';
import { CrlRule } from '../crl-rule';
import { complaintsOf } from '../lint-rule';

/** The extensions of RFC 5280, section 5.2, and whether they must be critical: `undefined` if the RFC leaves that open. */
const CRITICAL: Criticality = new Map<string, boolean | undefined>([
  [OID.authorityKeyIdentifier, false],
  [OID.issuerAltName, undefined],
  [OID.cRLNumber, false],
  [OID.deltaCRLIndicator, true],
  [OID.issuingDistributionPoint, true],
  [OID.freshestCRL, false],
  [OID.authorityInfoAccess, false],
]);

/** The most octets that RFC 5280, section 5.2.3, allows. */
const MAX_NUMBER_OCTETS = 20;

/** Rules for the extensions of a revocation list. */
export const CRL_EXTENSION_RULES: readonly CrlRule[] = [
  {
    id: 'rfc5280-crl-duplicate-extension',
    severity: 'error',
    source: 'RFC 5280, section 4.2, whose type Extensions revocation lists have, too',
    checks: 'No extension of a revocation list occurs twice.',
    check: repetitionComplaint,
  },
  {
    id: 'rfc5280-crl-extension-value',
    severity: 'error',
    source: 'RFC 5280, section 5.2 and appendix A',
    checks: 'The values of the extensions of a revocation list have the syntax of their kind.',
    check: valueComplaint,
  },
  {
    id: 'rfc5280-crl-unknown-critical-extension',
    severity: 'error',
    source: 'RFC 5280, section 5.2',
    checks: 'Only extensions of RFC 5280 are critical in a revocation list: a validator that does not know a critical extension must not use the list.',
    check: list => unknownCriticalComplaint(list, CRITICAL, 'the list'),
  },
  {
    id: 'rfc5280-crl-extension-criticality',
    severity: 'error',
    source: 'RFC 5280, sections 4.2.1.1 and 5.2.3 to 5.2.7',
    checks: `In a revocation list, these are not critical: ${namesOf(CRITICAL, false)}. These are: ${namesOf(CRITICAL, true)}.`,
    check: list => criticalityComplaint(list, CRITICAL, 'must'),
  },
  {
    id: 'rfc5280-crl-authority-key-identifier',
    severity: 'error',
    source: 'RFC 5280, section 5.2.1',
    checks: 'A revocation list has an authority key identifier with the key identifier of its CA.',
    check: ({ values: { authorityKeyIdentifier }, unreadable }) => authorityKeyIdentifier || unreadable.has(OID.authorityKeyIdentifier)
      ? undefined
      : 'the list must have an authority key identifier with the key identifier of its CA',
  },
  {
    id: 'rfc5280-crl-number',
    severity: 'error',
    source: 'RFC 5280, section 5.2.3',
    checks: 'A revocation list has a number, by which it is known which of two lists is newer.',
    check: ({ values: { number }, unreadable }) => number || unreadable.has(OID.cRLNumber) ? undefined : 'the list must have a number (cRLNumber)',
  },
  {
    id: 'rfc5280-crl-number-value',
    severity: 'error',
    source: 'RFC 5280, section 5.2.3',
    checks: `The number of a revocation list is not negative, and has at most ${MAX_NUMBER_OCTETS} octets.`,
    check: ({ values }) => complaintsOf(Object.entries({ 'number': values.number, 'number of the base': values.deltaBase }), ([name, octets]) =>
      !octets || (octets[0] < 0x80 && octets.length <= MAX_NUMBER_OCTETS) ? undefined
        : `the ${name} must not be negative, and have at most ${MAX_NUMBER_OCTETS} octets, got ${octets[0] < 0x80 ? `${octets.length} octets` : 'a negative one'}`),
  },
  {
    id: 'rfc5280-crl-delta-number',
    severity: 'error',
    source: 'RFC 5280, section 5.2.4',
    checks: 'The number of a delta list is greater than that of the complete list that it begins with.',
    check: ({ values: { number, deltaBase } }) => !number || !deltaBase || value(number) > value(deltaBase)
      ? undefined
      : `the number of a delta list must be greater than that of its base, ${value(deltaBase)}, got ${value(number)}`,
  },
  {
    id: 'rfc5280-crl-delta-freshest',
    severity: 'error',
    source: 'RFC 5280, section 5.2.6',
    checks: 'A delta list has no freshestCRL, which leads from a complete list to a delta list.',
    check: ({ extensions }) => [OID.deltaCRLIndicator, OID.freshestCRL].every(wanted => extensions.some(({ oid }) => oid === wanted))
      ? 'a delta list must not have freshestCRL'
      : undefined,
  },
  {
    id: 'rfc5280-crl-issuing-distribution-point',
    severity: 'error',
    source: 'RFC 5280, section 5.2.5',
    checks: 'An issuingDistributionPoint is not empty, names at most one kind of certificates, and not attribute certificates.',
    check: ({ values: { scope } }) => {
      if (scope?.isEmpty) {
        return 'the issuingDistributionPoint must not be empty';
      }
      if (scope && scope.only.length > 1) {
        return `the issuingDistributionPoint must name at most one kind of certificates, got ${scope.only.join(' and ')}`;
      }
      return scope?.only.includes('onlyContainsAttributeCerts') ? 'the issuingDistributionPoint must not have onlyContainsAttributeCerts' : undefined;
    },
  },
];

/** The value of an INTEGER. */
function value(octets: Buffer): bigint {
  return BigInt.asIntN(8 * octets.length, BigInt(`0x${octets.toString('hex')}`));
}
