import { formatTime } from '../../../contract/term';
import { signatureFacts } from '../../algorithms';
import { OID } from '../../object-identifiers';
import { keyText } from '../../public-key-info';
import { issuerRule, LintRule } from '../lint-rule';
import { isSameLintedName } from '../model/linted-name';

/** Rules that compare a certificate with its issuer's. */
export const ISSUER_RULES: readonly LintRule[] = [
  issuerRule({
    id: 'rfc5280-issuer-name',
    severity: 'error',
    source: 'RFC 5280, section 6.1.3 (a)(4)',
    checks: 'The name of the issuer is the subject of the issuer\'s certificate, as section 7.1 compares names.',
    check: ({ issuer: name }, { subject }) => isSameLintedName(name, subject)
      ? undefined
      : 'the name of the issuer must be the subject of the issuer\'s certificate, got another name',
  }),
  issuerRule({
    id: 'rfc5280-issuer-name-encoding',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.6; Go 1.19, GnuTLS 3.7 and wolfSSL 5.5, tried',
    checks: 'The issuer\'s name has the octets that it has in the issuer\'s certificate; Go, GnuTLS and wolfSSL compare only those octets.',
    check: ({ issuer: name }, { subject }) => name.der.equals(subject.der) || !isSameLintedName(name, subject)
      ? undefined
      : 'the name of the issuer must have the same octets as the subject of the issuer\'s certificate, got the name in another encoding: Go, GnuTLS and wolfSSL refuse the chain',
  }),
  issuerRule({
    id: 'rfc5280-issuer-ca',
    severity: 'error',
    source: 'RFC 5280, section 6.1.4 (k)',
    checks: 'The issuer is a CA.',
    check: ({ der }, issuer) => issuer.ca || der.equals(issuer.der) || issuer.unreadable.has(OID.basicConstraints) ? undefined : 'the issuer must be a CA (cA of basicConstraints)',
  }),
  issuerRule({
    id: 'rfc5280-issuer-key-usage',
    severity: 'error',
    source: 'RFC 5280, section 6.1.4 (n)',
    checks: 'The issuer\'s key usage has keyCertSign.',
    check: ({ der }, { der: issuer, values: { keyUsage } }) => !keyUsage || keyUsage.has('keyCertSign') || der.equals(issuer)
      ? undefined
      : `the key usage of the issuer must have keyCertSign, got ${[...keyUsage].join(', ') || 'none'}`,
  }),
  issuerRule({
    id: 'rfc5280-outlives-issuer',
    severity: 'error',
    source: 'RFC 5280, section 6.1.3 (a)(2), for the whole path',
    checks: 'The certificate does not outlive its issuer: no validator complains about that until the issuer expires.',
    check: ({ notAfter: { date: end } }, { notAfter: { date: issuerEnd } }) => !end || !issuerEnd || end <= issuerEnd
      ? undefined
      : `the validity must end by ${formatTime(issuerEnd)}, when the issuer's does, got ${formatTime(end)}`,
  }),
  issuerRule({
    id: 'rfc5280-begins-before-issuer',
    severity: 'warning',
    source: 'RFC 5280, section 6.1.3 (a)(2), for the whole path',
    checks: 'The certificate does not begin before its issuer.',
    check: ({ notBefore: { date: begin } }, { notBefore: { date: issuerBegin } }) => !begin || !issuerBegin || begin >= issuerBegin
      ? undefined
      : `the validity should begin on ${formatTime(issuerBegin)}, when the issuer's does, or later, got ${formatTime(begin)}`,
  }),
  issuerRule({
    id: 'rfc5280-authority-key-identifier-match',
    severity: 'error',
    source: 'RFC 5280, section 4.2.1.1',
    checks: 'The authority key identifier is the subject key identifier of the issuer.',
    check: ({ values: { authorityKeyIdentifier: own } }, { values: { subjectKeyIdentifier: issuers } }) => !own || !issuers || own.equals(issuers)
      ? undefined
      : `the authority key identifier must be ${hex(issuers)}, the issuer's subject key identifier, got ${hex(own)}`,
  }),
  issuerRule({
    id: 'rfc5280-path-length',
    severity: 'error',
    source: 'RFC 5280, section 6.1.4 (l)',
    checks: 'No other CA is below a CA with a path length of 0.',
    check: ({ ca, selfIssued }, { values: { basicConstraints } }) => ca && !selfIssued && basicConstraints?.pathLength === 0
      ? 'the issuer has a path length of 0: it can sign device certificates, but no CA below it'
      : undefined,
  }),
  issuerRule({
    id: 'rfc5280-path-length-below',
    severity: 'warning',
    source: 'RFC 5280, section 6.1.4 (m)',
    checks: 'A CA has a smaller path length than its issuer: a longer one than the issuer allows has no effect.',
    check: ({ ca, selfIssued, values: { basicConstraints: own } }, { values: { basicConstraints: issuers } }) => {
      const { pathLength: allowed = Infinity } = issuers ?? {};
      const pathLength = own?.pathLength;
      return ca && !selfIssued && allowed > 0 && pathLength !== undefined && pathLength >= allowed
        ? `the path length should be less than the issuer's ${allowed}, got ${pathLength}`
        : undefined;
    },
  }),
  issuerRule({
    id: 'rfc5280-signature-key',
    severity: 'error',
    source: 'RFC 5280, section 6.1.3 (a)(1)',
    checks: 'The signature is of the kind that the issuer\'s key makes.',
    check: ({ outerSignature }, { publicKey }) => {
      const family = signatureFacts(outerSignature)?.family;
      // An RSA key that is not restricted to PSS signs by either scheme (RFC 4055, section 1.2).
      const possible = family === publicKey.family || (family === 'RSA-PSS' && publicKey.family === 'RSA');
      return family === undefined || publicKey.family === undefined || possible
        ? undefined
        : `the signature must be one that the issuer's key makes (${keyText(publicKey)}), got one of ${family}`;
    },
  }),
];

/** Shows only the first 32 octets, because a key identifier can have any length. */
function hex(octets: Buffer): string {
  return octets.toString('hex', 0, 32);
}
