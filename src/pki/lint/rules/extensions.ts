import { extensionName, extensionText } from '../../extension-names';
import { OID } from '../../object-identifiers';
import { LintRule } from '../lint-rule';
import { LINT_OID } from '../model/object-identifiers';

/**
 * The extensions of RFC 5280, section 4.2, which every validator is to understand, and whether it wants them critical: `undefined` where
 * that is open, or has a rule of its own.
 */
const CRITICAL: ReadonlyMap<string, boolean | undefined> = new Map<string, boolean | undefined>([
  [OID.authorityKeyIdentifier, false],
  [OID.subjectKeyIdentifier, false],
  [OID.keyUsage, undefined],
  [LINT_OID.certificatePolicies, undefined],
  [LINT_OID.policyMappings, undefined],
  [LINT_OID.subjectAltName, undefined],
  [LINT_OID.issuerAltName, undefined],
  [LINT_OID.subjectDirectoryAttributes, false],
  [OID.basicConstraints, undefined],
  [LINT_OID.nameConstraints, undefined],
  [LINT_OID.policyConstraints, true],
  [OID.extKeyUsage, undefined],
  [LINT_OID.cRLDistributionPoints, undefined],
  [LINT_OID.inhibitAnyPolicy, true],
  [LINT_OID.freshestCRL, false],
  [LINT_OID.authorityInfoAccess, false],
  [LINT_OID.subjectInfoAccess, false],
]);

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
      const unknown = extensions.find(({ oid, critical }) => critical && !CRITICAL.has(oid));
      return unknown && `the extension ${extensionText(unknown.oid)} must not be critical: validators that do not know it refuse the certificate`;
    },
  },
  {
    id: 'rfc5280-extension-criticality',
    severity: 'error',
    source: 'RFC 5280, sections 4.2.1 and 4.2.2',
    checks: 'Key identifiers and places of information are not critical, constraints on policies are.',
    check: ({ extensions }) => {
      const wrong = extensions.find(({ oid, critical }) => (CRITICAL.get(oid) ?? critical) !== critical);
      return wrong && `the extension ${extensionName(wrong.oid)} must ${wrong.critical ? 'not be' : 'be'} critical`;
    },
  },
];
