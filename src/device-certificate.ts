import { CustomResource, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CertificateSubject } from './certificate-subject';
import { DeviceCertificateProperties } from './contract/properties';
import { ResourceType } from './contract/resource-types';
import { checkCaForPlatform, checkDeviceForPlatform } from './contract/rules';
import { HashAlgorithm } from './hash-algorithm';
import { IPrivateIotCa } from './i-private-iot-ca';
import { IIotCertificate, IotCertificateBase } from './iot-certificate';
import { IotPlatform } from './iot-platform';
import { KeyAlgorithm } from './key-algorithm';
import { KeyStorage } from './key-storage';
import { CertificateProvider } from './private/certificate-provider';
import {
  renderSubject, sayNotices, validate, validateInsideCa, validateSubject, validGeneration, validHashAlgorithm, validityDays,
} from './private/validation';

/**
 * What a device certificate is.
 */
export interface DeviceCertificateOptions {
  /** The device's name. The common name is what most platforms and brokers know a device by. */
  readonly subject: CertificateSubject;

  /**
   * The algorithm of the device's key.
   *
   * @default KeyAlgorithm.RSA_2048, which every platform takes
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * The digest of the CA's signature.
   *
   * @default HashAlgorithm.SHA_256
   */
  readonly hashAlgorithm?: HashAlgorithm;

  /**
   * How long the certificate is valid, in whole days. A device that can't be given a new certificate in the field needs as
   * many days as it will live; see `clipToIssuer`.
   *
   * @default Duration.days(365)
   */
  readonly validity?: Duration;

  /**
   * End with the CA where the validity would pass the CA's end. Otherwise that is an error.
   *
   * @default false
   */
  readonly clipToIssuer?: boolean;

  /**
   * Where the device's key is held.
   *
   * @default KeyStorage.secretsManager()
   */
  readonly keyStorage?: KeyStorage;

  /**
   * The platforms whose rules are checked.
   *
   * @default - the platforms of the CA
   */
  readonly platforms?: IotPlatform[];

  /**
   * Raise it for a new certificate, with a new key, of an otherwise unchanged declaration, 1 to 1,000,000.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * What happens to the secret with the device's key when the certificate leaves the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * What a device certificate is, and which CA issues it.
 */
export interface DeviceCertificateProps extends DeviceCertificateOptions {
  /** The CA that issues the certificate. */
  readonly ca: IPrivateIotCa;
}

/**
 * A certificate and a key for one device, for TLS as a client.
 *
 * The key is made during deployment and written into a secret of its own, from which whoever provisions the device reads
 * it: see `grantReadPrivateKey`.
 *
 * @resource Custom::IotDeviceCertificate
 */
export class DeviceCertificate extends IotCertificateBase implements IIotCertificate {
  public readonly certificateChainPem: string;

  /** The secret that holds the device's private key: a PKCS#8 PEM, the current version that of this certificate. */
  public readonly privateKeySecret: ISecret;

  /** @internal */
  protected readonly _resource: CustomResource;

  constructor(scope: Construct, id: string, props: DeviceCertificateProps) {
    super(scope, id);
    const { ca, subject, keyAlgorithm = KeyAlgorithm.RSA_2048, validity = Duration.days(365), clipToIssuer = false } = props;
    const platforms = props.platforms ?? ca.platforms;
    const days = validityDays(this, validity);
    validateSubject(this, { ...subject });
    validateInsideCa(this, days, ca.validity, clipToIssuer);
    for (const platform of platforms) {
      validate(this, [subject.commonName], () => checkDeviceForPlatform(subject.commonName, platform._render()));
      if (ca.keyAlgorithm) {
        const caKey = ca.keyAlgorithm._render();
        validate(this, [], () => checkCaForPlatform(caKey, platform._render(), 'keyAlgorithm of the CA'));
      }
    }
    sayNotices(this, platforms.filter(platform => !ca.platforms.includes(platform)));

    const key = (props.keyStorage ?? KeyStorage.secretsManager())._bind(this, {
      description: `Private key of the device ${this.node.path}`,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
    });
    this.privateKeySecret = key.secret;

    const provider = CertificateProvider.of(this);
    const rights = provider.rightsOn(ca);
    ca.grantIssue(rights);
    const properties: DeviceCertificateProperties = {
      LedgerTable: ca.ledger.tableName,
      Issuer: ca.caId,
      Subject: renderSubject({ ...subject }),
      KeyStorage: key.properties,
      KeyAlgorithm: keyAlgorithm._render(),
      HashAlgorithm: validHashAlgorithm(this, props.hashAlgorithm),
      ValidityDays: days,
      ClipToIssuer: clipToIssuer,
      Generation: validGeneration(this, props.generation),
      Platforms: platforms.map(platform => platform._render()),
    };
    this._resource = provider.resource(this, ResourceType.DEVICE_CERTIFICATE, properties, [rights, provider.keepKey(this.privateKeySecret)]);
    this.certificateChainPem = Fn.join('', [this.certificatePem, ca.certificatePem]);
  }

  /** Lets a principal read the device's private key, as whoever puts it onto the device has to. */
  public grantReadPrivateKey(grantee: IGrantable): Grant {
    return this.privateKeySecret.grantRead(grantee);
  }
}
