import { CertificateFacts } from './certificate-facts';
import { OID } from '../../pki/object-identifiers';

/** What a certificate is for. */
export type CertificateRole = 'ca' | 'server' | 'device' | 'verification';

/** A name that consists of a common name only. A backslash escapes the character after it (RFC 4514, section 2.4). */
const ONLY_COMMON_NAME = /^CN=(?:\\.|[^\\,+])*$/;

/**
 * What a certificate is for, by its own content. A verification certificate has no extended key usage, and its subject is only its code.
 * An IEEE 802.1AR device has no extended key usage either, but has its serial number in the subject (section 8.6).
 */
export function roleOf({ ca, subject, certificate: { keyUsage: extendedKeyUsages } }: CertificateFacts): CertificateRole {
  if (ca) {
    return 'ca';
  }
  if (extendedKeyUsages?.includes(OID.serverAuth)) {
    return 'server';
  }
  return !extendedKeyUsages && ONLY_COMMON_NAME.test(subject) ? 'verification' : 'device';
}
