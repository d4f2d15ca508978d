import { PlatformRules } from '../../contract/platform-rules';
import { RSA_AND_NIST } from '../common-rules';

/** The rules of Huawei Cloud IoTDA. */
export const HUAWEI_IOTDA_RULES = {
  name: 'Huawei Cloud IoTDA',
  documentation: 'https://support.huaweicloud.com/usermanual-iothub/iot_01_0211.html',
  proof: 'verification certificate',
  code: { comes: 'after the CA', from: 'the API' },
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  deviceKnownBy: 'SHA-1 fingerprint',
  maximumCas: 100,
  devices: 'devices that connect by MQTT',
  revocation: {
    reaches: 'certificate',
    construct: 'HuaweiIotdaRevocation',
    limit: 'a certificate that IoTDA saves when its device first connects is refused from the next check on, and a CA certificate can only be deleted there',
    documentation: 'https://support.huaweicloud.com/intl/en-us/usermanual-iothub/iot_01_0116.html',
  },
} as const satisfies PlatformRules;

/** The rules of Huawei Cloud IoT Device Provisioning. */
export const HUAWEI_IOTDP_RULES = {
  name: 'Huawei Cloud IoT Device Provisioning',
  documentation: 'https://support.huaweicloud.com/api-iotps/ActionCertificate',
  proof: 'verification certificate',
  code: { comes: 'after the CA', from: 'the API' },
  codeLifetime: 'one day',
  // The platform answers other CA certificates with "100226 cert commonName is null".
  caCommonNameRequired: true,
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  deviceKnownBy: 'SHA-1 fingerprint',
  // The deletion of a device: https://support.huaweicloud.com/api-iotps/DeleteDevice.html
  revocation: {
    reaches: 'device',
    limit: 'the device must get the fingerprint of another certificate there, or be deleted, which also deletes it from IoTDA',
    documentation: 'https://support.huaweicloud.com/api-iotps/ResetFingerprint.html',
  },
  notices: { 'ca-in-use': 'a CA that is in use can be neither deleted nor replaced, and a CA that was replaced must be verified again' },
} as const satisfies PlatformRules;
