import { RevocationReason, RevocationState } from './revocation';

/**
 * The events about a CA on the default event bus of Amazon EventBridge. Rules of users match them, so the names and the members that are here
 * never change; members may be added. See decisions/0023-events.md.
 */

/** The `source` of all events. */
export const EVENT_SOURCE = 'private-iot-ca';

/** The `detail-type` of each event. */
export const CaEventType = {
  /** A certificate was issued, or a withdrawn one is declared again. */
  CERTIFICATE_ISSUED: 'Certificate Issued',
  /** A certificate was renewed, and its key and its chain are where they belong. */
  CERTIFICATE_RENEWED: 'Certificate Renewed',
  /** The end of a certificate is near, and nothing renews it. */
  CERTIFICATE_EXPIRING: 'Certificate Expiring',
  /** A request for a certificate, or its renewal, was refused or has failed. */
  CERTIFICATE_REFUSED: 'Certificate Refused',
  /** A certificate was revoked or put on hold, or its hold has ended. */
  REVOCATION_CHANGED: 'Certificate Revocation Changed',
  /** New revocation lists can be fetched. */
  LISTS_PUBLISHED: 'Revocation Lists Published',
} as const;

export type CaEventType = typeof CaEventType[keyof typeof CaEventType];

/** The `detail` of `Certificate Issued`. */
export interface CertificateIssuedDetail {
  /** The identity of the CA that has issued the certificate. */
  readonly ca: string;
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  /** The name of the profile, such as `ca`, `device` or `server`. */
  readonly profile: string;
  /** RFC 4514. */
  readonly subject: string;
  /** The common name of a device or a server. */
  readonly commonName?: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** The ID of the stack that declares the certificate, and the logical ID of its resource there. */
  readonly stackId: string;
  readonly logicalId: string;
}

/** The `detail` of `Certificate Renewed`: the facts of the renewed certificate. */
export interface CertificateRenewedDetail extends CertificateIssuedDetail {
  /** The serial number of the certificate before it. */
  readonly renews: string;
  /** How often the certificate has been renewed. */
  readonly renewalNumber: number;
}

/** The `detail` of `Certificate Expiring`: the facts of the certificate. */
export interface CertificateExpiringDetail extends CertificateIssuedDetail {
  /** The threshold that has been passed, in days before the end: 0 after the end. */
  readonly daysLeft: number;
}

/** The `detail` of `Certificate Refused`. */
export interface CertificateRefusedDetail {
  /** The identity of the CA in whose ledger the certificate would be. */
  readonly ca: string;
  /** The ID of the stack that declares the certificate, and the logical ID of its resource there. */
  readonly stackId: string;
  readonly logicalId: string;
  /** The ID of CloudFormation's request. Absent for a renewal. */
  readonly requestId?: string;
  /** The serial number of the certificate that could not be renewed. Absent for a request. */
  readonly renews?: string;
  /** Why, without secrets, on one line of at most 1,023 bytes. */
  readonly reason: string;
}

/** The `detail` of `Certificate Revocation Changed`. */
export interface RevocationChangedDetail {
  /** The identity of the CA that has issued the certificate. */
  readonly ca: string;
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly state: RevocationState;
  readonly reason: RevocationReason;
  /** From when on the certificate is revoked, ISO 8601. */
  readonly revokedAt: string;
  /** When the key was, or may have been, compromised, ISO 8601. */
  readonly invalidityDate?: string;
}

/** The `detail` of `Revocation Lists Published`. */
export interface ListsPublishedDetail {
  /** The identity of the CA. */
  readonly ca: string;
  /** The cRLNumber of the lists. */
  readonly number: number;
}

/** An event as the functions put it on the bus. */
export type CaEvent =
  | { readonly type: typeof CaEventType.CERTIFICATE_ISSUED; readonly detail: CertificateIssuedDetail }
  | { readonly type: typeof CaEventType.CERTIFICATE_RENEWED; readonly detail: CertificateRenewedDetail }
  | { readonly type: typeof CaEventType.CERTIFICATE_EXPIRING; readonly detail: CertificateExpiringDetail }
  | { readonly type: typeof CaEventType.CERTIFICATE_REFUSED; readonly detail: CertificateRefusedDetail }
  | { readonly type: typeof CaEventType.REVOCATION_CHANGED; readonly detail: RevocationChangedDetail }
  | { readonly type: typeof CaEventType.LISTS_PUBLISHED; readonly detail: ListsPublishedDetail };
