import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { FleetManifest } from './fleet-manifest';
import { KeyRecipient } from './key-recipient';
import { IotPlatform } from '../../platforms/iot-platform';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { CertificateExtensionOptions, EXTENDED_KEY_USAGE, ExtendedKeyUsage, EXTENSION_KINDS } from '../certificates/certificate-extensions';
import { SUBJECT_KINDS } from '../certificates/certificate-subject';
import { DeviceProfile } from '../certificates/device-certificate';
import { ISSUED_CERTIFICATE_KINDS, IssuedCertificateOptions } from '../certificates/issued-certificate-options';
import { DATE, FLAG, having, Kinds, listOf, NUMBER, oneOf, optional, struct } from '../checks/kinds';
import { CA, DURATION, KEY, KEY_ALGORITHM, PLATFORM, REMOVAL_POLICY } from '../checks/object-kinds';
import { KeyAlgorithm } from '../keys/key-algorithm';

/**
 * The part of the subject that all devices of a fleet have in common. The common name of each device is its ID, unless its row has another one.
 */
export interface FleetSubject {
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
}

/**
 * Properties of a fleet.
 */
export interface DeviceCertificateFleetProps extends CertificateExtensionOptions, IssuedCertificateOptions {
  /**
   * The CA that issues the certificates, in the account and the Region of the fleet. Its key should be in Secrets Manager: KMS signs only some hundred
   * certificates a second for a whole account.
   */
  readonly ca: IPrivateIotCa;

  /** The list of the devices. */
  readonly manifest: FleetManifest;

  /**
   * The part of the subject that all devices have in common.
   *
   * @default - the common name alone
   */
  readonly subject?: FleetSubject;

  /**
   * The algorithm of the keys that are made for devices whose rows have no certificate signing request.
   *
   * @default - KeyAlgorithm.RSA_2048, which every platform accepts, and which takes a hundred times as long to make as KeyAlgorithm.EC_P256
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * For whom the keys that are made for devices are encrypted.
   *
   * @default - no keys are made: a row without a certificate signing request is refused
   */
  readonly keyRecipient?: KeyRecipient;

  /**
   * How long each certificate is valid, in whole days.
   *
   * @default Duration.days(365)
   */
  readonly validity?: Duration;

  /**
   * The first second of the validity.
   *
   * @default - an hour before the certificate is made
   */
  readonly notBefore?: Date;

  /**
   * The last second of the validity, instead of `validity`.
   *
   * @default - determined by `validity`
   */
  readonly notAfter?: Date;

  /**
   * What devices prove with their certificates.
   *
   * @default DeviceProfile.TLS_CLIENT
   */
  readonly profile?: DeviceProfile;

  /**
   * What the keys may be used for, in addition to the usages of device certificates.
   *
   * @default - nothing
   */
  readonly extendedKeyUsages?: ExtendedKeyUsage[];

  /**
   * The platforms whose rules are checked. A row that a platform would refuse is refused.
   *
   * @default - the platforms of the CA
   */
  readonly platforms?: IotPlatform[];

  /**
   * How long before its end a run replaces a certificate, in whole days. A fleet is renewed by runs only.
   *
   * @default - no run replaces a certificate whose declaration stays as it is
   */
  readonly renewBefore?: Duration;

  /**
   * The bucket of the results. The objects of the fleet are in a folder of it. The fleet reads and writes no others.
   *
   * @default - a new bucket, private, versioned and encrypted by KMS, which refuses requests without TLS
   */
  readonly resultsBucket?: IBucket;

  /**
   * The KMS key that encrypts the new bucket of results. It is for a fleet without a `resultsBucket`.
   *
   * @default - the account's `aws/s3` key
   */
  readonly encryptionKey?: IKey;

  /**
   * What happens to the new bucket of results when the fleet leaves the stack. The certificates stay valid in any case.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How many devices a worker issues for at once, from 1 to 1000. All keys that are made in a batch are in one archive.
   *
   * @default - as many as a worker makes in 90 seconds, and at most 500
   */
  readonly batchSize?: number;

  /**
   * How many workers run at the same time at most, from 1 to 10000.
   *
   * @default - as many as reach the rate of a new ledger, or of KMS, at least 10 and at most 100
   */
  readonly maxConcurrency?: number;

  /**
   * The percentage of batches that may fail as a whole, after several attempts, before a run ends early and counts as failed. Rows that are refused don't
   * count.
   *
   * @default 5
   */
  readonly toleratedFailurePercentage?: number;

  /**
   * Whether the fleet runs in each deployment that changes its declaration or its asset. The deployment waits for up to 55 minutes; a longer run goes on.
   *
   * @default true
   */
  readonly runOnDeploy?: boolean;
}

const { commonName: _commonName, serialNumber: _serialNumber, distinguishedNameQualifier: _qualifier, ...FLEET_SUBJECT_KINDS } = SUBJECT_KINDS;

/** Not exported. */
export const FLEET_KINDS: Kinds<DeviceCertificateFleetProps> = {
  ...EXTENSION_KINDS,
  ...ISSUED_CERTIFICATE_KINDS,
  ca: CA,
  manifest: having<FleetManifest>('a FleetManifest, such as FleetManifest.fromAsset()', 'format', '_bind'),
  subject: optional(struct<FleetSubject>('a FleetSubject', FLEET_SUBJECT_KINDS)),
  keyAlgorithm: optional(KEY_ALGORITHM),
  keyRecipient: optional(having<KeyRecipient>('a KeyRecipient, such as KeyRecipient.publicKey()', '_bindRecipient')),
  validity: optional(DURATION),
  notBefore: optional(DATE),
  notAfter: optional(DATE),
  profile: optional(oneOf('DeviceProfile', DeviceProfile)),
  extendedKeyUsages: optional(listOf(EXTENDED_KEY_USAGE)),
  platforms: optional(listOf(PLATFORM)),
  renewBefore: optional(DURATION),
  resultsBucket: optional(having<IBucket>('an IBucket of aws-s3, such as Bucket.fromBucketName()', 'bucketName', 'arnForObjects')),
  encryptionKey: optional(KEY),
  removalPolicy: optional(REMOVAL_POLICY),
  batchSize: optional(NUMBER),
  maxConcurrency: optional(NUMBER),
  toleratedFailurePercentage: optional(NUMBER),
  runOnDeploy: optional(FLAG),
};
