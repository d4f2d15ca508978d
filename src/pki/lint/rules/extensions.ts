import { OID } from '../../object-identifiers';
import { LintRule } from '../lint-rule';
import { LINT_OID } from '../model/object-identifiers';

interface ExtensionFacts {
  readonly name: string;
  /** Whether RFC 5280 wants it critical, or not critical; absent where it leaves that open, or where it has a rule of its own. */
  readonly critical?: boolean;
}

/** The extensions of RFC 5280, section 4.2: what every validator of certificates is to understand. */
const EXTENSIONS: ReadonlyMap<string, ExtensionFacts> = new Map<string, ExtensionFacts>([
  [OID.authorityKeyIdentifier, { name: 'authorityKeyIdentifier', critical: false }],
  [OID.subjectKeyIdentifier, { name: 'subjectKeyIdentifier', critical: false }],
  [OID.keyUsage, { name: 'keyUsage' }],
  [LINT_OID.certificatePolicies, { name: 'certificatePolicies' }],
  [LINT_OID.policyMappings, { name: 'policyMappings' }],
  [LINT_OID.subjectAltName, { name: 'subjectAltName' }],
  [LINT_OID.issuerAltName, { name: 'issuerAltName' }],
  [LINT_OID.subjectDirectoryAttributes, { name: 'subjectDirectoryAttributes', critical: false }],
  [OID.basicConstraints, { name: 'basicConstraints' }],
  [LINT_OID.nameConstraints, { name: 'nameConstraints' }],
  [LINT_OID.policyConstraints, { name: 'policyConstraints', critical: true }],
  [OID.extKeyUsage, { name: 'extKeyUsage' }],
  [LINT_OID.cRLDistributionPoints, { name: 'cRLDistributionPoints' }],
  [LINT_OID.inhibitAnyPolicy, { name: 'inhibitAnyPolicy', critical: true }],
  [LINT_OID.freshestCRL, { name: 'freshestCRL', critical: false }],
  [LINT_OID.authorityInfoAccess, { name: 'authorityInfoAccess', critical: false }],
  [LINT_OID.subjectInfoAccess, { name: 'subjectInfoAccess', critical: false }],
]);

export function extensionName(oid: string): string {
  return EXTENSIONS.get(oid)?.name ?? oid;
}

/** What holds for extensions of every kind. */
export const EXTENSION_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-duplicate-extension',
    severity: 'error',
    source: 'RFC 5280, section 4.2',
    checks: 'No extension is there twice.',
    check: ({ extensions }) => {
      const seen = new Set<string>();
      const repeated = extensions.find(({ oid }) => seen.size === seen.add(oid).size);
      return repeated && `the extension ${extensionName(repeated.oid)} must not be there twice`;
    },
  },
  {
    id: 'rfc5280-extension-value',
    severity: 'error',
    source: 'RFC 5280, section 4.2',
    checks: 'The values of extensions have the syntax of their kind.',
    check: ({ extensions }) => {
      const damaged = extensions.find(({ fault }) => fault !== undefined);
      return damaged && `the extension ${extensionName(damaged.oid)} can't be read: ${damaged.fault}`;
    },
  },
  {
    id: 'rfc5280-unknown-critical-extension',
    severity: 'error',
    source: 'RFC 5280, section 4.2',
    checks: 'No extension is critical that is not one of RFC 5280: whoever does not know it has to refuse the certificate.',
    check: ({ extensions }) => {
      const unknown = extensions.find(({ oid, critical }) => critical && !EXTENSIONS.has(oid));
      return unknown && `the extension ${unknown.oid} must not be critical: validators that do not know it refuse the certificate`;
    },
  },
  {
    id: 'rfc5280-extension-criticality',
    severity: 'error',
    source: 'RFC 5280, sections 4.2.1 and 4.2.2',
    checks: 'Key identifiers and places of information are not critical, constraints on policies are.',
    check: ({ extensions }) => {
      const wrong = extensions.find(({ oid, critical }) => (EXTENSIONS.get(oid)?.critical ?? critical) !== critical);
      return wrong && `the extension ${extensionName(wrong.oid)} must ${wrong.critical ? 'not be' : 'be'} critical`;
    },
  },
];
