import { Duration, IResource } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { DeviceCertificate, DeviceCertificateOptions } from './device-certificate';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';
import { VerificationCertificate, VerificationCertificateOptions } from './verification-certificate';

/**
 * A private CA for IoT devices.
 */
export interface IPrivateIotCa extends IResource {
  /**
   * The CA's identity: the physical id of its resource. It changes when the CA is replaced.
   * @attribute
   */
  readonly caId: string;

  /**
   * The CA's certificate, PEM.
   * @attribute
   */
  readonly certificatePem: string;

  /**
   * The table in which everything the CA issues is recorded.
   */
  readonly ledger: ITable;

  /**
   * The secret that holds the CA's private key.
   */
  readonly privateKeySecret: ISecret;

  /**
   * The algorithm of the CA's key.
   *
   * @default - not known before deployment: the CA comes from elsewhere
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * How long the CA's certificate is valid from its making on.
   *
   * @default - not known before deployment: the CA comes from elsewhere
   */
  readonly validity?: Duration;

  /**
   * The platforms the CA is meant for.
   */
  readonly platforms: IotPlatform[];

  /**
   * Adds a certificate that proves to a platform that the CA's key is held here.
   *
   * @param id the id of the construct, below the CA
   * @param options what the certificate is for
   */
  addVerificationCertificate(id: string, options: VerificationCertificateOptions): VerificationCertificate;

  /**
   * Adds a device certificate.
   *
   * @param id the id of the construct, below the CA
   * @param options what the certificate is for
   */
  addDeviceCertificate(id: string, options: DeviceCertificateOptions): DeviceCertificate;

  /**
   * Lets a principal issue certificates of this CA: sign with its key, and record them. Whoever may issue can issue
   * anything, for the key signs anything.
   */
  grantIssue(grantee: IGrantable): Grant;

  /**
   * Lets a principal read the CA's private key. Nothing in this library needs it; think of a backup kept elsewhere.
   */
  grantReadPrivateKey(grantee: IGrantable): Grant;
}
