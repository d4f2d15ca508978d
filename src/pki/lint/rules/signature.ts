import { AlgorithmIdentifier, signatureFacts } from '../../algorithms';
import { NULL } from '../../der';
import { LintRule } from '../lint-rule';

/** Digests for which collisions can be made, now or soon. */
const BROKEN_DIGESTS: readonly string[] = ['MD2', 'MD5', 'SHA-1'];

/** Rules for how a certificate is signed. No rule verifies the signature. */
export const SIGNATURE_RULES: readonly LintRule[] = [
  {
    id: 'nist-signature-digest',
    severity: 'error',
    source: 'NIST SP 800-131A Rev. 2, section 9',
    checks: 'The signature is not over an MD2, MD5 or SHA-1 digest.',
    check: ({ outerSignature }) => digestComplaint(outerSignature),
  },
  {
    id: 'rfc5280-signature-parameters',
    severity: 'error',
    source: 'RFC 4055, section 5 (RSA); RFC 5758, section 3.2 (ECDSA); RFC 8410, section 3 (EdDSA)',
    checks: 'The signature algorithm has NULL as its parameters with RSA, and none with ECDSA and EdDSA.',
    check: ({ outerSignature }) => parametersComplaint(outerSignature),
  },
];

/** Says that a signature is over a digest that is too weak. */
export function digestComplaint(algorithm: AlgorithmIdentifier): string | undefined {
  const digest = signatureFacts(algorithm)?.digest;
  return digest !== undefined && BROKEN_DIGESTS.includes(digest) ? `the signature must be over a digest of SHA-2, got ${digest}` : undefined;
}

/** Says that a signature algorithm has other parameters than it must have. */
export function parametersComplaint(algorithm: AlgorithmIdentifier): string | undefined {
  const family = signatureFacts(algorithm)?.family;
  if (family === undefined || family === 'RSA-PSS') {
    return undefined;
  }
  const { parameters } = algorithm;
  const valid = family === 'RSA' ? parameters?.equals(NULL) : parameters === undefined;
  return valid ? undefined : `the signature algorithm must have ${family === 'RSA' ? 'NULL as its parameters' : 'no parameters'}, `
    + `got ${parameters ? 'other parameters' : 'none'}`;
}
