import { IResource } from 'aws-cdk-lib';
import { IotPlatform } from './iot-platform';

/**
 * A CA that is registered with a platform, whichever it is.
 */
export interface ICaRegistration extends IResource {
  /** The platform with which the CA is registered. */
  readonly platform: IotPlatform;

  /**
   * What the platform knows the CA by, once it is registered: the `caCertificateId` of AWS IoT Core, the `certificateName` of Azure, the
   * `certificateId` of Huawei Cloud IoTDA, the `caSn` of ApsaraMQ for MQTT, the `certName` of Tencent Cloud IoT Hub.
   * @attribute
   */
  readonly registeredCaId: string;
}
