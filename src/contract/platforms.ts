import { HashAlgorithmName, KeyAlgorithmName } from './key-algorithms';

/** A form a value must have, and how to say it. */
export interface Form {
  /** A regular expression for the whole value. */
  readonly pattern: string;
  /** What the pattern allows, in words that complete "must be ...". */
  readonly allowed: string;
}

/** The rules of one IoT platform for a private CA. A rule that the platform does not document is absent. */
export interface PlatformRules {
  /** The name the platform gives itself. */
  readonly name: string;
  /** The page on which the platform says what certificates have to be. */
  readonly documentation?: string;
  /** The key algorithms a CA may have. */
  readonly caKeyAlgorithms?: readonly KeyAlgorithmName[];
  /** The key algorithms a device may have. */
  readonly deviceKeyAlgorithms?: readonly KeyAlgorithmName[];
  /** Whose key algorithms stand on that page; the others are what is known to work. */
  readonly documentedKeys?: readonly ('ca' | 'device')[];
  /** The digests that signatures may be over. */
  readonly signatureDigests?: readonly HashAlgorithmName[];
  readonly registrationCode?: Form;
  /** Whether a device is known by its common name, so that it has to have one. */
  readonly deviceCommonNameRequired?: boolean;
  readonly deviceCommonName?: Form;
  /** The longest PEM of a certificate that is taken, in characters. */
  readonly maximumPemLength?: number;
  /** Whether a certificate is registered as a CA only where its basicConstraints say that it is one. */
  readonly caFlagRequired?: boolean;
  /** Whether a certificate is registered only while it is valid. */
  readonly validAtRegistration?: boolean;
  /** How many CAs an account of the platform can register. */
  readonly maximumCas?: number;
  /** What can't be checked here and has to be known: said at synthesis. */
  readonly notices?: readonly string[];
}

const RSA: readonly KeyAlgorithmName[] = ['RSA_2048', 'RSA_3072', 'RSA_4096'];

/**
 * RSA and the curves of NIST. AWS lists them (https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html);
 * for the other platforms, none of which documents Ed25519, they are what the TLS servers of all are known to take.
 */
const RSA_AND_NIST: readonly KeyAlgorithmName[] = [...RSA, 'EC_P256', 'EC_P384', 'EC_P521'];

/** The rules by the platform's identifier, which stands in templates and never changes. */
export const PLATFORMS = {
  'alibaba-cloud-iot': {
    name: 'Alibaba Cloud IoT Platform',
    // "only the device certificate signed by the RSA algorithm is supported": the CA's key signs it.
    documentation: 'https://www.alibabacloud.com/help/en/iot/manage-ca-certificates',
    caKeyAlgorithms: RSA,
    deviceKeyAlgorithms: RSA_AND_NIST,
    documentedKeys: ['ca'],
    maximumCas: 10,
    notices: ['private CA certificates work in China (Shanghai) and for devices that connect directly by MQTT, not elsewhere'],
  },
  'apsara-mqtt': {
    name: 'ApsaraMQ for MQTT',
    // RSA and ECC, on the page on device certificates.
    documentation: 'https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/user-guide/device-certificate-management',
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    // https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getregistercode
    // shows a UUID with more digits behind it, the last ones masked.
    registrationCode: { pattern: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[0-9A-Za-z]{0,28}', allowed: 'a UUID with further digits behind it' },
    notices: ['CA certificates are taken by instances of the Platinum and the Professional Edition, not by others'],
  },
  'aws-iot-core': {
    name: 'AWS IoT Core',
    documentation: 'https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html',
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    documentedKeys: ['ca', 'device'],
    // SHA-224 is not among them.
    signatureDigests: ['SHA-256', 'SHA-384', 'SHA-512'],
    // https://docs.aws.amazon.com/iot/latest/apireference/API_GetRegistrationCode.html
    registrationCode: { pattern: '[0-9a-f]{64}', allowed: '64 lower-case hexadecimal digits' },
    // https://docs.aws.amazon.com/iot/latest/apireference/API_RegisterCACertificate.html
    maximumPemLength: 65_536,
    // The answer to others: "The CA certificate does not have the basicConstraints extension as true".
    caFlagRequired: true,
    // https://docs.aws.amazon.com/iot/latest/developerguide/manage-your-CA-certs.html
    validAtRegistration: true,
    notices: ['an account and Region take at most 10 CAs with the same subject'],
  },
  'azure-iot-hub': {
    name: 'Azure IoT Hub',
    documentation: 'https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-x509',
    deviceCommonNameRequired: true,
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    notices: ['the common name of a device certificate has to be the device ID'],
  },
  'azure-dps': {
    name: 'Azure IoT Hub Device Provisioning Service',
    documentation: 'https://learn.microsoft.com/azure/iot-dps/concepts-x509-attestation',
    deviceCommonNameRequired: true,
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    // The common name is the registration ID.
    deviceCommonName: {
      pattern: '[A-Za-z0-9\\-._:]*[A-Za-z0-9\\-]',
      allowed: 'letters, digits and - . _ : with a letter, a digit or - at the end (the registration ID)',
    },
    maximumCas: 25,
  },
  'huawei-iotda': {
    name: 'Huawei Cloud IoTDA',
    documentation: 'https://support.huaweicloud.com/usermanual-iothub/iot_01_0211.html',
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    maximumCas: 100,
    notices: ['certificates work for devices that connect by MQTT, not elsewhere'],
  },
  'tencent-iot-hub': {
    name: 'Tencent Cloud IoT Hub',
    documentation: 'https://www.tencentcloud.com/document/product/1105/41915',
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    maximumCas: 10,
  },
  'generic': {
    name: 'any platform that proves possession with a verification certificate',
  },
} as const satisfies Record<string, PlatformRules>;

export type PlatformId = keyof typeof PLATFORMS;

export const PLATFORM_IDS = Object.keys(PLATFORMS) as PlatformId[];

/** The rules of a platform; `platform` may come from outside. */
export function platformRules(platform: PlatformId): PlatformRules {
  return PLATFORMS[platform];
}
