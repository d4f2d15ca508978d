import { HashAlgorithmName, KeyAlgorithmName } from './key-algorithms';

/**
 * The properties of the custom resources as they stand in a template. CloudFormation hands every scalar to the function
 * as a string, so the function parses; the constructs write them with their real types.
 */

/** Where a private key is held. A union by `Type`, so that other custody can be added. */
export interface KeyStorageProperties {
  readonly Type: 'SecretsManager';
  /** The ARN of the secret, a resource of the stack. */
  readonly SecretArn: string;
}

/** What every certificate resource declares. */
export interface CertificateProperties {
  /** The name of the DynamoDB table in which issuing is recorded. */
  readonly LedgerTable: string;
  readonly KeyAlgorithm: KeyAlgorithmName;
  /** The digest of the signature on the certificate. */
  readonly HashAlgorithm: HashAlgorithmName;
  readonly ValidityDays: number;
  /** Raised by the user for a new certificate of an otherwise unchanged declaration. */
  readonly Generation: number;
  /** The identifiers of the platforms whose rules are checked. */
  readonly Platforms?: string[];
}

/** `Custom::PrivateIotCa` */
export interface PrivateIotCaProperties extends CertificateProperties {
  readonly Subject: { readonly [attribute: string]: string };
  readonly KeyStorage: KeyStorageProperties;
  /** `false` where the key may go when the CA is removed or replaced. */
  readonly RetainKey: boolean;
  readonly PathLength?: number;
}

/** What a certificate below a CA declares. */
export interface IssuedCertificateProperties extends CertificateProperties {
  /** The physical id of the CA that signs. */
  readonly Issuer: string;
  /** `true` to end with the CA where the validity would pass the CA's end; otherwise that is an error. */
  readonly ClipToIssuer: boolean;
}

/** `Custom::IotVerificationCertificate` */
export interface VerificationCertificateProperties extends IssuedCertificateProperties {
  /** The code the platform gave; the common name of the certificate, verbatim. */
  readonly RegistrationCode: string;
}

/** `Custom::IotDeviceCertificate` */
export interface DeviceCertificateProperties extends IssuedCertificateProperties {
  readonly Subject: { readonly [attribute: string]: string };
  readonly KeyStorage: KeyStorageProperties;
}

/** The attributes (`Fn::GetAtt`) of every certificate resource. */
export interface CertificateAttributes {
  /** The certificate, PEM with LF line ends and a newline at the end. */
  readonly CertificatePem: string;
  /** The serial number, 40 upper-case hexadecimal digits. */
  readonly SerialNumber: string;
  /** The first second of the validity, ISO 8601 in UTC, as in `2026-01-31T23:59:59Z`. */
  readonly NotBefore: string;
  /** The last second of the validity, ISO 8601 in UTC. */
  readonly NotAfter: string;
  /** SHA-256 of the DER, 64 lower-case hexadecimal digits: AWS IoT's certificateId. */
  readonly Sha256Fingerprint: string;
  /** SHA-1 of the DER, 40 lower-case hexadecimal digits: Huawei's and Azure's fingerprint. An identifier, not a safeguard. */
  readonly Sha1Fingerprint: string;
  /** The key identifier (RFC 5280, section 4.2.1.2), 40 lower-case hexadecimal digits. */
  readonly SubjectKeyIdentifier: string;
}
