import { ITaggableV2, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { EndEntityCertificateBase } from './end-entity-certificate';
import { END_ENTITY_KINDS, EndEntityCertificateOptions } from './end-entity-certificate-options';
import { IIotCertificate } from './iot-certificate';
import { knownRequest, knownSubject } from './request-validation';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { ResourceType } from '../../contract/resource-types';
import { keyAlgorithmOfPublicKey } from '../../pki/keys';
import { IotPlatform } from '../../platforms/iot-platform';
import { checkDeviceForPlatform, checkDeviceKeyForPlatform, checkNameInTopics } from '../../platforms/platform-checks';
import { checkKeyOfCa } from '../ca/ca-validation';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, Kinds, listOf, oneOf, optional, pathBelow } from '../checks/kinds';
import { warn } from '../checks/notices';
import { CA, PLATFORM } from '../checks/object-kinds';
import { sayNotices, validate } from '../checks/validation';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { concerns } from '../revocation/revocation-reach';

/**
 * What a device proves with its certificate.
 */
export enum DeviceProfile {
  /** The device's identity as a TLS client, for platforms and brokers. */
  TLS_CLIENT = 'device',
  /**
   * The device's identity for any purpose, as an IDevID or LDevID of IEEE 802.1AR: without an extended key usage, and with the
   * device's serial number in the subject. Such a certificate usually ends at `new Date('9999-12-31T23:59:59Z')`, or with the CA.
   */
  DEVID = 'devid',
}

/**
 * Options of a device certificate. Most platforms and brokers identify a device by the common name of the subject. A second certificate
 * of the CA in the app with the same common name therefore causes a warning (`cdk-private-iot-ca:common-name-twice`), and is refused if
 * one of the two names came from a request.
 */
export interface DeviceCertificateOptions extends EndEntityCertificateOptions {
  /**
   * What the device proves with the certificate.
   *
   * @default DeviceProfile.TLS_CLIENT
   */
  readonly profile?: DeviceProfile;

  /**
   * The platforms whose rules are checked.
   *
   * @default - the platforms of the CA
   */
  readonly platforms?: IotPlatform[];
}

/**
 * Properties of a device certificate.
 */
export interface DeviceCertificateProps extends DeviceCertificateOptions {
  /** The CA that issues the certificate. */
  readonly ca: IPrivateIotCa;
}

const KINDS: Kinds<DeviceCertificateProps> = {
  ...END_ENTITY_KINDS, ca: CA, profile: optional(oneOf('DeviceProfile', DeviceProfile)), platforms: optional(listOf(PLATFORM)),
};

/**
 * A TLS client certificate for one device. Its key is made during deployment and written into a secret of its own, from which the
 * person or program that provisions the device reads it (`grantReadPrivateKey`). Alternatively, the certificate is made from a
 * certificate signing request, and the key never leaves the device.
 *
 * @resource Custom::IotDeviceCertificate
 */
export class DeviceCertificate extends EndEntityCertificateBase implements IIotCertificate, ITaggableV2 {
  /** The platforms that the certificate is declared for; absent if it is for the platforms of its CA. @internal */
  public readonly _platforms?: readonly IotPlatform[];
  private readonly commonName?: string;
  private readonly keyAlgorithm?: KeyAlgorithmName;
  private readonly keyProperty: string;

  constructor(scope: Construct, id: string, props: DeviceCertificateProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { ca, profile = DeviceProfile.TLS_CLIENT, ...options } = props;
    const platforms = options.platforms ?? ca.platforms;
    super(scope, id, ca, options, {
      resourceType: ResourceType.DEVICE_CERTIFICATE,
      platforms,
      isClient: true,
      profile: profile === DeviceProfile.TLS_CLIENT ? 'device' : 'devid',
      properties: profile === DeviceProfile.TLS_CLIENT ? {} : { Profile: profile },
    });
    const subject = knownSubject(options);
    if (profile === DeviceProfile.DEVID && subject && subject.serialNumber === undefined) {
      throw new Error(`${this.node.path}: subject.serialNumber must be given for DeviceProfile.DEVID (IEEE 802.1AR, section 8.6)`);
    }
    this._platforms = options.platforms;
    platforms.forEach(platform => concerns(ca, platform._render()));
    this.commonName = subject?.commonName;
    const request = knownRequest(options.certificateSigningRequest);
    this.keyAlgorithm = request ? keyAlgorithmOfPublicKey(request.publicKey)
      : options.certificateSigningRequest ? undefined : (options.keyAlgorithm ?? KeyAlgorithm.RSA_2048)._render();
    this.keyProperty = request ? 'the key of certificateSigningRequest' : 'keyAlgorithm';
    for (const platform of platforms) {
      validate(this, [], () => this._complaintFor(platform)
        ?? checkKeyOfCa(ca, platform));
    }
    sayNotices(this, platforms.filter(platform => !ca.platforms.includes(platform)));
    const isKnown = this.commonName !== undefined && !Token.isUnresolved(this.commonName);
    warn(this, 'common-name-in-topics', platforms.length === 0 && isKnown ? checkNameInTopics(this.commonName!) : undefined);
  }

  /** Why a platform would refuse the certificate, as far as that is known at synthesis. @internal */
  public _complaintFor(platform: IotPlatform): string | undefined {
    const id = platform._render();
    return (this.commonName === undefined || Token.isUnresolved(this.commonName) ? undefined : checkDeviceForPlatform(this.commonName, id))
      ?? (this.keyAlgorithm && checkDeviceKeyForPlatform(this.keyAlgorithm, id, this.keyProperty));
  }
}
