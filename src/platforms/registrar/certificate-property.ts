import { X509Certificate } from 'node:crypto';
import { readCertificates } from '../../pki/certificate-pem';
import { text } from '../../resource/property-values';

/**
 * Reads a property that holds one certificate, the output of a certificate resource.
 *
 * @throws Error that does not show the value
 */
export function certificateProperty(property: string, value: unknown): X509Certificate {
  const certificates = readCertificates(property, text(property, value));
  if (certificates.length !== 1) {
    throw new Error(`${property} must hold one certificate, got ${certificates.length}`);
  }
  try {
    return new X509Certificate(certificates[0]);
  } catch {
    throw new Error(`${property} must hold a certificate (X.509), got something else in its PEM`);
  }
}

/** The certificate in a property that may hold any value; `undefined` if it holds none. */
export function certificateIn(pem: unknown): X509Certificate | undefined {
  try {
    return new X509Certificate(String(pem));
  } catch {
    return undefined;
  }
}
