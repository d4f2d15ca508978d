/** A certificate of a ledger, as far as platforms can know it. */
export interface KnownCertificate {
  /** The name of the profile, such as `ca` or `device`. */
  readonly profile: string;
  readonly commonName?: string;
  /** The identity of the CA that has signed it. */
  readonly caId: string;
  /** Lower-case hexadecimal digits, as those of SHA-1. */
  readonly sha256Fingerprint: string;
  readonly sha1Fingerprint: string;
}

/** A CA of the ledgers. */
export interface KnownCa {
  readonly caId: string;
  readonly name: string;
  /** Its certificate, DER; absent if that is still to be made elsewhere. */
  readonly certificate?: Buffer;
}

/** What a platform keeps about a certificate, or about the device that has it. */
export interface Standing {
  /** The ID under which the platform keeps it. */
  readonly id: string;
  /** Its status in the platform's own words. */
  readonly status: string;
  /** Whether a device can connect with the certificate, or a CA's certificates are accepted. */
  readonly isAccepted: boolean;
  /** Whether what is kept is about this certificate alone, and not about all that a device or a CA has. */
  readonly isOwn: boolean;
}

/** Something that a platform keeps and that no certificate of the ledgers explains. */
export interface Unexplained extends Pick<Standing, 'id' | 'status'> {
  readonly kind: 'certificate' | 'ca';
  /** The CA of the ledgers below which the platform has it, if the platform says so. */
  readonly ca?: KnownCa;
}

/** What a platform keeps about certificates, read once. Nothing is ever changed there. */
export interface PlatformInventory {
  /** The platform, with its account, Region or service, for people. */
  readonly name: string;
  /**
   * Looks a certificate up, and notes that it explains what is kept about it.
   *
   * @returns `undefined` if nothing is kept about it, as it should be: platforms don't keep certificates of servers, nor certificates that they
   * register when the device first connects
   */
  find(certificate: KnownCertificate): Standing | 'absent' | undefined;
  /** What no certificate has explained so far. */
  unexplained(): Iterable<Unexplained>;
}

/** The profiles whose certificates devices connect with. */
const OF_DEVICES: readonly string[] = ['device', 'devid'];

/** Whether a certificate is one that devices connect with. */
export function isOfDevice({ profile }: Pick<KnownCertificate, 'profile'>): boolean {
  return OF_DEVICES.includes(profile);
}
