import { KeyAlgorithmName } from '../contract/key-algorithms';
import { Form, PlatformRules } from '../contract/platform-rules';

const RSA: readonly KeyAlgorithmName[] = ['RSA_2048', 'RSA_3072', 'RSA_4096'];

/**
 * RSA and the curves of NIST. AWS lists them (https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html);
 * for the other platforms, none of which documents Ed25519, they are what the TLS servers of all are known to take.
 */
const RSA_AND_NIST: readonly KeyAlgorithmName[] = [...RSA, 'EC_P256', 'EC_P384', 'EC_P521'];

/** RSA from 2048 bits, and P-256: https://docs.clearblade.com/iotcore/verifying-device-credentials. */
const RSA_AND_P256: readonly KeyAlgorithmName[] = [...RSA, 'EC_P256'];

/**
 * A name that brokers put into topics, and into rules on them (`pattern readwrite devices/%u/#`). MQTT 5.0, section 4.7: `/` parts
 * the levels of a topic, so that the topics of a device `victim/x` are among those of `victim`; `+` and `#` are wildcards; and what
 * begins with `$` is the broker's own. https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901241
 */
export const NAME_IN_TOPICS: Form = {
  pattern: '(?!\\$)[^/+#\\u0000-\\u001f\\u007f-\\u009f]+',
  allowed: 'text without / + # and control characters, and without $ at its beginning',
};

/**
 * The rules by the platform's identifier, which stands in templates and never changes. They are checked at synthesis, in the
 * function and by `private-iot-ca lint`, and the documentation's tables are made from them.
 */
export const PLATFORMS = {
  'alibaba-cloud-iot': {
    name: 'Alibaba Cloud IoT Platform',
    // "only the device certificate signed by the RSA algorithm is supported": the CA's key signs it.
    documentation: 'https://www.alibabacloud.com/help/en/iot/manage-ca-certificates',
    proof: 'verification certificate',
    code: { comes: 'before the CA', from: 'the console' },
    caKeyAlgorithms: RSA,
    deviceKeyAlgorithms: RSA_AND_NIST,
    documentedKeys: ['ca'],
    caName: { pattern: '[A-Za-z0-9_]{4,30}', allowed: '4 to 30 letters, digits and underscores' },
    deviceKnownBy: 'serial number',
    maximumCas: 10,
    regions: ['China (Shanghai)'],
    devices: 'devices that connect directly by MQTT',
  },
  'apsara-mqtt': {
    name: 'Alibaba Cloud ApsaraMQ for MQTT',
    // RSA and ECC are named there, curves are not.
    documentation: 'https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/user-guide/ca-certificate-management',
    proof: 'verification certificate',
    code: { comes: 'before the CA', from: 'the API' },
    // https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getregistercode
    // shows a UUID with more digits behind it, the last ones masked.
    registrationCode: { pattern: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[0-9A-Za-z]{0,28}', allowed: 'a UUID with further digits behind it' },
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    deviceKnownBy: 'serial number',
    notices: { edition: 'an instance of the Platinum or the Professional edition is needed' },
  },
  'aws-iot-core': {
    name: 'AWS IoT Core',
    documentation: 'https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html',
    proof: 'verification certificate',
    code: { comes: 'before the CA', from: 'the API' },
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    documentedKeys: ['ca', 'device'],
    // SHA-224 is not among them.
    signatureDigests: ['SHA-256', 'SHA-384', 'SHA-512'],
    // https://docs.aws.amazon.com/iot/latest/apireference/API_GetRegistrationCode.html
    registrationCode: { pattern: '[0-9a-f]{64}', allowed: '64 lower-case hexadecimal digits' },
    deviceKnownBy: 'SHA-256 fingerprint',
    // https://docs.aws.amazon.com/iot/latest/apireference/API_RegisterCACertificate.html
    maximumPemLength: 65_536,
    // The answer to others: "The CA certificate does not have the basicConstraints extension as true".
    caFlagRequired: true,
    // https://docs.aws.amazon.com/iot/latest/developerguide/manage-your-CA-certs.html
    validAtRegistration: true,
    maximumCasWithOneSubject: 10,
  },
  'azure-iot-hub': {
    name: 'Azure IoT Hub',
    documentation: 'https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-x509',
    proof: 'verification certificate',
    code: { comes: 'after the CA', from: 'the API' },
    deviceKnownBy: 'common name',
    deviceCommonNameRequired: true,
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    // https://learn.microsoft.com/javascript/api/@azure/eventgrid/devicelifecycleevent, deviceId: up to 128 characters.
    deviceCommonName: { pattern: "[A-Za-z0-9:.+%_#*?!(),=@;$'\\-]+", allowed: "letters, digits and - : . + % _ # * ? ! ( ) , = @ ; $ ' (the device ID)" },
    notices: { 'device-id': 'the common name of a device certificate has to be the device ID' },
  },
  'azure-dps': {
    name: 'Azure IoT Hub Device Provisioning Service',
    documentation: 'https://learn.microsoft.com/azure/iot-dps/concepts-x509-attestation',
    proof: 'verification certificate',
    code: { comes: 'after the CA', from: 'the API' },
    deviceKnownBy: 'common name',
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
    proof: 'verification certificate',
    code: { comes: 'after the CA', from: 'the API' },
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    deviceKnownBy: 'SHA-1 fingerprint',
    maximumCas: 100,
    devices: 'devices that connect by MQTT',
  },
  'huawei-iotdp': {
    name: 'Huawei Cloud IoT Device Provisioning',
    documentation: 'https://support.huaweicloud.com/api-iotps/ActionCertificate',
    proof: 'verification certificate',
    code: { comes: 'after the CA', from: 'the API' },
    codeLifetime: 'one day',
    // The answer to others: "100226 cert commonName is null".
    caCommonNameRequired: true,
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    deviceKnownBy: 'SHA-1 fingerprint',
    notices: { 'ca-in-use': 'a CA that is in use can be neither deleted nor exchanged, and one that was exchanged has to be verified again' },
  },
  'tencent-iot-hub': {
    name: 'Tencent Cloud IoT Hub',
    documentation: 'https://www.tencentcloud.com/document/product/1105/41915',
    proof: 'verification certificate',
    code: { comes: 'before the CA', from: 'the console' },
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    caName: { pattern: '.{1,32}', allowed: '1 to 32 characters' },
    deviceKnownBy: 'certificate',
    maximumCas: 10,
  },
  'clearblade': {
    name: 'ClearBlade IoT Core',
    documentation: 'https://docs.clearblade.com/iotcore/verifying-device-credentials',
    proof: 'none',
    caKeyAlgorithms: RSA_AND_P256,
    deviceKeyAlgorithms: RSA_AND_P256,
    documentedKeys: ['ca'],
    deviceKnownBy: 'certificate',
    validAtRegistration: true,
    notices: { 'direct-ca': 'a device has to be signed by the very CA of the registry: one that is signed by a CA below it is refused' },
  },
  'cumulocity': {
    name: 'Cumulocity',
    documentation: 'https://cumulocity.com/docs/device-integration/device-certificates/',
    // The operations of its npm client @c8y/client: proofOfPossessionUnsignedVerificationCode, verifySignedVerificationCode.
    proof: 'signature',
    code: { comes: 'after the CA', from: 'the API' },
    caKeyAlgorithms: RSA_AND_NIST,
    deviceKeyAlgorithms: RSA_AND_NIST,
    // The common name is the identifier of the device, and has to be its MQTT client id.
    deviceKnownBy: 'common name',
    deviceCommonNameRequired: true,
    deviceCommonName: {
      pattern: "[A-Za-z0-9 '=(),\\-.?%*_!@]+",
      allowed: "letters, digits, spaces and ' = ( ) , - . ? % * _ ! @ (the device identifier)",
    },
  },
  'thingsboard': {
    name: 'ThingsBoard',
    documentation: 'https://thingsboard.io/docs/user-guide/certificates/',
    proof: 'none',
    // The device profile takes the name of the device from the common name; rule chains and the gateway put it into topics.
    deviceKnownBy: 'common name',
    deviceCommonNameRequired: true,
    deviceCommonName: NAME_IN_TOPICS,
    notices: { 'whole-chain': 'a device has to present its whole chain, up to the certificate that the device profile has' },
  },
  'mosquitto': {
    name: 'Eclipse Mosquitto',
    documentation: 'https://mosquitto.org/man/mosquitto-conf-5.html',
    proof: 'none',
    // use_identity_as_username: a certificate without a common name is refused. %u in patterns of an ACL file.
    deviceKnownBy: 'common name',
    deviceCommonNameRequired: true,
    deviceCommonName: NAME_IN_TOPICS,
  },
  'emqx': {
    name: 'EMQX',
    documentation: 'https://docs.emqx.com/en/emqx/latest/network/emqx-mqtt-tls.html',
    proof: 'none',
    // peer_cert_as_username = cn; ${username} in rules on topics.
    deviceKnownBy: 'common name',
    deviceCommonNameRequired: true,
    deviceCommonName: NAME_IN_TOPICS,
  },
  'hivemq': {
    name: 'HiveMQ',
    documentation: 'https://docs.hivemq.com/hivemq/latest/user-guide/security.html',
    proof: 'none',
    deviceKnownBy: 'certificate',
    // Its extensions for access control take the common name for the user name, as in ${{username}} of their topics:
    // https://docs.hivemq.com/hivemq-enterprise-security-extension/latest/, "X.509 Certificate Authentication".
    deviceCommonName: NAME_IN_TOPICS,
    notices: { 'key-store': 'the CA goes into a key store of Java' },
  },
  'vernemq': {
    name: 'VerneMQ',
    documentation: 'https://docs.vernemq.com/configuring-vernemq/listeners',
    proof: 'none',
    // use_identity_as_username; %u in patterns of an ACL file.
    deviceKnownBy: 'common name',
    deviceCommonNameRequired: true,
    deviceCommonName: NAME_IN_TOPICS,
    notices: { password: 'a user name and a password are asked for beside the certificate, unless allow_anonymous_override is on for the listener' },
  },
  'generic': {
    name: 'any platform that proves possession with a verification certificate',
    proof: 'verification certificate',
  },
} as const satisfies Record<string, PlatformRules>;

export type PlatformId = keyof typeof PLATFORMS;

export const PLATFORM_IDS = Object.keys(PLATFORMS) as PlatformId[];

/** The rules of a platform; `platform` may come from outside. */
export function platformRules(platform: PlatformId): PlatformRules {
  return PLATFORMS[platform];
}
