import { describeOids, OID, oidName } from '../../object-identifiers';
import { complaintsOf, LintRule } from '../lint-rule';
import { LintedCertificate } from '../model/linted-certificate';

type Criticality = ReadonlyMap<string, boolean | undefined>;

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
    check: ({ extensions }) => {
      const seen = new Set<string>();
      return complaintsOf(extensions, ({ oid }) => seen.size === seen.add(oid).size
        ? `the extension ${oidName(oid)} must not occur twice`
        : undefined);
    },
  },
  {
    id: 'rfc5280-extension-value',
    severity: 'error',
    source: 'RFC 5280, section 4.2 and appendix A',
    checks: 'The values of the extensions of RFC 5280 have the syntax of their kind: none is an empty list, no path length is negative, '
      + 'no policy occurs twice.',
    check: ({ extensions }) => complaintsOf(extensions, ({ oid, fault }) => fault && `the extension ${oidName(oid)} can't be read: ${fault}`),
  },
  {
    id: 'rfc5280-unknown-critical-extension',
    severity: 'error',
    source: 'RFC 5280, section 4.2',
    checks: 'Only extensions of RFC 5280 are critical: a validator that does not know a critical extension must refuse the certificate.',
    check: ({ extensions }) => complaintsOf(extensions, ({ oid, critical }) => critical && !CRITICAL.has(oid)
      ? `the extension ${describeOids(oid)} must not be critical: validators that do not know it refuse the certificate`
      : undefined),
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

function namesOf(criticality: Criticality, critical: boolean): string {
  return [...criticality].filter(([, wanted]) => wanted === critical).map(([oid]) => oidName(oid)).join(', ');
}

function criticalityComplaint({ extensions }: LintedCertificate, wanted: Criticality, verb: 'must' | 'should'): string | undefined {
  return complaintsOf(extensions, ({ oid, critical }) => (wanted.get(oid) ?? critical) === critical
    ? undefined
    : `the extension ${oidName(oid)} ${verb} ${critical ? 'not be' : 'be'} critical`);
}
