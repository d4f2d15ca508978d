import { AnyKeyFamily, signatureFacts } from '../../algorithms';
import { attributeLabel } from '../../attribute-types';
import { isNistCurve } from '../../curves';
import { OID } from '../../object-identifiers';
import { keyText } from '../../public-key-info';
import { LintRule } from '../lint-rule';
import { isCritical, LintedCertificate } from '../model/linted-certificate';

/** mbedTLS refuses longer values (MBEDTLS_X509_MAX_DN_NAME_SIZE is 256, including the octet that ends a string in C). */
const MAX_VALUE_OCTETS = 255;

/** wolfSSL refuses longer names (WC_ASN_NAME_MAX, 256 in its smallest configuration). */
const MAX_NAME_OCTETS = 256;

/** BearSSL refuses longer keys (BR_X509_BUFSIZE_KEY). */
const MAX_RSA_BITS = 4096;

/** The last second that a certificate can name (RFC 5280, section 4.1.2.5). */
const END_OF_TIME = '99991231235959Z';

/** Rules for what the standards allow, but a TLS stack on devices or in the field refuses. */
export const EMBEDDED_STACK_RULES: readonly LintRule[] = [
  {
    id: 'stack-edwards-curve',
    severity: 'warning',
    source: 'mbedTLS 3.6, BearSSL 0.6 and NSS 3.87, tried',
    checks: 'The key and the signature are not Ed25519 or Ed448, which mbedTLS, BearSSL and NSS do not support.',
    check: certificate => uses(certificate, ['ED25519', 'ED448']) ? 'mbedTLS, BearSSL and NSS do not support Ed25519 and Ed448' : undefined,
  },
  {
    id: 'stack-p521',
    severity: 'warning',
    source: 'webpki 0.22 and 0.103, tried',
    checks: 'The key is not on P-521, which TLS stacks built on webpki (Rust) do not support.',
    check: ({ publicKey: { curve } }) => curve === OID.secp521r1 ? 'TLS stacks that are built on webpki (Rust) do not support P-521' : undefined,
  },
  {
    id: 'stack-curve',
    severity: 'warning',
    source: 'GnuTLS 3.7, NSS 3.87, Go 1.26, Java, mbedTLS 3.6 and BearSSL 0.6, tried',
    checks: 'An EC key is on P-256, P-384 or P-521.',
    check: ({ publicKey }) => publicKey.curve === undefined || isNistCurve(publicKey.curve)
      ? undefined
      : `many TLS stacks support only the curves P-256, P-384 and P-521, got ${keyText(publicKey)}`,
  },
  {
    id: 'stack-compressed-point',
    severity: 'warning',
    source: 'RFC 5480, section 2.2 (optional for a reader)',
    checks: 'An EC key is not in compressed form.',
    check: ({ publicKey: { family, octets } }) => family === 'EC' && (octets[0] === 2 || octets[0] === 3)
      ? 'a TLS stack does not have to accept a compressed point'
      : undefined,
  },
  {
    id: 'stack-rsa-size',
    severity: 'warning',
    source: 'BearSSL 0.6 (BR_X509_BUFSIZE_KEY) and wolfSSL 5.5, tried',
    checks: 'An RSA key has at most 4096 bits.',
    check: ({ publicKey: { bits = 0 } }) => bits <= MAX_RSA_BITS
      ? undefined
      : `BearSSL and wolfSSL accept RSA keys of at most ${MAX_RSA_BITS} bits, got ${bits}`,
  },
  {
    id: 'stack-rsa-pss',
    severity: 'warning',
    source: 'BearSSL 0.6 and wolfSSL 5.5, tried',
    checks: 'The key and the signature are not RSA-PSS.',
    check: certificate => uses(certificate, ['RSA-PSS']) ? 'BearSSL and wolfSSL do not accept RSA-PSS' : undefined,
  },
  {
    id: 'stack-algorithm',
    severity: 'warning',
    source: 'RFC 8446, section 4.2.3',
    checks: 'The key and the signature are of kinds that TLS 1.3 supports: RSA, ECDSA, EdDSA.',
    check: ({ publicKey, outerSignature }) => {
      const unknown = [publicKey.family ? [] : [publicKey.algorithm.oid], signatureFacts(outerSignature) ? [] : [outerSignature.oid]].flat();
      return unknown.length > 0 ? `the key and the signature should be RSA, ECDSA or EdDSA, got ${unknown.join(' and ')}` : undefined;
    },
  },
  {
    id: 'stack-name-constraints',
    severity: 'warning',
    source: 'mbedTLS 2.28 and 3.6, BearSSL 0.6, tried',
    checks: 'No name constraints are critical, because mbedTLS and BearSSL refuse critical ones.',
    check: certificate => isCritical(certificate, OID.nameConstraints)
      ? 'mbedTLS and BearSSL refuse a chain with critical name constraints'
      : undefined,
  },
  {
    id: 'stack-value-length',
    severity: 'warning',
    source: 'mbedTLS (MBEDTLS_X509_MAX_DN_NAME_SIZE)',
    checks: `Each value in the subject and the issuer has at most ${MAX_VALUE_OCTETS} octets.`,
    check: ({ subject, issuer }) => {
      const long = [...subject.attributes, ...issuer.attributes].find(({ value }) => value.length > MAX_VALUE_OCTETS);
      return long && `mbedTLS accepts values in names of at most ${MAX_VALUE_OCTETS} octets, got ${long.value.length} `
        + `(${attributeLabel(long.oid) ?? long.oid})`;
    },
  },
  {
    id: 'stack-name-length',
    severity: 'warning',
    source: 'wolfSSL 5.5 (WC_ASN_NAME_MAX)',
    checks: `The subject and the issuer have at most ${MAX_NAME_OCTETS} octets each.`,
    check: ({ subject, issuer }) => {
      const length = Math.max(subject.der.length, issuer.der.length);
      return length > MAX_NAME_OCTETS ? `wolfSSL, in a small build, accepts names of at most ${MAX_NAME_OCTETS} octets, got ${length}` : undefined;
    },
  },
  {
    id: 'stack-control-character',
    severity: 'warning',
    source: 'CVE-2009-2408',
    checks: 'The subject and the issuer have no control characters: a stack written in C ends a name at NUL.',
    check: ({ subject, issuer }) => {
      const forged = [...subject.attributes, ...issuer.attributes].find(({ text = '' }) => /[\0-\x1f\x7f-\x9f]/.test(text));
      return forged && 'names should have no control characters, because some TLS stacks cut a name off at the first one '
        + `(${attributeLabel(forged.oid) ?? forged.oid})`;
    },
  },
  {
    id: 'stack-end-of-time',
    severity: 'warning',
    source: 'Botan 2.19 and Heimdal 7.8, tried',
    checks: 'The validity does not end in the last second of the year 9999, a time that Botan and Heimdal refuse.',
    check: ({ notAfter: { text } }) => text === END_OF_TIME
      ? 'Botan and Heimdal refuse 99991231235959Z, which stands for a validity without end'
      : undefined,
  },
];

function uses({ publicKey, outerSignature }: LintedCertificate, families: readonly AnyKeyFamily[]): boolean {
  const signature = signatureFacts(outerSignature)?.family;
  return families.some(family => family === publicKey.family || family === signature);
}
