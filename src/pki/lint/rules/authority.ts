import { OID, oidName } from '../../object-identifiers';
import { LintRule } from '../lint-rule';
import { isCritical } from '../model/linted-certificate';

/** Rules for what a certificate may do, and for what makes it a CA. */
export const AUTHORITY_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-basic-constraints-critical',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.9',
    checks: 'The basicConstraints of a CA are critical.',
    check: certificate => certificate.ca && !isCritical(certificate, OID.basicConstraints)
      ? 'basicConstraints of a CA must be critical'
      : undefined,
  },
  {
    id: 'rfc5280-path-length-ca',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.9',
    checks: 'Only a CA that may sign certificates has a path length.',
    check: ({ ca, values: { basicConstraints, keyUsage } }) => basicConstraints?.pathLength === undefined || (ca && keyUsage?.has('keyCertSign') !== false)
      ? undefined
      : 'the path length must be left out if the certificate is not a CA with the key usage keyCertSign',
  },
  {
    id: 'rfc5280-ca-key-usage',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.3',
    checks: 'A CA has the key usage keyCertSign.',
    check: ({ ca, values: { keyUsage }, unreadable }) => ca && !keyUsage?.has('keyCertSign') && !unreadable.has(OID.keyUsage)
      ? `the key usage of a CA must have keyCertSign, got ${keyUsage ? [...keyUsage].join(', ') || 'none' : 'no key usage'}`
      : undefined,
  },
  {
    id: 'rfc5280-key-cert-sign',
    severity: 'error',
    source: 'RFC 5280, sections 4.2.1.3 and 4.2.1.9',
    checks: 'Only a CA has the key usage keyCertSign.',
    check: ({ ca, values: { keyUsage }, unreadable }) => !ca && keyUsage?.has('keyCertSign') && !unreadable.has(OID.basicConstraints)
      ? 'the key usage must not have keyCertSign if the certificate is not a CA'
      : undefined,
  },
  {
    id: 'rfc5280-key-usage-empty',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.3',
    checks: 'A key usage, if given, allows at least one usage.',
    check: ({ values: { keyUsage } }) => keyUsage?.size === 0 ? 'the key usage must have at least one usage, got none' : undefined,
  },
  {
    id: 'rfc5280-key-usage-critical',
    severity: 'warning',
    source: 'RFC 5280, section 4.2.1.3',
    checks: 'The key usage is critical.',
    check: certificate => certificate.values.keyUsage && !isCritical(certificate, OID.keyUsage) ? 'the key usage should be critical' : undefined,
  },
  {
    id: 'rfc5280-ca-subject-key-identifier',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.2; OpenSSL 3.0 (-x509_strict) and wolfSSL 5.5, tried',
    checks: 'A CA has a subject key identifier, with which the certificates below identify it.',
    check: ({ ca, values, unreadable }) => ca && !values.subjectKeyIdentifier && !unreadable.has(OID.subjectKeyIdentifier)
      ? 'a CA must have a subject key identifier; without it, wolfSSL and OpenSSL in strict mode refuse everything below the CA'
      : undefined,
  },
  {
    id: 'rfc5280-subject-key-identifier',
    severity: 'warning',
    source: 'RFC 5280, section 4.2.1.2',
    checks: 'An end entity has a subject key identifier.',
    check: ({ ca, values, unreadable }) => !ca && !values.subjectKeyIdentifier && !unreadable.has(OID.subjectKeyIdentifier)
      ? 'the certificate should have a subject key identifier'
      : undefined,
  },
  {
    id: 'rfc5280-authority-key-identifier',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.1',
    checks: 'A certificate that is not self-issued has an authority key identifier with the key identifier of its issuer.',
    check: ({ selfIssued, values, unreadable }) => !selfIssued && !values.authorityKeyIdentifier && !unreadable.has(OID.authorityKeyIdentifier)
      ? 'the certificate must have an authority key identifier with the key identifier of the issuer'
      : undefined,
  },
  {
    id: 'stack-ca-extended-key-usage',
    severity: 'warning',
    source: 'OpenSSL 3.0, GnuTLS 3.7 and Go 1.19, tried',
    checks: 'If a CA has extended key usages, clientAuth is one of them; otherwise OpenSSL, GnuTLS and Go refuse devices below it.',
    check: ({ ca, values: { extendedKeyUsage } }) => ca && extendedKeyUsage && !extendedKeyUsage.includes(OID.clientAuth)
      ? `extendedKeyUsage of a CA should have clientAuth, or be left out, got ${extendedKeyUsage.map(oidName).join(', ')}; OpenSSL, GnuTLS and Go refuse devices below it`
      : undefined,
  },
  {
    id: 'rfc5280-name-constraints-ca',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.10',
    checks: 'Only a CA has name constraints.',
    check: ({ ca, unreadable, extensions }) =>
      !ca && !unreadable.has(OID.basicConstraints) && extensions.some(({ oid }) => oid === OID.nameConstraints)
        ? 'name constraints must be left out if the certificate is not a CA'
        : undefined,
  },
  {
    id: 'rfc5280-name-constraints-critical',
    severity: 'warning',
    source: 'RFC 5280, section 4.2.1.10',
    checks: 'Name constraints are critical; otherwise a validator may ignore them.',
    check: certificate => isCritical(certificate, OID.nameConstraints) === false
      ? 'name constraints should be critical; otherwise a validator may ignore them (mbedTLS and BearSSL refuse critical ones)'
      : undefined,
  },
];
