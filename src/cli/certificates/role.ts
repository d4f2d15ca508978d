import { CertificateFacts } from './certificate-facts';
import { OID } from '../../pki/object-identifiers';

/** What a certificate is for. */
export type CertificateRole = 'ca' | 'server' | 'device' | 'verification';

/** A name that consists of a common name. RFC 4514, section 2.4: a backslash takes the meaning of the character after it. */
const ONLY_COMMON_NAME = /^CN=(?:\\.|[^\\,+])*$/;

/**
 * What a certificate is for, as it says itself. A verification certificate has no extended key usage and no name but its code;
 * a device of IEEE 802.1AR has no extended key usage either, but its serial number in the subject (section 8.6).
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
