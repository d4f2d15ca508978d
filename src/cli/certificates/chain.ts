import { CertificateFacts } from './certificate-facts';

/** Who signed a certificate, as far as the given ones tell. */
export interface Signing {
  /** The certificate whose key has signed it. */
  readonly signer?: CertificateFacts;
  /** A certificate that has the issuer's name, where its key did not sign. */
  readonly impostor?: CertificateFacts;
}

/** Whether this certificate's key has made that certificate's signature, and is named as its issuer. */
export function hasSigned(issuer: CertificateFacts, subject: CertificateFacts): boolean {
  return issuer.subjectName.equals(subject.issuerName) && keyHasSigned(issuer, subject);
}

/** Whether this certificate's key has made that certificate's signature, whoever is named as its issuer. */
export function keyHasSigned(issuer: CertificateFacts, subject: CertificateFacts): boolean {
  try {
    return subject.certificate.verify(issuer.certificate.publicKey);
  } catch {
    return false; // a key that can't verify, of another algorithm or size
  }
}

/** Whether a certificate has its own name as the issuer's, and its own key has signed it. */
export function isSelfSigned(certificate: CertificateFacts): boolean {
  return hasSigned(certificate, certificate);
}

/** Looks for who signed a certificate among the given ones; itself comes last. */
export function signingOf(certificate: CertificateFacts, given: readonly CertificateFacts[]): Signing {
  const named = given.filter(each => each.subjectName.equals(certificate.issuerName));
  const signers = named.filter(each => hasSigned(each, certificate));
  const signer = signers.find(each => each !== certificate) ?? signers[0];
  return signer ? { signer } : { impostor: named[0] };
}

/** The chains that the given certificates make: each begins with one that has signed no other one, and goes up. */
export function chainsOf(given: readonly CertificateFacts[]): CertificateFacts[][] {
  const signerOf = new Map(given.map(each => [each, signingOf(each, given).signer]));
  const leaves = given.filter(each => !given.some(other => other !== each && signerOf.get(other) === each));
  return (leaves.length > 0 ? leaves : given.slice(0, 1)).map(leaf => {
    const chain = [leaf];
    let next = signerOf.get(leaf);
    while (next && !chain.includes(next)) {
      chain.push(next);
      next = signerOf.get(next);
    }
    return chain;
  });
}

/** Whether each certificate was signed by the one after it. */
export function isChain(certificates: readonly CertificateFacts[]): boolean {
  return certificates.slice(1).every((issuer, index) => hasSigned(issuer, certificates[index]));
}

/** The certificates without those that occur again. */
export function withoutRepeats(certificates: readonly CertificateFacts[]): CertificateFacts[] {
  const byFingerprint = new Map(certificates.map(each => [each.sha256Fingerprint, each]));
  return [...new Set(certificates.map(each => byFingerprint.get(each.sha256Fingerprint)!))];
}
