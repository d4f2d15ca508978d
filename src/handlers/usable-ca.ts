import { complain } from './property-values';
import { Complaint } from '../contract/rules';
import { formatTime } from '../contract/term';
import { CaChain } from '../pki/ca-chain';
import { Certificate } from '../pki/certificate';
import { keyAlgorithmOfPublicKey } from '../pki/keys';

/**
 * Checks what has to be so of a CA that was signed elsewhere before its first use, and is not a matter of its chain.
 *
 * @param property the name of the property with its certificate, for errors
 */
export function assertUsable(property: string, { certificate, chain }: CaChain, now: Date): void {
  [certificate, ...chain].forEach(each => {
    assertUnderstood(each);
    complain(checkValid(property, each, now));
  });
  if (!keyAlgorithmOfPublicKey(certificate.publicKey)) {
    throw new Error(`${property} must be of a key that can be declared (KeyAlgorithm), got another algorithm, size or public exponent`);
  }
}

/** RFC 5280, section 4.2: a certificate with a critical extension that one does not know must be rejected. */
export function assertUnderstood({ unknownCritical }: Certificate): void {
  if (unknownCritical.length > 0) {
    throw new Error(`the CA's certificate must have no critical extension that is unknown here, got ${unknownCritical.join(', ')} `
      + '(object identifiers, DER)');
  }
}

function checkValid(property: string, { validity: { notBefore, notAfter } }: Certificate, now: Date): Complaint {
  return now >= notBefore && now <= notAfter ? undefined
    : `${property} must be valid on ${formatTime(now)}, got one from ${formatTime(notBefore)} to ${formatTime(notAfter)}`;
}
