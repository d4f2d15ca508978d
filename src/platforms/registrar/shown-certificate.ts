import { X509Certificate } from 'node:crypto';
import { readCertificates } from '../../pki/certificate-pem';

/** The PEM of a certificate, as sent to a platform. */
export function pemOf(certificate: X509Certificate): string {
  return certificate.toString();
}

/** SHA-1 of the DER, 40 upper-case hexadecimal digits: the form in which Azure shows certificates. */
export function thumbprintOf({ fingerprint }: X509Certificate): string {
  return fingerprint.replaceAll(':', '');
}

/** SHA-256 of the DER, 64 lower-case hexadecimal digits. */
export function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The fingerprint of the certificate that a platform shows, or `undefined` if it shows none. */
export function shownFingerprint(shown: unknown): string | undefined {
  const certificate = shownCertificate(shown);
  return certificate && fingerprintOf(certificate);
}

/**
 * The certificate that a platform shows, or `undefined` if it shows none. Line ends may be of any kind, and may also be the two characters of
 * an escape sequence, as in Alibaba Cloud's examples.
 */
export function shownCertificate(shown: unknown): X509Certificate | undefined {
  try {
    return new X509Certificate(readCertificates('certificate', String(shown).replace(/(?:\\+[rn])+/g, '\n'))[0]);
  } catch {
    return undefined;
  }
}

/** Whether a platform shows a certificate by its SHA-1 or its SHA-256, in hexadecimal digits of any case, with or without colons. */
export function isThumbprintOf(certificate: X509Certificate, shown: unknown): boolean {
  const digits = String(shown).replaceAll(':', '');
  return digits.toUpperCase() === thumbprintOf(certificate) || digits.toLowerCase() === fingerprintOf(certificate);
}

/** The common name of a certificate; the first one of several. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const { CN } = certificate.toLegacyObject().subject as { CN?: string | string[] };
  return [CN].flat()[0];
}

/**
 * The public key of a certificate, SPKI in DER, by which keys are compared. `KeyObject.equals` leaves an error in OpenSSL's queue if the keys are
 * of different types, and the next call fails because of it.
 */
export function publicKeyOf({ publicKey }: X509Certificate): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}
