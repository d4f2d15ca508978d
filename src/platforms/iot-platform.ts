import { PlatformId, platformRules } from './registry';

/**
 * An IoT platform, with its rules for private CAs. The rules are checked at synthesis, and again at deployment for values that are not
 * known before.
 */
export class IotPlatform {
  /** Alibaba Cloud IoT Platform: CAs with RSA keys, at most 10 per account, China (Shanghai) only, MQTT only. */
  public static readonly ALIBABA_CLOUD_IOT = new IotPlatform('alibaba-cloud-iot');
  /** Alibaba Cloud ApsaraMQ for MQTT: an API provides the registration code and accepts the CA; Platinum and Professional editions. */
  public static readonly APSARA_MQTT = new IotPlatform('apsara-mqtt');
  /** AWS IoT Core: registration codes of 64 hexadecimal digits. */
  public static readonly AWS_IOT_CORE = new IotPlatform('aws-iot-core');
  /** Azure IoT Hub: the common name of a device is its device ID. */
  public static readonly AZURE_IOT_HUB = new IotPlatform('azure-iot-hub');
  /** Azure IoT Hub Device Provisioning Service: the common name of a device is its registration ID; at most 25 CAs. */
  public static readonly AZURE_DPS = new IotPlatform('azure-dps');
  /** Huawei Cloud IoTDA: at most 100 CAs, MQTT only. */
  public static readonly HUAWEI_IOTDA = new IotPlatform('huawei-iotda');
  /** Huawei Cloud IoT Device Provisioning (IoTDP): a registration code is valid for one day. */
  public static readonly HUAWEI_IOTDP = new IotPlatform('huawei-iotdp');
  /** Tencent Cloud IoT Hub: at most 10 CAs per account. */
  public static readonly TENCENT_IOT_HUB = new IotPlatform('tencent-iot-hub');
  /** ClearBlade IoT Core: RSA or P-256, no proof of possession, device certificates issued directly by the CA of the registry. */
  public static readonly CLEARBLADE = new IotPlatform('clearblade');
  /** Cumulocity: the proof is a signature over a code, not a certificate; the common name of a device is its device identifier. */
  public static readonly CUMULOCITY = new IotPlatform('cumulocity');
  /** ThingsBoard: no proof of possession; the name of a device comes from its common name, and the device presents its whole chain. */
  public static readonly THINGSBOARD = new IotPlatform('thingsboard');
  /** Eclipse Mosquitto: the common name of a device is its user name, which may appear in rules on topics. */
  public static readonly MOSQUITTO = new IotPlatform('mosquitto');
  /** EMQX: the common name of a device is its user name, which may appear in rules on topics. */
  public static readonly EMQX = new IotPlatform('emqx');
  /** HiveMQ: the CA goes into a Java key store. */
  public static readonly HIVEMQ = new IotPlatform('hivemq');
  /** VerneMQ: the common name of a device is its user name, which may appear in rules on topics. */
  public static readonly VERNEMQ = new IotPlatform('vernemq');
  /** Any other platform that proves possession with a verification certificate. */
  public static readonly GENERIC = new IotPlatform('generic');

  /** The name that the platform gives itself. */
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

  /** The name of the platform. */
  public toString(): string {
    return this.platformName;
  }

  /** @internal */
  public _render(): PlatformId {
    return this.platformId as PlatformId;
  }
}
