import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { CertificateExtensions, understandExtensions } from './certificate-extensions';
import { readStructure } from './certificate-structure';
import { strictDate } from './certificate-time';
import { magnitude } from './der-values';
import { isSameName } from './name-comparison';
import { toPem } from './pem';
import { readPublicKeyInfo } from './public-key-info';
import { signatureAlgorithmOf } from './signature-algorithms';
import { isSignedBy } from './signer';
import { Validity } from './validity';
import { CertificateAttributes } from '../contract/properties';
import { sha256 } from '../contract/sha256';
import { formatTime } from '../contract/term';

/** A parsed certificate. The buffers are views of `der`. */
export interface Certificate extends CertificateExtensions {
  readonly der: Buffer;
  /** The part that is signed, DER. */
  readonly tbs: Buffer;
  readonly signature: Buffer;
  /** Upper-case hexadecimal digits, two per octet. */
  readonly serialNumber: string;
  /** A DER Name. */
  readonly issuer: Buffer;
  /** A DER Name. */
  readonly subject: Buffer;
  readonly validity: Validity;
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  /** AlgorithmIdentifier of the signature, DER. */
  readonly signatureAlgorithm: Buffer;
  /**
   * The identifier by which certificates below this one name its key: the subject key identifier, however it was made, or the SHA-1 of the
   * key if there is none (RFC 5280, section 4.2.1.2, method 1).
   */
  readonly keyIdentifier: Buffer;
}

/**
 * Parses a certificate of this library or of a CA from elsewhere. It is strict: it requires version 3, DER, and the same signature
 * algorithm inside and outside. It does not verify the signature.
 */
export function parseCertificate(der: Buffer): Certificate {
  const faults: string[] = [];
  const structure = readStructure(der, faults);
  const { tbs, signature, extensions, issuer, subject, publicKey, outerSignature: signatureAlgorithm } = structure;
  // Only version 3 has extensions, and only an extension identifies a CA.
  if (structure.version !== 3 || extensions.length === 0) {
    throw new Error('the certificate must have version 3, with extensions (RFC 5280, section 4.1.2.1); '
      + '`openssl x509 -req` creates such a certificate with -copy_extensions copy or -extfile');
  }
  const serialNumber = magnitude(structure.serialNumber).toString('hex').toUpperCase();
  if (!structure.innerSignature.equals(signatureAlgorithm)) {
    throw new Error('the certificate must name the same signature algorithm in both places (RFC 5280, section 4.1.1.2)');
  }
  if (structure.uniqueIdentifiers) {
    throw new Error('the certificate must have no unique identifiers of its issuer and subject (RFC 5280, section 4.1.2.8)');
  }
  const validity = { notBefore: strictDate(structure.notBefore, 'the certificate'), notAfter: strictDate(structure.notAfter, 'the certificate') };
  const understood = understandExtensions(extensions, faults);
  if (faults.length > 0) {
    throw new Error(`the certificate must be DER: ${faults[0]}`);
  }
  const keyIdentifier = understood.subjectKeyIdentifier ?? sha1OfKey(publicKey);
  return { der, tbs, signature, serialNumber, issuer, subject, validity, publicKey, signatureAlgorithm, ...understood, keyIdentifier };
}

/** Accepts keys of any algorithm, because a certificate from elsewhere can have any. */
function sha1OfKey(publicKey: Buffer): Buffer {
  return createHash('sha1').update(readPublicKeyInfo(publicKey).octets).digest();
}

/**
 * Whether the subject of a certificate is its issuer, in any encoding. Such a certificate is self-issued (RFC 5280, section 6.1), and a
 * chain of CAs ends with it.
 */
export function isSelfIssued({ subject, issuer }: Pick<Certificate, 'subject' | 'issuer'>): boolean {
  return subject.equals(issuer) || isSameName(subject, issuer);
}

/**
 * Checks a certificate with a second parser, besides `parseCertificate`, and checks its signature. This finds a fault of the encoder, the
 * reader or the signer before anyone relies on the certificate.
 *
 * @param issuerPublicKey the issuer's public key, SPKI DER
 */
export function verifyCertificate(certificate: Certificate, issuerPublicKey: Buffer): void {
  if (!signatureAlgorithmOf(certificate.signatureAlgorithm)) {
    throw new Error('the certificate must be signed with RSA (PKCS#1 v1.5) or ECDSA, over SHA-256, SHA-384 or SHA-512, or with Ed25519');
  }
  const { second, publicKey } = readByOpenssl(certificate);
  const disagreements = [
    ['octets', second.raw.equals(certificate.der)],
    ['serial number', second.serialNumber === certificate.serialNumber],
    ['public key', publicKey.equals(certificate.publicKey)],
    ['validity', Date.parse(second.validFrom) === certificate.validity.notBefore.getTime()
      && Date.parse(second.validTo) === certificate.validity.notAfter.getTime()],
    ['CA flag', second.ca === certificate.ca],
  ].filter(([, agrees]) => !agrees).map(([what]) => what);
  if (disagreements.length > 0) {
    throw new Error(`the certificate ${certificate.serialNumber} is read differently by OpenSSL: ${disagreements.join(', ')}`);
  }
  if (!second.verify(createPublicKey({ key: issuerPublicKey, format: 'der', type: 'spki' }))) {
    throw new Error(`the signature of the certificate ${certificate.serialNumber} does not verify with the issuer's public key; `
      + 'the signer did not return a signature, or signed with another key');
  }
}

/**
 * Prepares the check of many signatures of one issuer, whose key is read once. It has no second parser, as `verifyCertificate` has.
 *
 * @param issuerPublicKey SPKI, DER
 * @returns whether the issuer has signed a certificate
 */
export function signatureVerifier(issuerPublicKey: Buffer): (certificate: Certificate) => boolean {
  const key = createPublicKey({ key: issuerPublicKey, format: 'der', type: 'spki' });
  return ({ signatureAlgorithm, tbs, signature }) => {
    const algorithm = signatureAlgorithmOf(signatureAlgorithm);
    return algorithm !== undefined && isSignedBy(key, algorithm.hash, tbs, signature);
  };
}

/** Also reads the key, which checks whether its point is on its curve. */
function readByOpenssl({ der, serialNumber }: Certificate): { second: X509Certificate; publicKey: Buffer } {
  try {
    const second = new X509Certificate(der);
    return { second, publicKey: second.publicKey.export({ type: 'spki', format: 'der' }) };
  } catch (error) {
    throw new Error(`the certificate ${serialNumber} can't be read by OpenSSL: ${(error as Error).message}`);
  }
}

/** The attributes that a certificate resource returns, read from the certificate. */
export function certificateAttributes(der: Buffer): CertificateAttributes {
  const { serialNumber, validity, keyIdentifier } = parseCertificate(der);
  return {
    CertificatePem: toPem('CERTIFICATE', der),
    SerialNumber: serialNumber,
    NotBefore: formatTime(validity.notBefore),
    NotAfter: formatTime(validity.notAfter),
    Sha256Fingerprint: sha256(der),
    Sha1Fingerprint: createHash('sha1').update(der).digest('hex'),
    SubjectKeyIdentifier: keyIdentifier.toString('hex'),
  };
}
