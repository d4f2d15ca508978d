import { Kinds, optional, struct, TEXT } from '../checks/kinds';

/**
 * The subject of a certificate: a distinguished name with one value for each attribute. The certificate holds the values as
 * they are written here. They must not contain control or other invisible characters, or begin or end with a space.
 *
 * The limits are those of RFC 5280, appendix A.1.
 */
export interface CertificateSubject {
  /**
   * The common name (CN), 1 to 64 characters. A platform identifies a device by this name: it is a device ID, a registration
   * ID, or the user name at a broker. Brokers may grant topics by it, so `/`, `+`, `#` and a leading `$` are refused for brokers,
   * and cause a warning if no platform is declared.
   */
  readonly commonName: string;

  /**
   * The organization (O), 1 to 64 characters.
   *
   * @default - none
   */
  readonly organization?: string;

  /**
   * The organizational unit (OU), 1 to 64 characters.
   *
   * @default - none
   */
  readonly organizationalUnit?: string;

  /**
   * The country (C): two upper-case letters of ISO 3166-1.
   *
   * @default - none
   */
  readonly country?: string;

  /**
   * The state or province (ST), 1 to 128 characters.
   *
   * @default - none
   */
  readonly stateOrProvince?: string;

  /**
   * The locality (L), 1 to 128 characters.
   *
   * @default - none
   */
  readonly locality?: string;

  /**
   * The serial number of the device (not of the certificate), 1 to 64 characters of PrintableString: letters, digits,
   * spaces and `' ( ) + , - . / : = ?`.
   *
   * @default - none
   */
  readonly serialNumber?: string;

  /**
   * The distinguished name qualifier, 1 to 64 characters of PrintableString.
   *
   * @default - none
   */
  readonly distinguishedNameQualifier?: string;
}

/** Not exported. */
export const SUBJECT_KINDS: Kinds<CertificateSubject> = {
  commonName: TEXT,
  organization: optional(TEXT),
  organizationalUnit: optional(TEXT),
  country: optional(TEXT),
  stateOrProvince: optional(TEXT),
  locality: optional(TEXT),
  serialNumber: optional(TEXT),
  distinguishedNameQualifier: optional(TEXT),
};

export const SUBJECT = struct<CertificateSubject>('a CertificateSubject', SUBJECT_KINDS);
