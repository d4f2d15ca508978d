import { PlatformRules } from '../../contract/platform-rules';
import { RSA_AND_NIST } from '../common-rules';

/** The rules of Tencent Cloud IoT Hub. */
export const TENCENT_IOT_HUB_RULES = {
  name: 'Tencent Cloud IoT Hub',
  documentation: 'https://www.tencentcloud.com/document/product/1105/41915',
  proof: 'verification certificate',
  code: { comes: 'before the CA', from: 'the console' },
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  caName: { pattern: '.{1,32}', allowed: '1 to 32 characters' },
  deviceKnownBy: 'certificate',
  maximumCas: 10,
  revocation: {
    reaches: 'device',
    construct: 'TencentIotHubRevocation',
    limit: 'a disabled device that gets another certificate must be enabled in the console, and a CA certificate can\'t be disabled',
    documentation: 'https://www.tencentcloud.com/document/product/1105/41903',
  },
} as const satisfies PlatformRules;
