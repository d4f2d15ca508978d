import { Complaint, quote } from './rules';

/** What the constructs and the functions that revoke and publish agree on; see decisions/0019-revocation.md to 0021-ocsp.md. */

/** The type of the custom resource behind `publishRevocation`. It is final, because CloudFormation does not let a type change. */
export const REVOCATION_PUBLICATION_TYPE = 'Custom::IotRevocationPublication';

/** The environment variables of the function that publishes the lists of one CA. */
export interface PublisherEnvironment {
  readonly STACK_ID: string;
  /** The identity of the CA. */
  readonly CA_ID: string;
  /** The name of the CA's ledger. */
  readonly LEDGER_TABLE: string;
  /** The name of the bucket. */
  readonly CRL_BUCKET: string;
  /** The URL below which certificates name their lists. */
  readonly CRL_URL: string;
  /** The number of lists among which certificates are spread. */
  readonly CRL_PARTITIONS: string;
  /** How long a list is valid, in days. */
  readonly CRL_LIFE_DAYS: string;
  /** The URL of the CA's OCSP responder, and the secret with its key and its certificate. Both are absent if there is none. */
  readonly OCSP_URL?: string;
  readonly OCSP_RESPONDER_SECRET?: string;
}

/** The environment variables of the function that answers OCSP requests about the certificates of one CA. */
export interface OcspEnvironment extends Pick<PublisherEnvironment, 'CA_ID' | 'LEDGER_TABLE'> {
  readonly OCSP_RESPONDER_SECRET: string;
  /** The path of the responder's URL. */
  readonly OCSP_PATH: string;
}

/** The namespace of this library's metrics in CloudWatch. */
export const METRIC_NAMESPACE = 'PrivateIotCa';

/** The metric of how much is left of the life of a CA's newest list, in percent, 0 if a list can't be made; and its dimension. */
export const LIFE_LEFT_METRIC = 'RevocationListLifeLeft';
export const CA_DIMENSION = 'CaId';

/** The properties of the custom resource. The function believes its environment; a changed property makes CloudFormation ask it to publish. */
export interface RevocationPublicationProperties {
  readonly CaId: string;
  readonly Bucket: string;
  readonly Url: string;
  readonly OcspUrl?: string;
  readonly Partitions: number;
  readonly LifeDays: number;
}

/** The environment variables of every function for the revocations of one CA. */
export type CaEnvironment = Pick<PublisherEnvironment, 'CA_ID' | 'LEDGER_TABLE'>;

/** The environment variables of the function that revokes certificates of one CA. */
export interface RevokerEnvironment extends CaEnvironment {
  /** Where revocations go, JSON: a list of `RevocationReach`. */
  readonly REACH: string;
}

/** What the name of the function that revokes begins with. The `TableId` of the CA's ledger follows, so that the ledger leads to the function. */
export const REVOKE_FUNCTION_PREFIX = 'private-iot-ca-revoke-';

/** A platform that accepts certificates of a CA. */
export interface RevocationReach {
  /** The identifier of the platform, such as `aws-iot-core`. */
  readonly platform: string;
  /** Whether revocations are carried over to it. */
  readonly carriedOver: boolean;
}

/** What becomes of a revocation at a platform. */
export interface PlatformAnswer extends RevocationReach {
  /** The platform's name. */
  readonly name: string;
  /** What the platform can't do, or what to do for it, in words. */
  readonly note?: string;
}

/** A CA, and where its ledger is. */
export interface LedgerOfCa {
  readonly caId: string;
  /** The name of the CA's ledger, or its ARN. */
  readonly table: string;
}

/** The environment variables of a function that carries the revocations of a CA over to a platform, and of the one that announces them. */
export interface PlatformRevocationEnvironment extends CaEnvironment {
  readonly STACK_ID: string;
  /** The other CAs of the devices, JSON: a list of `LedgerOfCa`. Absent if there are none. */
  readonly OTHER_CAS?: string;
}

/**
 * The type of the custom resource that checks at a deployment whether revocations can be carried over. It is final, because CloudFormation does not let a
 * type change.
 */
export const PLATFORM_REVOCATION_CHECK_TYPE = 'Custom::PlatformRevocationCheck';

/** The properties of the custom resource. */
export interface PlatformRevocationCheckProperties {
  /** The environment variables of the function, which it believes; a changed one makes CloudFormation ask for a check. */
  readonly Environment: { readonly [name: string]: string };
}

/** The answer of the function that revokes certificates. */
export interface RevocationAnswer {
  /** The identity of the CA. */
  readonly ca: string;
  /** The name of the CA's ledger. */
  readonly ledger: string;
  /** The CA; absent while its certificate is not in the ledger. */
  readonly issuer?: CaAnswer;
  readonly dryRun: boolean;
  /** How many certificates the request has changed, would not change, and could not change. */
  readonly changed: number;
  readonly unchanged: number;
  readonly failed: number;
  /** What becomes of it at the platforms that accept certificates of the CA. */
  readonly platforms: readonly PlatformAnswer[];
  /** What happened to each certificate; only the first 5,000 of them. */
  readonly certificates: readonly RevokedCertificateAnswer[];
  /** The certificates of CAs among all those that the request is about. These CAs issue certificates themselves, which the request is not about. */
  readonly subordinateCas: readonly SubordinateCaAnswer[];
}

/** A CA, as a ledger knows it. */
export interface CaAnswer {
  readonly subject: string;
  /** The name of the stack that has, or had, the CA's resource, and its logical ID. */
  readonly stack: string;
  readonly logicalId: string;
  /**
   * The SHA-256 of the CA's public key (SubjectPublicKeyInfo), in lower-case hexadecimal digits. It is the same in the ledger of the CA and in that of
   * the CA above it, also if the CA has its key elsewhere or was renewed.
   */
  readonly publicKeySha256: string;
}

/** A certificate of a CA below the one that has signed it. */
export interface SubordinateCaAnswer extends CaAnswer {
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  /** ISO 8601. */
  readonly notAfter: string;
}

export interface RevokedCertificateAnswer {
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly subject: string;
  readonly commonName?: string;
  /** The name of the stack that has, or had, the certificate's resource, and its logical ID. */
  readonly stack: string;
  readonly logicalId: string;
  readonly changed: boolean;
  readonly state?: 'HELD' | 'RELEASED' | 'REVOKED';
  readonly reason?: string;
  /** ISO 8601. */
  readonly revokedAt?: string;
  readonly invalidityDate?: string;
  /** Why the certificate could not be revoked. */
  readonly error?: string;
}

/** How often everything that is revoked is checked, in minutes. */
const CHECK_MINUTES = { min: 5, max: 1_440 };

/** Checks how often everything that is revoked is checked. */
export function checkCheckMinutes(minutes: unknown): Complaint {
  return typeof minutes === 'number' && Number.isInteger(minutes) && minutes >= CHECK_MINUTES.min && minutes <= CHECK_MINUTES.max ? undefined
    : `checkInterval must be ${CHECK_MINUTES.min} to ${CHECK_MINUTES.max} whole minutes, got ${quote(minutes)}`;
}
