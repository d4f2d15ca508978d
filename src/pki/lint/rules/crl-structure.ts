import { digestComplaint, parametersComplaint } from './signature';
import { signatureFieldsComplaint } from './structure';
import { CrlRule } from '../crl-rule';
import { complaintsOf } from '../lint-rule';

/** The rule that is reported if a file is not a revocation list at all, and nothing else can be checked. */
export const CRL_DER_ENCODING: CrlRule = {
  id: 'rfc5280-crl-der-encoding',
  severity: 'error',
  source: 'RFC 5280, section 5.1, and X.690, sections 8 to 11',
  checks: 'The revocation list is in DER, as far as it is read, with all its entries.',
  check: ({ encodingFaults }) => complaintsOf(encodingFaults, fault => fault),
};

/** Rules for the fields of a revocation list, except for its times. */
export const CRL_STRUCTURE_RULES: readonly CrlRule[] = [
  CRL_DER_ENCODING,
  {
    id: 'rfc5280-crl-version',
    severity: 'error',
    source: 'RFC 5280, sections 5.1.2.1 and 5.2',
    checks: 'The version of a revocation list is 2, which is the only one with extensions.',
    check: ({ version }) => version === 2 ? undefined : `the version must be 2, got ${Number.isNaN(version) ? 'another one' : version}`,
  },
  {
    id: 'rfc5280-crl-signature-fields',
    severity: 'error',
    source: 'RFC 5280, sections 5.1.1.2 and 5.1.2.2',
    checks: 'The signature algorithm inside the signed part of a revocation list is the same as the one outside.',
    check: signatureFieldsComplaint,
  },
  {
    id: 'rfc5280-crl-signature-parameters',
    severity: 'error',
    source: 'RFC 4055, section 5 (RSA); RFC 5758, section 3.2 (ECDSA); RFC 8410, section 3 (EdDSA)',
    checks: 'The signature algorithm of a revocation list has NULL as its parameters with RSA, and none with ECDSA and EdDSA.',
    check: ({ outerSignature }) => parametersComplaint(outerSignature),
  },
  {
    id: 'nist-crl-signature-digest',
    severity: 'error',
    source: 'NIST SP 800-131A Rev. 2, section 9',
    checks: 'The signature of a revocation list is not over an MD2, MD5 or SHA-1 digest.',
    check: ({ outerSignature }) => digestComplaint(outerSignature),
  },
  {
    id: 'rfc5280-crl-issuer-present',
    severity: 'error',
    source: 'RFC 5280, section 5.1.2.3',
    checks: 'The issuer of a revocation list has a name that is not empty.',
    check: ({ issuer: { empty } }) => empty ? 'the issuer must have a name, got an empty one' : undefined,
  },
  {
    id: 'rfc5280-crl-revoked-empty',
    severity: 'error',
    source: 'RFC 5280, section 5.1.2.6',
    checks: 'A revocation list without entries leaves revokedCertificates out.',
    check: ({ entries }) => entries?.length === 0 ? 'revokedCertificates must be left out if there are no entries, got an empty list' : undefined,
  },
];
