import { createHash } from 'node:crypto';
import { RawProperties, text } from '../handlers/property-values';
import { readCertificates } from '../pki/certificate-pem';

/** A certificate that a platform is given, and what it is found by again. */
export interface PlatformCertificate {
  readonly pem: string;
  /** SHA-256 of the DER, lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

/** The certificate in a property, PEM. */
export function certificateProperty(properties: RawProperties, name: string): PlatformCertificate {
  const pem = text(name, properties[name]);
  return { pem, fingerprint: fingerprintOf(readCertificates(name, pem)[0]) };
}

/**
 * The fingerprint of the certificate that a platform shows, or `undefined` where it shows none. Line ends may be of any kind,
 * and also the two characters of an escape, as Alibaba Cloud's examples have them.
 */
export function shownFingerprint(shown: unknown): string | undefined {
  try {
    return fingerprintOf(readCertificates('certificate', String(shown).replace(/(?:\\+[rn])+/g, '\n'))[0]);
  } catch {
    return undefined;
  }
}

function fingerprintOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex');
}
