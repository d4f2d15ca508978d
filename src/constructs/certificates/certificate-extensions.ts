import { SUBJECT_KINDS } from './certificate-subject';
import { check, FLAG, having, Kinds, listOf, optional, struct, TEXT } from '../checks/kinds';

/**
 * Names of a subject in addition to its distinguished name (RFC 5280, section 4.2.1.6).
 */
export interface AlternativeNames {
  /**
   * Host names in lower case, without a trailing dot; the first label may be `*`.
   * @default - none
   */
  readonly dns?: string[];

  /**
   * IPv4 or IPv6 addresses.
   * @default - none
   */
  readonly ip?: string[];

  /**
   * URIs with a scheme, in ASCII.
   * @default - none
   */
  readonly uri?: string[];

  /**
   * Mailboxes, in ASCII.
   * @default - none
   */
  readonly email?: string[];

  /**
   * Directory names.
   * @default - none
   */
  readonly directory?: DirectoryName[];
}

/**
 * A distinguished name in which every attribute is optional. The limits are those of `CertificateSubject`.
 */
export interface DirectoryName {
  /**
   * The common name (CN).
   * @default - none
   */
  readonly commonName?: string;
  /**
   * The organization (O).
   * @default - none
   */
  readonly organization?: string;
  /**
   * The organizational unit (OU).
   * @default - none
   */
  readonly organizationalUnit?: string;
  /**
   * The country (C).
   * @default - none
   */
  readonly country?: string;
  /**
   * The state or province (ST).
   * @default - none
   */
  readonly stateOrProvince?: string;
  /**
   * The locality (L).
   * @default - none
   */
  readonly locality?: string;
  /**
   * The serial number of the device.
   * @default - none
   */
  readonly serialNumber?: string;
}

/**
 * Subtrees of names (RFC 5280, section 4.2.1.10).
 */
export interface NameSubtrees {
  /**
   * Domains. Each covers itself and all names below it.
   * @default - none
   */
  readonly dns?: string[];

  /**
   * Networks, such as `10.0.0.0/8` or `fd00::/8`.
   * @default - none
   */
  readonly ip?: string[];

  /**
   * In constraints, the hosts of URIs: a host, or a domain with a leading dot for all hosts in it. In rules for requests, the
   * beginning of the URI, such as `urn:acme:device:` or `https://example.com/`.
   * @default - none
   */
  readonly uri?: string[];

  /**
   * Mailboxes, hosts for all their mailboxes, or domains with a leading dot for all hosts in them.
   * @default - none
   */
  readonly email?: string[];

  /**
   * Directory names. Each covers all names that begin with its attributes, in the order in which subjects have them.
   * @default - none
   */
  readonly directory?: DirectoryName[];
}

/**
 * The names that a CA may certify (RFC 5280, section 4.2.1.10). No certificate below the CA is signed for names that its
 * constraints do not permit.
 */
export interface NameConstraints {
  /**
   * For each type that occurs here, only names in these subtrees are permitted. All names of other types are permitted. If `dns` occurs,
   * every certificate below the CA needs a host name among its alternative names, or a common name within the subtrees, because validators
   * such as Java otherwise take any common name for a host name. The same applies to `ip` and common names that look like an address.
   *
   * All general validators (OpenSSL, GnuTLS, Java, Go, NSS, Botan, wolfSSL) enforce `dns`. Go refuses every chain with critical
   * constraints on `directory`. Botan refuses every chain with critical constraints on IPv6 addresses, and every certificate with a URI
   * or a mailbox if critical constraints permit names of that type. GnuTLS ignores permitted `directory` and `uri`; wolfSSL ignores `ip`
   * and `uri`.
   * @default - all names
   */
  readonly permitted?: NameSubtrees;

  /**
   * Names that are not permitted, even if they lie within `permitted`.
   *
   * This library reads them as the strictest validator does. A wildcard counts as every host that it covers. wolfSSL takes `xacme.example`
   * for a name in `acme.example`, and Go takes `a@x.acme.example` and `https://x.acme.example` for names at that host.
   *
   * GnuTLS refuses every certificate below a CA that excludes a `directory` name, and every certificate with a URI if a `uri` is excluded.
   * Go refuses every chain with critical constraints on `directory`, and Botan refuses every chain with critical constraints on IPv6
   * addresses. Botan ignores excluded `uri` and `email`; wolfSSL ignores `ip` and `uri`.
   * @default - none
   */
  readonly excluded?: NameSubtrees;

  /**
   * Whether a validator that does not know name constraints must refuse the chain, as RFC 5280 requires. mbedTLS and BearSSL
   * refuse all critical constraints. With `false`, these two and similar validators ignore the constraints. Go then ignores `directory`,
   * and Botan ignores IPv6 addresses and permitted `uri` and `email`, instead of refusing them as described above.
   *
   * @default true
   */
  readonly critical?: boolean;
}

/**
 * A certificate policy (RFC 5280, section 4.2.1.4).
 */
export interface CertificatePolicy {
  /** The object identifier of the policy. */
  readonly oid: string;

  /**
   * The URL of the certification practice statement.
   * @default - none
   */
  readonly cpsUri?: string;
}

/**
 * A custom extension. It is never critical, because a validator that does not know it would then have to refuse the certificate
 * (RFC 5280, section 4.2), and no TLS library knows it.
 */
export interface CustomExtension {
  /**
   * The object identifier of the extension. It must not be one that the CA decides on, such as 2.5.29.19. The issuer must allow it
   * (`allowedCustomExtensions`); a self-signed CA needs no permission.
   */
  readonly oid: string;

  /** The value of the extension: DER in base64, up to 1024 octets. */
  readonly valueDerBase64: string;
}

/**
 * Options for the content of certificates beyond what their kind determines.
 */
export interface CertificateExtensionOptions {
  /**
   * The subject alternative names.
   * @default - none
   */
  readonly subjectAlternativeNames?: AlternativeNames;

  /**
   * URLs of the issuer's certificate revocation list.
   * @default - none
   */
  readonly crlDistributionPoints?: string[];

  /**
   * URLs of OCSP responders.
   * @default - none
   */
  readonly ocspUrls?: string[];

  /**
   * URLs of the issuer's certificate.
   * @default - none
   */
  readonly caIssuersUrls?: string[];

  /**
   * Policies under which the certificate is issued.
   * @default - none
   */
  readonly certificatePolicies?: CertificatePolicy[];

  /**
   * Custom extensions.
   * @default - none
   */
  readonly customExtensions?: CustomExtension[];
}

/**
 * What a key may be used for (RFC 5280, section 4.2.1.12).
 */
export class ExtendedKeyUsage {
  /** TLS server authentication. */
  public static readonly SERVER_AUTH = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.1');
  /** TLS client authentication. */
  public static readonly CLIENT_AUTH = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.2');
  /** Code signing. */
  public static readonly CODE_SIGNING = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.3');
  /** E-mail protection. */
  public static readonly EMAIL_PROTECTION = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.4');
  /** OCSP response signing: the certificate can answer for the CA that issues it whether certificates are revoked. A device should not have it. */
  public static readonly OCSP_SIGNING = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.9');

  /** Any other usage, by its object identifier. */
  public static of(oid: string): ExtendedKeyUsage {
    check('ExtendedKeyUsage.of()', { oid: TEXT }, { oid });
    return new ExtendedKeyUsage(oid);
  }

  private constructor(
    /** The object identifier. */
    public readonly oid: string,
  ) {}
}

const TEXTS = optional(listOf(TEXT));
const { distinguishedNameQualifier, ...ATTRIBUTES } = SUBJECT_KINDS;
const DIRECTORY = optional(listOf(struct<DirectoryName>('a DirectoryName', { ...ATTRIBUTES, commonName: optional(TEXT) })));
const NAME_LISTS: Kinds<AlternativeNames & NameSubtrees> = { dns: TEXTS, ip: TEXTS, uri: TEXTS, email: TEXTS, directory: DIRECTORY };

/** The kinds by which the content of certificates is checked. Not exported. */
export const NAME_SUBTREES = struct<NameSubtrees>('a NameSubtrees', NAME_LISTS);

export const NAME_CONSTRAINTS = struct<NameConstraints>('a NameConstraints', {
  permitted: optional(NAME_SUBTREES), excluded: optional(NAME_SUBTREES), critical: optional(FLAG),
});

export const EXTENDED_KEY_USAGE = having<ExtendedKeyUsage>('an ExtendedKeyUsage, such as ExtendedKeyUsage.CLIENT_AUTH', 'oid');

export const EXTENSION_KINDS: Kinds<CertificateExtensionOptions> = {
  subjectAlternativeNames: optional(struct<AlternativeNames>('an AlternativeNames', NAME_LISTS)),
  crlDistributionPoints: TEXTS,
  ocspUrls: TEXTS,
  caIssuersUrls: TEXTS,
  certificatePolicies: optional(listOf(struct<CertificatePolicy>('a CertificatePolicy', { oid: TEXT, cpsUri: optional(TEXT) }))),
  customExtensions: optional(listOf(struct<CustomExtension>('a CustomExtension', { oid: TEXT, valueDerBase64: TEXT }))),
};
