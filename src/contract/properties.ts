import { HashAlgorithmName, KeyAlgorithmName } from './key-algorithms';
import { RenewalProperties } from './renewal';
import { Tag } from './tags';

/**
 * The properties of the custom resources, as they appear in a template. The constructs write each property with its real type.
 * CloudFormation passes every scalar to the function as a string, so the function parses it.
 */

/** Where a private key is held: a union, discriminated by `Type`. */
export type KeyStorageProperties = SecretKeyStorage | ParameterKeyStorage | KmsKeyStorage | ExistingKeyStorage;

/** Versions of a secret, which the function writes. */
export interface SecretKeyStorage {
  readonly Type: 'SecretsManager';
  /** The ARN of the secret, which is a resource of the stack. */
  readonly SecretArn: string;
}

/** SecureString parameters below a path in Systems Manager, which the function writes. */
export interface ParameterKeyStorage {
  readonly Type: 'Parameter';
  /** The path, as in `/iot/Sensor001`. The key of each certificate is in a parameter below it, named after the certificate's serial number. */
  readonly Path: string;
  /** The ARN of the KMS key that encrypts the parameters. If absent, the account's own key encrypts them. */
  readonly EncryptionKeyArn?: string;
}

/** A key in KMS, which never leaves KMS. */
export interface KmsKeyStorage {
  readonly Type: 'Kms';
  readonly KeyArn: string;
}

/** A secret that holds a private key and that this library does not write. */
export interface ExistingKeyStorage {
  readonly Type: 'ExistingSecret';
  readonly SecretArn: string;
  /** The ARN of the secret with the passphrase of an encrypted key. */
  readonly PassphraseSecretArn?: string;
}

/** What a certificate declares in addition to its profile. The names are those of `DeclaredExtensions`, capitalized. */
export type ExtensionProperties = { readonly [name: string]: unknown };

/** The properties of every certificate resource. */
export interface CertificateProperties {
  /** The DynamoDB table that records what is issued: its name, or its ARN if the table is in another account or Region. */
  readonly LedgerTable: string;
  /** The digest of the signature on the certificate. */
  readonly HashAlgorithm: HashAlgorithmName;
  /** The validity in days; absent if `NotAfter` is present. */
  readonly ValidityDays?: number;
  /** ISO 8601 in UTC. */
  readonly NotBefore?: string;
  /** ISO 8601 in UTC. */
  readonly NotAfter?: string;
  /** A number that the user raises to get a new certificate from an otherwise unchanged declaration. */
  readonly Generation: number;
  /** The identifiers of the platforms whose rules are checked. */
  readonly Platforms?: string[];
  readonly Extensions?: ExtensionProperties;
}

/** What the resource of a CA says about the CA before it, and about its own end. */
export interface SuccessionProperties {
  /** The id of the CA that this CA is declared to replace. */
  readonly Replaces?: string;
  /** `true` for a CA that is to issue nothing any more. */
  readonly Retired?: boolean;
  /** The id of this CA, if it is retired even if certificates depend on it. */
  readonly RetiredInUse?: string;
}

/** `Custom::PrivateIotCa` */
export interface PrivateIotCaProperties extends CertificateProperties, SuccessionProperties {
  readonly Subject: { readonly [attribute: string]: string };
  readonly KeyAlgorithm: KeyAlgorithmName;
  readonly KeyStorage: KeyStorageProperties;
  /** `true` if the key outlives the resource; added by `CertificateProvider`. */
  readonly RetainKey?: boolean;
  readonly PathLength?: number;
  /** The physical id of the issuing CA; absent for a CA that is self-signed or signed elsewhere. */
  readonly Issuer?: string;
  /** The key identifier that the issuing CA must have, in hexadecimal digits. */
  readonly IssuerKeyIdentifier?: string;
  /** The ledger of the issuing CA, which records this certificate too. */
  readonly IssuerLedgerTable?: string;
  readonly ClipToIssuer?: boolean;
  /** When the certificate is renewed; absent if it is not. */
  readonly Renewal?: RenewalProperties;
  /** `true` for a CA whose certificate is issued elsewhere, from its certificate signing request. */
  readonly SignedElsewhere?: boolean;
  /** That certificate and the certificates of the CAs above it, in PEM; absent or empty until the certificate exists. */
  readonly SignedCertificatePem?: string;
}

/** `Custom::ExistingIotCa` */
export interface ExistingIotCaProperties extends SuccessionProperties {
  readonly LedgerTable: string;
  /** The CA's certificate and the certificates of the CAs above it, in PEM. */
  readonly CertificatePem?: string;
  /** The ARN of the secret that holds these certificates, in place of `CertificatePem`. */
  readonly CertificateSecretArn?: string;
  readonly KeyStorage: KmsKeyStorage | ExistingKeyStorage;
  /** `true` to accept SHA-1 signatures and short RSA keys in the chain above the CA. */
  readonly AllowLegacyChain: boolean;
  readonly Generation: number;
  readonly Platforms?: string[];
}

/** `Custom::KeptIotCa`: a CA whose key and ledger have outlived its resource. Its physical id consists of its id and the name of its ledger. */
export interface KeptIotCaProperties extends SuccessionProperties {
  readonly LedgerTable: string;
  /** The ledger of the CA above this CA, which records this CA's certificate too. */
  readonly IssuerLedgerTable?: string;
  readonly CaId: string;
  /** The id of the stack that declared the CA before and no longer exists. */
  readonly FormerStackId?: string;
  readonly Platforms?: string[];
}

/** The properties of a certificate that a CA issues. */
export interface IssuedCertificateProperties extends CertificateProperties {
  /** The id of the issuing CA. */
  readonly Issuer: string;
  /** The key identifier that the issuing CA must have, in hexadecimal digits. */
  readonly IssuerKeyIdentifier?: string;
  /** `true` if a certificate that would outlast the CA ends with the CA instead; otherwise such a validity is an error. */
  readonly ClipToIssuer: boolean;
}

/** The properties of a certificate that can be issued from a request: a key and its place, or the request. */
export interface RequestableProperties {
  /** Absent to take the subject from the request. */
  readonly Subject?: { readonly [attribute: string]: string };
  readonly KeyAlgorithm?: KeyAlgorithmName;
  readonly KeyStorage?: KeyStorageProperties;
  /** PEM, or DER in base64. */
  readonly CertificateSigningRequest?: string;
  /** The ARN of the secret that holds the request, in place of `CertificateSigningRequest`. */
  readonly CertificateSigningRequestSecretArn?: string;
  /** The alternative names that may be taken from the request, in the form of the names in `Extensions`. */
  readonly AllowedNames?: ExtensionProperties;
  /** The rule for the subject that may be taken from the request. */
  readonly AllowedSubject?: AllowedSubjectProperties;
  /** Further forms in which the key and its certificate are delivered. */
  readonly Bundles?: BundleProperties[];
  /** `true` if the key outlives the resource; added by `CertificateProvider`. */
  readonly RetainKey?: boolean;
  /** The tags of the parameter that holds the key; absent if it has no tags, or if the key is held elsewhere. */
  readonly Tags?: Tag[];
  /** When the certificate is renewed; absent if it is not. */
  readonly Renewal?: RenewalProperties;
  /** Whether the removal of the resource revokes the certificate; absent if the ledger of the CA decides. */
  readonly RevokeOnRemoval?: boolean;
}

/** A rule for the subject of a request; see `AllowedSubject` in the contract. */
export interface AllowedSubjectProperties {
  /** Whether `Subject` holds the exact values or patterns. */
  readonly Type: 'Exact' | 'Pattern';
  readonly Subject: { readonly [attribute: string]: string };
}

/** A key with its certificates in another form, in a secret of its own. */
export interface BundleProperties {
  readonly Type: 'Pkcs12' | 'Pkcs12Legacy' | 'CombinedPem' | 'Der';
  readonly SecretArn: string;
  /** The ARN of the secret with the passphrase, for PKCS#12. */
  readonly PassphraseSecretArn?: string;
}

/** `Custom::IotCaCertificate`: a certificate for a subordinate CA whose key is held elsewhere. */
export interface CaCertificateProperties extends IssuedCertificateProperties, RequestableProperties {
  readonly PathLength?: number;
}

/**
 * `Custom::IotCrossCertificate`: a certificate for the key of a CA that has a certificate of its own. Its subject, its key and its limits come
 * from that certificate, and its validity lasts as long as both CAs.
 */
export interface CrossCertificateProperties extends Pick<IssuedCertificateProperties, 'LedgerTable' | 'Issuer' | 'IssuerKeyIdentifier' | 'HashAlgorithm' | 'Generation'> {
  /** The id of the subject CA. */
  readonly SubjectCaId: string;
  /** The ledger of the subject CA, which is only read: the name of its table, or the ARN of a table in another account or Region. */
  readonly SubjectCaLedgerTable: string;
  /** The SHA-256 fingerprint that the subject CA's own certificate must have, if it is known: 64 lower-case hexadecimal digits. */
  readonly SubjectCaSha256Fingerprint?: string;
}

/** `Custom::IotVerificationCertificate` */
export interface VerificationCertificateProperties extends IssuedCertificateProperties {
  readonly KeyAlgorithm: KeyAlgorithmName;
  /** The code from the platform, which is the common name of the certificate, verbatim. */
  readonly RegistrationCode: string;
}

/** `Custom::IotProofOfPossessionSignature` */
export interface ProofOfPossessionSignatureProperties {
  /** The ledger of the CA, which records the signature. */
  readonly LedgerTable: string;
  /** The id of the signing CA. */
  readonly Issuer: string;
  /** The key identifier that the signing CA must have, in hexadecimal digits. */
  readonly IssuerKeyIdentifier?: string;
  /** The text to sign, in ASCII. */
  readonly VerificationCode: string;
  readonly HashAlgorithm: HashAlgorithmName;
  readonly Generation: number;
}

/** The attributes (`Fn::GetAtt`) of a signature. */
export interface ProofOfPossessionSignatureAttributes {
  /** The signature in base64 without line breaks: PKCS#1 v1.5, or ECDSA in DER. */
  readonly Signature: string;
}

/** `Custom::IotCaLookup`: a certificate of a CA in another stack, looked up in the CA's ledger. */
export interface CaLookupProperties {
  /** The ledger of the CA: the name of its table, or the ARN of a table in another account or Region. */
  readonly LedgerTable: string;
  /** The physical id of the CA. */
  readonly CaId: string;
  /** How many levels above the CA the certificate is: 0 for the CA's own certificate. */
  readonly Depth: number;
  /** Whether the attributes include all certificates above that certificate too, for chains of unknown length. */
  readonly WithChain?: boolean;
  /** The expected SHA-256 fingerprint of the certificate (the hash of its DER), if known: 64 lower-case hexadecimal digits. */
  readonly Sha256Fingerprint?: string;
}

/** The attributes (`Fn::GetAtt`) of a look-up. */
export type CaLookupAttributes = Omit<CertificateAttributes, 'CertificateSigningRequestPem' | 'IgnoredRequests' | 'PrivateKeyParameter' | 'RenewalNumber'>;

/** The attributes of a kept CA. They include its id, because its physical id names its ledger too. */
export interface KeptCaAttributes extends CertificateAttributes {
  readonly CaId: string;
}

/** The attributes (`Fn::GetAtt`) of every certificate resource. */
export interface CertificateAttributes {
  /** The certificate in PEM, with LF line endings and a newline at the end. */
  readonly CertificatePem: string;
  /** The serial number in upper-case hexadecimal digits: 40 digits in certificates that this library issues. */
  readonly SerialNumber: string;
  /** The first second of the validity, in ISO 8601 in UTC, as in `2026-01-31T23:59:59Z`. */
  readonly NotBefore: string;
  /** The last second of the validity, in ISO 8601 in UTC. */
  readonly NotAfter: string;
  /** SHA-256 of the DER, 64 lower-case hexadecimal digits: AWS IoT's certificateId. */
  readonly Sha256Fingerprint: string;
  /** SHA-1 of the DER, 40 lower-case hexadecimal digits: Huawei's and Azure's fingerprint. An identifier, not a safeguard. */
  readonly Sha1Fingerprint: string;
  /** The key identifier (RFC 5280, section 4.2.1.2) in lower-case hexadecimal digits: 40 digits in certificates that this library issues. */
  readonly SubjectKeyIdentifier: string;
  /** For a CA that is signed elsewhere: its request in PEM, or a note if the response has no room for it. */
  readonly CertificateSigningRequestPem?: string;
  /** For a CA that comes from elsewhere or is signed elsewhere: the certificates above it, in PEM. */
  readonly IssuerChainPem?: string;
  /** For a certificate from a request: what the request asked for and did not get, separated by commas. */
  readonly IgnoredRequests?: string;
  /** For a key in a parameter: the name of the parameter. */
  readonly PrivateKeyParameter?: string;
  /** For a certificate that is renewed: how often it has been, in decimal digits. */
  readonly RenewalNumber?: string;
}
