import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { CertificateExtensions, readExtensions } from './certificate-extensions';
import { contextTag, isTime, Tag, time } from './der';
import { DerReader } from './der-reader';
import { isSameName } from './name-comparison';
import { toPem } from './pem';
import { isSignatureAlgorithm } from './signature-algorithms';
import { Validity } from './validity';
import { CertificateAttributes } from '../contract/properties';
import { quote } from '../contract/rules';
import { formatTime } from '../contract/term';

/** A certificate, taken apart. The buffers are views of `der`. */
export interface Certificate extends CertificateExtensions {
  readonly der: Buffer;
  /** Upper-case hexadecimal digits, two an octet. */
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
   * What certificates below it name its key by: the subject key identifier, however it was made; where there is none, the SHA-1 of the
   * key (RFC 5280, section 4.2.1.2, method 1).
   */
  readonly keyIdentifier: Buffer;
}

/**
 * Takes a certificate apart, one of this library or of a CA from elsewhere. Strict: version 3, DER, the same signature
 * algorithm inside and outside. The signature is not verified.
 */
export function parseCertificate(der: Buffer): Certificate {
  const file = new DerReader(der);
  const certificate = file.sequence();
  file.end();
  const tbs = certificate.sequence();
  const algorithm = certificate.element(Tag.SEQUENCE);
  certificate.bitString();
  certificate.end();

  assertVersion3(tbs);
  const serialNumber = tbs.unsigned().toString('hex').toUpperCase();
  if (!tbs.element(Tag.SEQUENCE).equals(algorithm)) {
    throw new Error('the certificate must name its signature algorithm twice alike (RFC 5280, section 4.1.1.2)');
  }
  const issuer = tbs.element(Tag.SEQUENCE);
  const validity = tbs.sequence();
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end();
  const subject = tbs.element(Tag.SEQUENCE);
  const publicKey = tbs.element(Tag.SEQUENCE);
  const extensions = readExtensions(tbs.explicit(3));
  tbs.end();
  return {
    der,
    serialNumber,
    issuer,
    subject,
    validity: { notBefore, notAfter },
    publicKey,
    signatureAlgorithm: algorithm,
    ...extensions,
    keyIdentifier: extensions.subjectKeyIdentifier ?? sha1OfKey(publicKey),
  };
}

/** Of keys of any algorithm, for a certificate from elsewhere can have one. */
function sha1OfKey(publicKey: Buffer): Buffer {
  const fields = new DerReader(publicKey).sequence();
  fields.sequence();
  return createHash('sha1').update(fields.bitString()).digest();
}

/**
 * Whether the subject of a certificate is its issuer: it is self-issued (RFC 5280, section 6.1), in whatever encoding, and a chain of
 * CAs ends with it.
 */
export function isSelfIssued({ subject, issuer }: Pick<Certificate, 'subject' | 'issuer'>): boolean {
  return subject.equals(issuer) || isSameName(subject, issuer);
}

/** Extensions are there from version 3 on only, and nothing tells a CA but an extension. Version 1 is the default, and not written. */
function assertVersion3(tbs: DerReader): void {
  const version = tbs.follows(contextTag(0, true)) ? tbs.explicit(0) : undefined;
  if (version?.unsigned().toString('hex') !== '02') {
    throw new Error('the certificate must be of version 3, with extensions (RFC 5280, section 4.1.2.1); '
      + '`openssl x509 -req` makes such a one with -copy_extensions copy or -extfile');
  }
  version.end();
}

/** The inverse of `time`, which also says whether the form is the one that RFC 5280 wants: encoded again, it is the same. */
function readTime(reader: DerReader): Date {
  const utc = reader.follows(Tag.UTC_TIME);
  const element = reader.element(utc ? Tag.UTC_TIME : Tag.GENERALIZED_TIME);
  const text = element.toString('latin1', 2);
  const digits = utc ? `${text < '5' ? '20' : '19'}${text}` : text;
  const date = new Date(digits.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!isTime(date) || !time(date).equals(element)) {
    throw new Error(`the certificate must have times as RFC 5280, section 4.1.2.5, writes them, got ${quote(text)}`);
  }
  return date;
}

/**
 * Checks a certificate with another parser than the one that `parseCertificate` is, and its signature, so that a fault of
 * the encoder, the reader or the signer is found before anybody relies on the certificate.
 *
 * @param issuerPublicKey the issuer's public key, SPKI DER
 */
export function verifyCertificate(certificate: Certificate, issuerPublicKey: Buffer): void {
  if (!isSignatureAlgorithm(certificate.signatureAlgorithm)) {
    throw new Error('the certificate must be signed by RSA (PKCS#1 v1.5) or ECDSA with SHA-256, SHA-384 or SHA-512, or by Ed25519');
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
    throw new Error(`the certificate ${certificate.serialNumber} reads differently to OpenSSL: ${disagreements.join(', ')}`);
  }
  if (!second.verify(createPublicKey({ key: issuerPublicKey, format: 'der', type: 'spki' }))) {
    throw new Error(`the signature of the certificate ${certificate.serialNumber} does not verify with the issuer's public key; `
      + 'the signer answered no signature, or signed with another key');
  }
}

/** Also reads the key, which says whether its point is on its curve. */
function readByOpenssl({ der, serialNumber }: Certificate): { second: X509Certificate; publicKey: Buffer } {
  try {
    const second = new X509Certificate(der);
    return { second, publicKey: second.publicKey.export({ type: 'spki', format: 'der' }) };
  } catch (error) {
    throw new Error(`the certificate ${serialNumber} can't be read by OpenSSL: ${(error as Error).message}`);
  }
}

/** What a certificate resource answers, read from the certificate. */
export function certificateAttributes(der: Buffer): CertificateAttributes {
  const { serialNumber, validity, keyIdentifier } = parseCertificate(der);
  return {
    CertificatePem: toPem('CERTIFICATE', der),
    SerialNumber: serialNumber,
    NotBefore: formatTime(validity.notBefore),
    NotAfter: formatTime(validity.notAfter),
    Sha256Fingerprint: createHash('sha256').update(der).digest('hex'),
    Sha1Fingerprint: createHash('sha1').update(der).digest('hex'),
    SubjectKeyIdentifier: keyIdentifier.toString('hex'),
  };
}
