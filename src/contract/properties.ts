import { HashAlgorithmName, KeyAlgorithmName } from './key-algorithms';
import { Tag } from './tags';

/**
 * The properties of the custom resources as they stand in a template. CloudFormation hands every scalar to the function
 * as a string, so the function parses; the constructs write them with their real types.
 */

/** Where a private key is held: a union by `Type`. */
export type KeyStorageProperties = SecretKeyStorage | ParameterKeyStorage | KmsKeyStorage | ExistingKeyStorage;

/** Versions of a secret, written by the function. */
export interface SecretKeyStorage {
  readonly Type: 'SecretsManager';
  /** The ARN of the secret, a resource of the stack. */
  readonly SecretArn: string;
}

/** SecureString parameters below a path of Systems Manager, written by the function. */
export interface ParameterKeyStorage {
  readonly Type: 'Parameter';
  /** The path, as in `/iot/Sensor001`; each certificate's key is at its serial number below it. */
  readonly Path: string;
  /** The ARN of the KMS key that encrypts; the account's own where it is absent. */
  readonly EncryptionKeyArn?: string;
}

/** A key of KMS, which never leaves it. */
export interface KmsKeyStorage {
  readonly Type: 'Kms';
  readonly KeyArn: string;
}

/** A secret that somebody else wrote a private key into. */
export interface ExistingKeyStorage {
  readonly Type: 'ExistingSecret';
  readonly SecretArn: string;
  /** The ARN of the secret with the passphrase of an encrypted key. */
  readonly PassphraseSecretArn?: string;
}

/** What a certificate declares beyond its profile; see `DeclaredExtensions`, whose names stand here with a capital. */
export type ExtensionProperties = { readonly [name: string]: unknown };

/** What every certificate resource declares. */
export interface CertificateProperties {
  /** The DynamoDB table in which issuing is recorded: its name, or its ARN where it is of another account or Region. */
  readonly LedgerTable: string;
  /** The digest of the signature on the certificate. */
  readonly HashAlgorithm: HashAlgorithmName;
  /** Days; absent where `NotAfter` is there. */
  readonly ValidityDays?: number;
  /** ISO 8601 in UTC. */
  readonly NotBefore?: string;
  /** ISO 8601 in UTC. */
  readonly NotAfter?: string;
  /** Raised by the user for a new certificate of an otherwise unchanged declaration. */
  readonly Generation: number;
  /** The identifiers of the platforms whose rules are checked. */
  readonly Platforms?: string[];
  readonly Extensions?: ExtensionProperties;
}

/** `Custom::PrivateIotCa` */
export interface PrivateIotCaProperties extends CertificateProperties {
  readonly Subject: { readonly [attribute: string]: string };
  readonly KeyAlgorithm: KeyAlgorithmName;
  readonly KeyStorage: KeyStorageProperties;
  /** `true` where the key outlives the resource; added by `CertificateProvider`. */
  readonly RetainKey?: boolean;
  readonly PathLength?: number;
  /** The physical id of the CA that signs; absent for a CA that signs itself or is signed elsewhere. */
  readonly Issuer?: string;
  /** The key identifier that the CA must have, in hexadecimal digits. */
  readonly IssuerKeyIdentifier?: string;
  /** The ledger of that CA, in which this certificate is recorded too. */
  readonly IssuerLedgerTable?: string;
  readonly ClipToIssuer?: boolean;
  /** The id of the CA that it replaces by declaration. */
  readonly Replaces?: string;
  /** `true` for a CA whose certificate is made elsewhere from its certificate signing request. */
  readonly SignedElsewhere?: boolean;
  /** That certificate and those of the CAs above it, PEM; absent or empty until there is one. */
  readonly SignedCertificatePem?: string;
}

/** `Custom::ExistingIotCa` */
export interface ExistingIotCaProperties {
  readonly LedgerTable: string;
  /** The CA's certificate and those of the CAs above it, PEM. */
  readonly CertificatePem?: string;
  /** Or the ARN of the secret that holds them. */
  readonly CertificateSecretArn?: string;
  readonly KeyStorage: KmsKeyStorage | ExistingKeyStorage;
  /** `true` to take signatures over SHA-1 and short RSA keys in the chain above the CA. */
  readonly AllowLegacyChain: boolean;
  readonly Generation: number;
  readonly Platforms?: string[];
  /** The id of the CA that it replaces by declaration. */
  readonly Replaces?: string;
}

/** `Custom::KeptIotCa`: a CA whose key and ledger have outlived its resource. Its physical id is its id and the name of its ledger. */
export interface KeptIotCaProperties {
  readonly LedgerTable: string;
  /** The ledger of the CA above it, in which its certificate is recorded too. */
  readonly IssuerLedgerTable?: string;
  readonly CaId: string;
  /** The id of the stack that declared the CA before, and is gone. */
  readonly FormerStackId?: string;
  readonly Platforms?: string[];
  /** The id of the CA that it replaces by declaration. */
  readonly Replaces?: string;
}

/** What a certificate below a CA declares. */
export interface IssuedCertificateProperties extends CertificateProperties {
  /** The id of the CA that signs. */
  readonly Issuer: string;
  /** The key identifier that the CA must have, in hexadecimal digits. */
  readonly IssuerKeyIdentifier?: string;
  /** `true` to end with the CA where the validity would pass the CA's end; otherwise that is an error. */
  readonly ClipToIssuer: boolean;
}

/** What a certificate that can be made from a request declares: a key and its place, or the request. */
export interface RequestableProperties {
  /** Absent to take that of the request. */
  readonly Subject?: { readonly [attribute: string]: string };
  readonly KeyAlgorithm?: KeyAlgorithmName;
  readonly KeyStorage?: KeyStorageProperties;
  /** PEM, or base64 of DER. */
  readonly CertificateSigningRequest?: string;
  /** Or the ARN of the secret that holds it. */
  readonly CertificateSigningRequestSecretArn?: string;
  /** The alternative names that are taken from the request; in the form of those in `Extensions`. */
  readonly AllowedNames?: ExtensionProperties;
  /** Which subject may be taken from the request. */
  readonly AllowedSubject?: AllowedSubjectProperties;
  /** What else the key and its certificate are delivered as. */
  readonly Bundles?: BundleProperties[];
  /** `true` where the key outlives the resource; added by `CertificateProvider`. */
  readonly RetainKey?: boolean;
  /** The tags of the parameter that holds the key; absent where there are none, or the key is elsewhere. */
  readonly Tags?: Tag[];
}

/** A rule for the subject of a request; see `AllowedSubject` of the contract. */
export interface AllowedSubjectProperties {
  /** Whether the values are those of the subject, or patterns. */
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

/** `Custom::IotCaCertificate`: a CA below this one, whose key is elsewhere. */
export interface CaCertificateProperties extends IssuedCertificateProperties, RequestableProperties {
  readonly PathLength?: number;
}

/** `Custom::IotVerificationCertificate` */
export interface VerificationCertificateProperties extends IssuedCertificateProperties {
  readonly KeyAlgorithm: KeyAlgorithmName;
  /** The code the platform gave; the common name of the certificate, verbatim. */
  readonly RegistrationCode: string;
}

/** `Custom::IotProofOfPossessionSignature` */
export interface ProofOfPossessionSignatureProperties {
  /** The ledger in which the signature is recorded: that of the CA. */
  readonly LedgerTable: string;
  /** The id of the CA that signs. */
  readonly Issuer: string;
  /** The key identifier that the CA must have, in hexadecimal digits. */
  readonly IssuerKeyIdentifier?: string;
  /** The text that is signed, in ASCII. */
  readonly VerificationCode: string;
  readonly HashAlgorithm: HashAlgorithmName;
  readonly Generation: number;
}

/** The attributes (`Fn::GetAtt`) of a signature. */
export interface ProofOfPossessionSignatureAttributes {
  /** Base64 without line breaks: PKCS#1 v1.5, or the DER of ECDSA. */
  readonly Signature: string;
}

/** `Custom::IotCaLookup`: a certificate of a CA of another stack, looked up in the CA's ledger. */
export interface CaLookupProperties {
  /** The ledger of the CA: its table's name, or the ARN of one that is elsewhere. */
  readonly LedgerTable: string;
  /** The physical id of the CA. */
  readonly CaId: string;
  /** How many CAs above it: 0 for its own certificate. */
  readonly Depth: number;
  /** Whether all certificates above that one are answered too, where it is not known how many they are. */
  readonly WithChain?: boolean;
  /** SHA-256 of the DER of the certificate that is expected, where it is known: 64 lower-case hexadecimal digits. */
  readonly Sha256Fingerprint?: string;
}

/** The attributes (`Fn::GetAtt`) of a look-up. */
export type CaLookupAttributes = Omit<CertificateAttributes, 'CertificateSigningRequestPem' | 'IgnoredRequests' | 'PrivateKeyParameter'>;

/** The attributes of a kept CA: its id too, of which its physical id says more. */
export interface KeptCaAttributes extends CertificateAttributes {
  readonly CaId: string;
}

/** The attributes (`Fn::GetAtt`) of every certificate resource. */
export interface CertificateAttributes {
  /** The certificate, PEM with LF line ends and a newline at the end. */
  readonly CertificatePem: string;
  /** The serial number, upper-case hexadecimal digits: 40 in certificates that are issued here. */
  readonly SerialNumber: string;
  /** The first second of the validity, ISO 8601 in UTC, as in `2026-01-31T23:59:59Z`. */
  readonly NotBefore: string;
  /** The last second of the validity, ISO 8601 in UTC. */
  readonly NotAfter: string;
  /** SHA-256 of the DER, 64 lower-case hexadecimal digits: AWS IoT's certificateId. */
  readonly Sha256Fingerprint: string;
  /** SHA-1 of the DER, 40 lower-case hexadecimal digits: Huawei's and Azure's fingerprint. An identifier, not a safeguard. */
  readonly Sha1Fingerprint: string;
  /** The key identifier (RFC 5280, section 4.2.1.2), lower-case hexadecimal digits: 40 in certificates that are issued here. */
  readonly SubjectKeyIdentifier: string;
  /** Of a CA that is signed elsewhere: its request, PEM; or a note where the answer has no room for it. */
  readonly CertificateSigningRequestPem?: string;
  /** Of a CA from elsewhere or signed elsewhere: the certificates above it, PEM. */
  readonly IssuerChainPem?: string;
  /** Of a certificate from a request: what the request asked for and did not get, separated by commas. */
  readonly IgnoredRequests?: string;
  /** Of a key in a parameter: its name. */
  readonly PrivateKeyParameter?: string;
}
