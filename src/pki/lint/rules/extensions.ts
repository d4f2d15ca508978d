import { Criticality, criticalityComplaint, namesOf, repetitionComplaint, unknownCriticalComplaint, valueComplaint } from './extension-complaints';
import { OID } from '../../object-identifiers';
import { LintRule } from '../lint-rule';

/**
 * The extensions of RFC 5280, section 4.2, which every validator is expected to understand, and whether the RFC requires them to be
 * critical: `undefined` if the RFC leaves that open, or if another rule covers it.
 */
const CRITICAL: Criticality = new Map<string, boolean | undefined>([
  [OID.authorityKeyIdentifier, false],
  [OID.subjectKeyIdentifier, false],
  [OID.keyUsage, undefined],
  [OID.certificatePolicies, undefined],
  [OID.policyMappings, undefined],
  [OID.subjectAltName, undefined],
  [OID.issuerAltName, undefined],
  [OID.subjectDirectoryAttributes, false],
  [OID.basicConstraints, undefined],
  [OID.nameConstraints, undefined],
  [OID.policyConstraints, true],
  [OID.extKeyUsage, undefined],
  [OID.cRLDistributionPoints, undefined],
  [OID.inhibitAnyPolicy, true],
  [OID.freshestCRL, false],
  [OID.authorityInfoAccess, false],
  [OID.subjectInfoAccess, false],
]);

/** The criticality that RFC 5280 advises. */
const ADVISED: Criticality = new Map([[OID.issuerAltName, false], [OID.cRLDistributionPoints, false], [OID.policyMappings, true]]);

/** Rules for extensions of every kind. */
export const EXTENSION_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-duplicate-extension',
    severity: 'error',
    source: 'RFC 5280, section 4.2',
    checks: 'No extension occurs twice.',
    check: repetitionComplaint,
  },
  {
    id: 'rfc5280-extension-value',
    severity: 'error',
    source: 'RFC 5280, section 4.2 and appendix A',
    checks: 'The values of the extensions of RFC 5280 have the syntax of their kind: none is an empty list, no path length is negative, '
      + 'no policy occurs twice.',
    check: valueComplaint,
  },
  {
    id: 'rfc5280-unknown-critical-extension',
    severity: 'error',
    source: 'RFC 5280, section 4.2',
    checks: 'Only extensions of RFC 5280 are critical: a validator that does not know a critical extension must refuse the certificate.',
    check: certificate => unknownCriticalComplaint(certificate, CRITICAL, 'the certificate'),
  },
  {
    id: 'rfc5280-extension-criticality',
    severity: 'error',
    source: 'RFC 5280, sections 4.2.1 and 4.2.2',
    checks: `These are not critical: ${namesOf(CRITICAL, false)}. These are: ${namesOf(CRITICAL, true)}.`,
    check: certificate => criticalityComplaint(certificate, CRITICAL, 'must'),
  },
  {
    id: 'rfc5280-extension-criticality-advised',
    severity: 'warning',
    source: 'RFC 5280, sections 4.2.1.5, 4.2.1.7 and 4.2.1.13',
    checks: `These are not critical: ${namesOf(ADVISED, false)}. These are: ${namesOf(ADVISED, true)}.`,
    check: certificate => criticalityComplaint(certificate, ADVISED, 'should'),
  },
];
