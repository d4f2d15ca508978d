import { SUBJECT_KINDS } from './certificate-subject';
import { check, FLAG, having, Kinds, listOf, optional, struct, TEXT } from '../checks/kinds';

/**
 * Names of a subject beside its distinguished name (RFC 5280, section 4.2.1.6).
 */
export interface AlternativeNames {
  /**
   * Host names in lower case, without a dot at the end; `*` may stand for the first label.
   * @default - none
   */
  readonly dns?: string[];

  /**
   * Addresses of IPv4 or IPv6.
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
 * A distinguished name, of which every attribute is optional. The limits are those of `CertificateSubject`.
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
   * Domains: each stands for itself and all names below it.
   * @default - none
   */
  readonly dns?: string[];

  /**
   * Networks, as in `10.0.0.0/8` or `fd00::/8`.
   * @default - none
   */
  readonly ip?: string[];

  /**
   * For constraints, the hosts in URIs: a host, or a domain with a dot before it for all hosts in it. For rules about
   * requests, how the URI begins, as in `urn:acme:device:` or `https://example.com/`.
   * @default - none
   */
  readonly uri?: string[];

  /**
   * Mailboxes, hosts for all their mailboxes, or domains with a dot before them for all hosts in them.
   * @default - none
   */
  readonly email?: string[];

  /**
   * Directory names: each stands for all names that begin with its attributes, in the order in which subjects have them.
   * @default - none
   */
  readonly directory?: DirectoryName[];
}

/**
 * What a CA may certify (RFC 5280, section 4.2.1.10). Nothing is signed below it that its constraints do not permit.
 */
export interface NameConstraints {
  /**
   * Of the types that occur here, only names in these subtrees are permitted; all names of other types are. Where `dns` occurs, a
   * certificate below needs a host name among its alternative names, or a common name that lies within: without that, validators such as
   * Java take any common name for a host name. The same goes for `ip` and common names that look like an address.
   *
   * All general validators (OpenSSL, GnuTLS, Java, Go, NSS, Botan, wolfSSL) enforce `dns`. Go refuses every chain with critical
   * constraints on `directory`, Botan every one with critical constraints on IPv6 addresses, and a certificate with a URI or a mailbox
   * where critical constraints permit some. GnuTLS passes permitted `directory` and `uri` over, wolfSSL `ip` and `uri`.
   * @default - all
   */
  readonly permitted?: NameSubtrees;

  /**
   * Names that are not permitted, whatever else is.
   *
   * They are read as the strictest validator reads them: a wildcard reaches every host that it covers; wolfSSL takes `xacme.example` for a
   * name in `acme.example`, and Go `a@x.acme.example` and `https://x.acme.example` for names at that host.
   *
   * GnuTLS refuses every certificate below a CA that excludes a `directory` name, and every one with a URI where a `uri` is excluded.
   * Go refuses every chain with critical constraints on `directory`, Botan with those on IPv6 addresses. Botan passes excluded `uri` and
   * `email` over, wolfSSL `ip` and `uri`.
   * @default - none
   */
  readonly excluded?: NameSubtrees;

  /**
   * Whether a validator that does not know name constraints has to refuse the chain, as RFC 5280 demands. mbedTLS and BearSSL
   * refuse every critical one; with `false` they, and only such, pass the constraints over.
   *
   * @default true
   */
  readonly critical?: boolean;
}

/**
 * A certificate policy (RFC 5280, section 4.2.1.4).
 */
export interface CertificatePolicy {
  /** Its object identifier. */
  readonly oid: string;

  /**
   * The URL of the certification practice statement.
   * @default - none
   */
  readonly cpsUri?: string;
}

/**
 * An extension of your own. It is never critical: a validator that does not know it would have to refuse the certificate
 * (RFC 5280, section 4.2), and no TLS library does.
 */
export interface CustomExtension {
  /**
   * Its object identifier; none of those that the CA decides on, such as 2.5.29.19. The CA that signs has to allow it, see
   * `allowedCustomExtensions`; a CA that signs itself needs no leave.
   */
  readonly oid: string;

  /** Its value: DER in base64, up to 1024 octets. */
  readonly valueDerBase64: string;
}

/**
 * What certificates can carry beyond what their kind makes of them.
 */
export interface CertificateExtensionOptions {
  /**
   * Names beside the subject.
   * @default - none
   */
  readonly subjectAlternativeNames?: AlternativeNames;

  /**
   * URLs at which the issuer's list of revoked certificates is found.
   * @default - none
   */
  readonly crlDistributionPoints?: string[];

  /**
   * URLs of OCSP responders.
   * @default - none
   */
  readonly ocspUrls?: string[];

  /**
   * URLs at which the issuer's certificate is found.
   * @default - none
   */
  readonly caIssuersUrls?: string[];

  /**
   * Policies under which the certificate is issued.
   * @default - none
   */
  readonly certificatePolicies?: CertificatePolicy[];

  /**
   * Extensions of your own.
   * @default - none
   */
  readonly customExtensions?: CustomExtension[];
}

/**
 * What a key may be used for (RFC 5280, section 4.2.1.12).
 */
export class ExtendedKeyUsage {
  /** TLS as a server. */
  public static readonly SERVER_AUTH = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.1');
  /** TLS as a client. */
  public static readonly CLIENT_AUTH = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.2');
  /** Signing of code. */
  public static readonly CODE_SIGNING = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.3');
  /** Protection of e-mail. */
  public static readonly EMAIL_PROTECTION = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.4');
  /** Signing of OCSP responses. */
  public static readonly OCSP_SIGNING = new ExtendedKeyUsage('1.3.6.1.5.5.7.3.9');

  /** Any other one, by its object identifier. */
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

/** What certificates can carry, as it is checked. Not exported. */
export const NAME_SUBTREES = struct<NameSubtrees>('a NameSubtrees', NAME_LISTS);

export const NAME_CONSTRAINTS = struct<NameConstraints>('a NameConstraints', {
  permitted: optional(NAME_SUBTREES), excluded: optional(NAME_SUBTREES), critical: optional(FLAG),
});

export const EXTENDED_KEY_USAGE = having<ExtendedKeyUsage>('an ExtendedKeyUsage, as in ExtendedKeyUsage.CLIENT_AUTH', 'oid');

export const EXTENSION_KINDS: Kinds<CertificateExtensionOptions> = {
  subjectAlternativeNames: optional(struct<AlternativeNames>('an AlternativeNames', NAME_LISTS)),
  crlDistributionPoints: TEXTS,
  ocspUrls: TEXTS,
  caIssuersUrls: TEXTS,
  certificatePolicies: optional(listOf(struct<CertificatePolicy>('a CertificatePolicy', { oid: TEXT, cpsUri: optional(TEXT) }))),
  customExtensions: optional(listOf(struct<CustomExtension>('a CustomExtension', { oid: TEXT, valueDerBase64: TEXT }))),
};
