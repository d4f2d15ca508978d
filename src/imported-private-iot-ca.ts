import { Duration, Resource } from 'aws-cdk-lib';
import { ITable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkCaId, checkCertificatePem } from './contract/rules';
import { DeviceCertificate, DeviceCertificateOptions } from './device-certificate';
import { IPrivateIotCa } from './i-private-iot-ca';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';
import { grantIssue } from './private/grant-issue';
import { validate } from './private/validation';
import { VerificationCertificate, VerificationCertificateOptions } from './verification-certificate';

/**
 * What has to be known of a CA to use it from another stack.
 */
export interface PrivateIotCaAttributes {
  /** The CA's identity, `caId` of the CA. */
  readonly caId: string;

  /** The CA's certificate, PEM. */
  readonly certificatePem: string;

  /** The ARN of the CA's ledger table, which must be in the account and Region of the stack. */
  readonly ledgerTableArn: string;

  /** The complete ARN of the secret that holds the CA's private key. */
  readonly privateKeySecretArn: string;

  /**
   * The KMS key that encrypts the secret.
   *
   * @default - the account's `aws/secretsmanager` key
   */
  readonly encryptionKey?: IKey;

  /**
   * The algorithm of the CA's key, to check the rules of a platform at synthesis.
   *
   * @default - checked at deployment
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * The platforms the CA is meant for.
   *
   * @default - none
   */
  readonly platforms?: IotPlatform[];
}

/** A CA that is a resource of another stack. Not exported. */
export class ImportedPrivateIotCa extends Resource implements IPrivateIotCa {
  public readonly caId: string;
  public readonly certificatePem: string;
  public readonly ledger: ITable;
  public readonly privateKeySecret: ISecret;
  public readonly keyAlgorithm?: KeyAlgorithm;
  public readonly validity?: Duration;
  public readonly platforms: IotPlatform[];

  constructor(scope: Construct, id: string, attrs: PrivateIotCaAttributes) {
    super(scope, id, { environmentFromArn: attrs.ledgerTableArn });
    validate(this, [attrs.caId], () => checkCaId(attrs.caId));
    validate(this, [attrs.certificatePem], () => checkCertificatePem(attrs.certificatePem));
    this.caId = attrs.caId;
    this.certificatePem = attrs.certificatePem;
    this.keyAlgorithm = attrs.keyAlgorithm;
    this.platforms = attrs.platforms ?? [];
    this.ledger = TableV2.fromTableArn(this, 'Ledger', attrs.ledgerTableArn);
    this.privateKeySecret = Secret.fromSecretAttributes(this, 'PrivateKey', {
      secretCompleteArn: attrs.privateKeySecretArn,
      encryptionKey: attrs.encryptionKey,
    });
  }

  public addVerificationCertificate(id: string, options: VerificationCertificateOptions): VerificationCertificate {
    return new VerificationCertificate(this, id, { ca: this, ...options });
  }

  public addDeviceCertificate(id: string, options: DeviceCertificateOptions): DeviceCertificate {
    return new DeviceCertificate(this, id, { ca: this, ...options });
  }

  public grantIssue(grantee: IGrantable): Grant {
    return grantIssue(this, grantee);
  }

  public grantReadPrivateKey(grantee: IGrantable): Grant {
    return this.privateKeySecret.grantRead(grantee);
  }
}
