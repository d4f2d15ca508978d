import { createPublicKey } from 'node:crypto';
import { signatureFacts } from '../../algorithms';
import { keyText } from '../../public-key-info';
import { signatureAlgorithmOf } from '../../signature-algorithms';
import { isSignedBy } from '../../signer';
import { caRule, CrlRule } from '../crl-rule';
import { LintedCertificate } from '../model/linted-certificate';
import { LintedCrl } from '../model/linted-crl';
import { isSameLintedName } from '../model/linted-name';

/** Rules that compare a revocation list with the certificate of its CA. */
export const CRL_ISSUER_RULES: readonly CrlRule[] = [
  caRule({
    id: 'rfc5280-crl-issuer-name',
    severity: 'error',
    source: 'RFC 5280, sections 5.1.2.3 and 6.3.3 (b) (1)',
    checks: 'The issuer of a revocation list is the subject of the certificate of its CA, in the same octets: many validators compare only those.',
    check: ({ issuer }, { subject }) => issuer.der.equals(subject.der) ? undefined
      : `the issuer must be the subject of the certificate of the CA, got ${isSameLintedName(issuer, subject) ? 'the name in another encoding' : 'another name'}`,
  }),
  caRule({
    id: 'rfc5280-crl-authority-key-identifier-match',
    severity: 'error',
    source: 'RFC 5280, section 5.2.1',
    checks: 'The authority key identifier of a revocation list is the subject key identifier of its CA.',
    check: ({ values: { authorityKeyIdentifier: own } }, { values: { subjectKeyIdentifier: ofCa } }) => !own || !ofCa || own.equals(ofCa) ? undefined
      : `the authority key identifier must be ${hex(ofCa)}, the subject key identifier of the CA, got ${hex(own)}`,
  }),
  caRule({
    id: 'rfc5280-crl-ca-key-usage',
    severity: 'error',
    source: 'RFC 5280, section 6.3.3 (f)',
    checks: 'The key usage of the CA of a revocation list has cRLSign.',
    check: (_, { values: { keyUsage } }) => !keyUsage || keyUsage.has('cRLSign') ? undefined
      : `the key usage of the CA must have cRLSign, got ${[...keyUsage].join(', ') || 'none'}`,
  }),
  caRule({
    id: 'rfc5280-crl-signature',
    severity: 'error',
    source: 'RFC 5280, sections 5.1.1.3 and 6.3.3 (g)',
    checks: 'The signature of a revocation list is that of its CA, as far as its algorithm is known.',
    check: (list, ca) => {
      const family = signatureFacts(list.outerSignature)?.family;
      const possible = family === ca.publicKey.family || (family === 'RSA-PSS' && ca.publicKey.family === 'RSA');
      if (family !== undefined && ca.publicKey.family !== undefined && !possible) {
        return `the signature must be one that the key of the CA makes (${keyText(ca.publicKey)}), got one of ${family}`;
      }
      return isForged(list, ca) ? 'the signature must be that of the CA, got one that does not verify' : undefined;
    },
  }),
];

/** Whether a signature does not verify. Signatures by algorithms that this library does not make are not verified. */
function isForged({ tbs, outerSignature, signature }: LintedCrl, { publicKey: { spki } }: LintedCertificate): boolean {
  const algorithm = signatureAlgorithmOf(outerSignature.der);
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return algorithm !== undefined && !isSignedBy(key, algorithm.hash, tbs, signature);
  } catch {
    return false; // the findings of the certificate of the CA say that its key can't be read
  }
}

/** Shows only the first 32 octets, because a key identifier can have any length. */
function hex(octets: Buffer): string {
  return octets.toString('hex', 0, 32);
}
