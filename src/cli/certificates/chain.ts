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

/** Whether this certificate's key has made that certificate's signature, whatever issuer it names. */
export function keyHasSigned(issuer: CertificateFacts, subject: CertificateFacts): boolean {
  try {
    return issuer.publicKey !== undefined && subject.certificate.verify(issuer.publicKey);
  } catch {
    return false; // a key that can't verify, of another algorithm or size
  }
}

/** Whether a certificate has its own name as the issuer's, and its own key has signed it. */
export function isSelfSigned(certificate: CertificateFacts): boolean {
  return hasSigned(certificate, certificate);
}

/** So many certificates of one name are asked whether they signed another one: a file can hold thousands. */
export const MAX_CANDIDATES = 20;

/** Looks for who signed a certificate among the given ones; itself comes last. */
export function signingOf(certificate: CertificateFacts, given: readonly CertificateFacts[]): Signing {
  const named = byName(given).get(nameKey(certificate.issuerName)) ?? [];
  const { authorityKeyIdentifier: wanted } = certificate;
  const fits = ({ subjectKeyIdentifier: its }: CertificateFacts): boolean => wanted === undefined || its === undefined || its === wanted;
  const others = named.filter(each => each !== certificate && fits(each)).slice(0, MAX_CANDIDATES);
  const signer = [...others, ...named.includes(certificate) ? [certificate] : []].find(each => hasSigned(each, certificate));
  return signer ? { signer } : { impostor: named[0] };
}

type ByName = ReadonlyMap<string, readonly CertificateFacts[]>;

const INDEXES = new WeakMap<readonly CertificateFacts[], ByName>();

/** Certificates by their subjects, made once for each list. */
function byName(given: readonly CertificateFacts[]): ByName {
  const known = INDEXES.get(given);
  if (known) {
    return known;
  }
  const index = new Map<string, CertificateFacts[]>();
  given.forEach(each => {
    const key = nameKey(each.subjectName);
    index.set(key, index.get(key) ?? []);
    index.get(key)!.push(each);
  });
  INDEXES.set(given, index);
  return index;
}

function nameKey(name: Buffer): string {
  return name.toString('latin1');
}

/** The chains that the given certificates make: each begins with one that has signed no other one, and goes up. */
export function chainsOf(given: readonly CertificateFacts[]): CertificateFacts[][] {
  const signerOf = new Map(given.map(each => [each, signingOf(each, given).signer]));
  const signers = new Set([...signerOf].filter(([each, signer]) => signer !== each).map(([, signer]) => signer));
  const leaves = given.filter(each => !signers.has(each));
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
