import { OID } from './object-identifiers';

/** The bits of the keyUsage extension (RFC 5280, section 4.2.1.3) that the profiles use, by their numbers. */
export const KEY_USAGE_BITS = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

export type KeyUsage = keyof typeof KEY_USAGE_BITS;

/** What a certificate is for. */
export type ProfileName = 'ca' | 'verification' | 'device' | 'devid' | 'server';

/** All that the kinds of certificates differ in. Issuing is one function over this. */
export interface CertificateProfile {
  readonly name: ProfileName;
  /** How long before the present the validity begins, in seconds. */
  readonly backdateSeconds: number;
  /** Whether it may sign certificates: `cA` of basicConstraints (RFC 5280, section 4.2.1.9). */
  readonly ca: boolean;
  readonly keyUsage: readonly KeyUsage[];
  /** Key usages that come on top where the subject's key is RSA. */
  readonly rsaKeyUsage: readonly KeyUsage[];
  /** Object identifiers of the extended key usages; none leaves the extension out, which allows any. */
  readonly extendedKeyUsage: readonly string[];
}

/**
 * A device whose clock runs behind that of the cloud has to accept its certificate, and accept the CA that came with it,
 * right after both were made. An hour covers a clock that is off by minutes or by a missed change to or from summer
 * time; trusted CAs do the same and stay below a day.
 */
const BACKDATE_SECONDS = 3_600;

/** Frozen to the last list: nobody changes what all certificates are made from. */
function frozen(profile: CertificateProfile): CertificateProfile {
  Object.values(profile).forEach(Object.freeze);
  return Object.freeze(profile);
}

/**
 * The profiles. They are part of every certificate's bytes: a change makes new certificates differ from those in the
 * field.
 */
export const PROFILES: { readonly [N in ProfileName]: CertificateProfile } = Object.freeze({
  /** A CA signs certificates and revocation lists, nothing else. */
  ca: frozen({
    name: 'ca',
    backdateSeconds: BACKDATE_SECONDS,
    ca: true,
    keyUsage: ['keyCertSign', 'cRLSign'],
    rsaKeyUsage: [],
    extendedKeyUsage: [],
  }),
  /** Shown once to a platform, which looks at its common name and its signature. */
  verification: frozen({
    name: 'verification',
    backdateSeconds: BACKDATE_SECONDS,
    ca: false,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: [],
    extendedKeyUsage: [],
  }),
  /**
   * A TLS client, which signs and does nothing else with its key: RFC 5280, section 4.2.1.12, knows no other use with clientAuth but
   * keyAgreement, and linters call keyEncipherment with it an error.
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
   * A device's identity in the sense of IEEE 802.1AR-2018, section 8: for whatever the device proves itself with it, so that
   * there is no extended key usage; the subject has the device's serial number.
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
   * A TLS server: a broker or a gateway. Clients look for its name among the subject alternative names (RFC 9525, section 6.3). To an
   * RSA key, clients of TLS 1.2 without forward secrecy encipher a secret; a key on a curve must not claim to (RFC 8813, section 3).
   */
  server: frozen({
    name: 'server',
    backdateSeconds: BACKDATE_SECONDS,
    ca: false,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: ['keyEncipherment'],
    extendedKeyUsage: [OID.serverAuth],
  }),
});
