import { PlatformId, platformRules } from './contract/platforms';

/**
 * An IoT platform, with its rules for private CAs. They are checked at synthesis, and again at deployment for values that
 * are not known before.
 */
export class IotPlatform {
  /** Alibaba Cloud IoT Platform: CAs with RSA keys, at most 10 for an account, China (Shanghai) only, MQTT only. */
  public static readonly ALIBABA_CLOUD_IOT = new IotPlatform('alibaba-cloud-iot');
  /** ApsaraMQ for MQTT of Alibaba Cloud: instances of the Platinum and the Professional Edition. */
  public static readonly APSARA_MQTT = new IotPlatform('apsara-mqtt');
  /** AWS IoT Core: registration codes of 64 hexadecimal digits. */
  public static readonly AWS_IOT_CORE = new IotPlatform('aws-iot-core');
  /** Azure IoT Hub. */
  public static readonly AZURE_IOT_HUB = new IotPlatform('azure-iot-hub');
  /** Azure IoT Hub Device Provisioning Service: the common name of a device is its registration ID; at most 25 CAs. */
  public static readonly AZURE_DPS = new IotPlatform('azure-dps');
  /** Huawei Cloud IoTDA: at most 100 CAs, MQTT only. */
  public static readonly HUAWEI_IOTDA = new IotPlatform('huawei-iotda');
  /** Tencent Cloud IoT Hub: at most 10 CAs for an account. */
  public static readonly TENCENT_IOT_HUB = new IotPlatform('tencent-iot-hub');
  /** Any other platform that proves possession with a verification certificate. */
  public static readonly GENERIC = new IotPlatform('generic');

  /** The name the platform gives itself. */
  public readonly platformName: string;

  /**
   * How many CAs an account of the platform can register.
   *
   * @default - not limited, or not documented
   */
  public readonly maximumCas?: number;

  private constructor(
    /** The identifier in templates, such as `alibaba-cloud-iot`. */
    public readonly platformId: string,
  ) {
    const rules = platformRules(platformId as PlatformId);
    this.platformName = rules.name;
    this.maximumCas = rules.maximumCas;
  }

  /** The name. */
  public toString(): string {
    return this.platformName;
  }

  /** @internal */
  public _render(): PlatformId {
    return this.platformId as PlatformId;
  }
}
