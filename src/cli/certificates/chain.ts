import { CertificateFacts } from './certificate-facts';

/** The signer of a certificate, if the given certificates show it. */
export interface Signing {
  /** The certificate whose key signed the certificate. */
  readonly signer?: CertificateFacts;
  /** A certificate that has the issuer's name, but whose key did not sign. */
  readonly impostor?: CertificateFacts;
}

/** Whether the key of the issuer signed the subject, and the subject names this issuer. */
export function hasSigned(issuer: CertificateFacts, subject: CertificateFacts): boolean {
  return issuer.subjectName.equals(subject.issuerName) && keyHasSigned(issuer, subject);
}

/** Whether the key of the issuer signed the subject, whatever issuer the subject names. */
export function keyHasSigned(issuer: CertificateFacts, subject: CertificateFacts): boolean {
  try {
    return issuer.publicKey !== undefined && subject.certificate.verify(issuer.publicKey);
  } catch {
    return false; // the key can't verify: it has another algorithm or size
  }
}

/** Whether a certificate names itself as its issuer, and its own key signed it. */
export function isSelfSigned(certificate: CertificateFacts): boolean {
  return hasSigned(certificate, certificate);
}

/** Whether a CA's certificate is a cross-certificate: the given certificates have a self-signed one for the same name and key. */
export function isCrossCertificate(certificate: CertificateFacts, given: readonly CertificateFacts[]): boolean {
  return given.some(each => isOfSameCa(each, certificate) && isSelfSigned(each));
}

/** Whether another certificate has the same name and key. It has signed whatever this one has signed. */
function isOfSameCa(one: CertificateFacts, other: CertificateFacts): boolean {
  return one.sha256Fingerprint !== other.sha256Fingerprint && one.subjectName.equals(other.subjectName) && one.spki.equals(other.spki);
}

/** The maximum number of certificates of one name that are tried as the signer of another certificate: a file can hold thousands. */
export const MAX_CANDIDATES = 20;

/**
 * Looks for the signer of a certificate among the given certificates. The certificate itself is tried last, and a root's own certificate before
 * a cross-certificate for its key.
 */
export function signingOf(certificate: CertificateFacts, given: readonly CertificateFacts[]): Signing {
  const named = byName(given).get(nameKey(certificate.issuerName)) ?? [];
  const { authorityKeyIdentifier: wanted } = certificate;
  const fits = ({ subjectKeyIdentifier: its }: CertificateFacts): boolean => wanted === undefined || its === undefined || its === wanted;
  const others = named.filter(each => each !== certificate && !isOfSameCa(each, certificate) && fits(each)).slice(0, MAX_CANDIDATES)
    .sort((one, other) => Number(isSelfNamed(other)) - Number(isSelfNamed(one)));
  const signer = [...others, ...named.includes(certificate) ? [certificate] : []].find(each => hasSigned(each, certificate));
  return signer ? { signer } : { impostor: named[0] };
}

function isSelfNamed({ subjectName, issuerName }: CertificateFacts): boolean {
  return subjectName.equals(issuerName);
}

type ByName = ReadonlyMap<string, readonly CertificateFacts[]>;

const INDEXES = new WeakMap<readonly CertificateFacts[], ByName>();

/** Indexes certificates by their subjects, once for each list. */
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

/** The chains that the given certificates form. Each begins with a certificate that signed no other certificate, and goes up from there. */
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

/** Whether each certificate was signed by the next. */
export function isChain(certificates: readonly CertificateFacts[]): boolean {
  return certificates.slice(1).every((issuer, index) => hasSigned(issuer, certificates[index]));
}

/** The certificates without repeats. */
export function withoutRepeats(certificates: readonly CertificateFacts[]): CertificateFacts[] {
  const byFingerprint = new Map(certificates.map(each => [each.sha256Fingerprint, each]));
  return [...new Set(certificates.map(each => byFingerprint.get(each.sha256Fingerprint)!))];
}
