import { IResource } from 'aws-cdk-lib';
import { IotPlatform } from './iot-platform';

/**
 * A CA that is registered with an IoT platform.
 */
export interface ICaRegistration extends IResource {
  /** The platform with which the CA is registered. */
  readonly platform: IotPlatform;

  /**
   * The identifier of the registered CA at the platform: the `caCertificateId` of AWS IoT Core, the `certificateName` of Azure, the
   * `certificateId` of Huawei Cloud IoTDA, the `caSn` of ApsaraMQ for MQTT, the `certName` of Tencent Cloud IoT Hub.
   * @attribute
   */
  readonly registeredCaId: string;
}
