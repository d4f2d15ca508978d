import { PlatformRules } from '../../contract/platform-rules';
import { RSA, RSA_AND_NIST } from '../common-rules';

/** The rules of Alibaba Cloud IoT Platform. */
export const ALIBABA_CLOUD_IOT_RULES = {
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
  revocation: {
    reaches: 'nothing',
    limit: 'disable the device in the console, or with the operation DisableThing',
    documentation: 'https://www.alibabacloud.com/help/en/iot/developer-reference/api-fe5a76',
  },
} as const satisfies PlatformRules;

/** The rules of Alibaba Cloud ApsaraMQ for MQTT. */
export const APSARA_MQTT_RULES = {
  name: 'Alibaba Cloud ApsaraMQ for MQTT',
  // That page names RSA and ECC, but no curves.
  documentation: 'https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/user-guide/ca-certificate-management',
  proof: 'verification certificate',
  code: { comes: 'before the CA', from: 'the API' },
  // https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getregistercode
  // shows a UUID followed by more digits, the last of which are masked.
  registrationCode: { pattern: '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[0-9A-Za-z]{0,28}', allowed: 'a UUID followed by further digits' },
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  deviceKnownBy: 'serial number',
  revocation: {
    reaches: 'certificate',
    construct: 'ApsaraMqttRevocation',
    limit: 'a certificate that is revoked before its device first connects is refused from the next check on',
    documentation: 'https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/user-guide/device-certificate-management',
  },
  notices: { edition: 'an instance of the Platinum or Professional Edition is required' },
} as const satisfies PlatformRules;
