import { OID } from './object-identifiers';

/** The bits of the keyUsage extension in their order (RFC 5280, section 4.2.1.3). */
export const KEY_USAGES = [
  'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly',
] as const;

export type KeyUsage = typeof KEY_USAGES[number];

/** The purpose of a certificate. */
export type ProfileName = 'ca' | 'verification' | 'device' | 'devid' | 'server' | 'ocspResponder';

/**
 * The kinds of certificates that resources declare. A cross-certificate has the purpose of a CA: it certifies a key that another CA certificate
 * certifies too. The function has the certificate of an OCSP responder made for itself.
 */
export type DeclaredProfileName = Exclude<ProfileName, 'ocspResponder'> | 'cross';

/** All differences between the kinds of certificates. A single function issues them from a profile. */
export interface CertificateProfile {
  readonly name: ProfileName;
  /** How long before the present the validity begins, in seconds. */
  readonly backdateSeconds: number;
  /** Whether it may sign certificates: `cA` of basicConstraints (RFC 5280, section 4.2.1.9). */
  readonly ca: boolean;
  readonly keyUsage: readonly KeyUsage[];
  /** Additional key usages if the subject's key is RSA. */
  readonly rsaKeyUsage: readonly KeyUsage[];
  /** Object identifiers of the extended key usages. Without any, the certificate has no such extension, which allows every usage. */
  readonly extendedKeyUsage: readonly string[];
  /** Whether validators need not ask if the certificate itself is revoked: id-pkix-ocsp-nocheck (RFC 6960, section 4.2.2.2.1). */
  readonly ocspNoCheck?: true;
}

/**
 * A device whose clock runs behind that of the cloud must accept its certificate, and the CA that came with it, right after both were made.
 * An hour covers a clock that is off by minutes or by a missed change to or from summer time. Trusted CAs also backdate, by less than a
 * day.
 */
const BACKDATE_SECONDS = 3_600;

/** Frozen down to the last list, because all certificates are made from these. */
function frozen(profile: CertificateProfile): CertificateProfile {
  Object.values(profile).forEach(Object.freeze);
  return Object.freeze(profile);
}

/** A CA signs only certificates and revocation lists. */
const CA = frozen({
  name: 'ca',
  backdateSeconds: BACKDATE_SECONDS,
  ca: true,
  keyUsage: ['keyCertSign', 'cRLSign'],
  rsaKeyUsage: [],
  extendedKeyUsage: [],
});

/** The profiles. They are part of every certificate's bytes: after a change, new certificates differ from those in the field. */
export const PROFILES: { readonly [N in ProfileName | DeclaredProfileName]: CertificateProfile } = Object.freeze({
  ca: CA,
  cross: CA,
  /** Shown once to a platform, which checks its common name and its signature. */
  verification: frozen({
    name: 'verification',
    backdateSeconds: BACKDATE_SECONDS,
    ca: false,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: [],
    extendedKeyUsage: [],
  }),
  /**
   * A TLS client, which only signs with its key. With clientAuth, RFC 5280, section 4.2.1.12, names no other use but keyAgreement, and
   * linters report keyEncipherment with it as an error.
   */
  device: frozen({
    name: 'device',
    backdateSeconds: BACKDATE_SECONDS,
    ca: false,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: [],
    extendedKeyUsage: [OID.clientAuth],
  }),
  /**
   * A device's identity as defined by IEEE 802.1AR-2018, section 8. The device may prove itself with it for any purpose, so there is no
   * extended key usage. The subject has the device's serial number.
   */
  devid: frozen({
    name: 'devid',
    backdateSeconds: BACKDATE_SECONDS,
    ca: false,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: [],
    extendedKeyUsage: [],
  }),
  /**
   * A TLS server: a broker or a gateway. Clients look for its name among the subject alternative names (RFC 9525, section 6.3). In TLS 1.2
   * without forward secrecy, clients encipher a secret to an RSA key; an EC key must not claim that use (RFC 8813, section 3).
   */
  server: frozen({
    name: 'server',
    backdateSeconds: BACKDATE_SECONDS,
    ca: false,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: ['keyEncipherment'],
    extendedKeyUsage: [OID.serverAuth],
  }),
  /**
   * Signs OCSP responses for its CA, and nothing else (RFC 6960, section 4.2.2.2). Nobody asks whether it is revoked, so it must be short.
   */
  ocspResponder: frozen({
    name: 'ocspResponder',
    backdateSeconds: BACKDATE_SECONDS,
    ca: false,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: [],
    extendedKeyUsage: [OID.OCSPSigning],
    ocspNoCheck: true,
  }),
});
