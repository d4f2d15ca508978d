import { PlatformRules } from '../contract/platform-rules';
import { ALIBABA_CLOUD_IOT_RULES, APSARA_MQTT_RULES } from './alibaba/rules';
import { AWS_IOT_CORE_RULES } from './aws-iot/rules';
import { AZURE_DPS_RULES, AZURE_IOT_HUB_RULES } from './azure/rules';
import { CLEARBLADE_RULES } from './clearblade/rules';
import { CUMULOCITY_RULES } from './cumulocity/rules';
import { EMQX_RULES } from './emqx/rules';
import { HIVEMQ_RULES } from './hivemq/rules';
import { HUAWEI_IOTDA_RULES, HUAWEI_IOTDP_RULES } from './huawei/rules';
import { MOSQUITTO_RULES } from './mosquitto/rules';
import { TENCENT_IOT_HUB_RULES } from './tencent/rules';
import { THINGSBOARD_RULES } from './thingsboard/rules';
import { VERNEMQ_RULES } from './vernemq/rules';

/**
 * The rules of each platform, by the platform's identifier, which appears in templates and never changes. The rules are checked at
 * synthesis, in the function and by `private-iot-ca lint`, and the documentation's tables are made from them.
 */
export const PLATFORMS = {
  'alibaba-cloud-iot': ALIBABA_CLOUD_IOT_RULES,
  'apsara-mqtt': APSARA_MQTT_RULES,
  'aws-iot-core': AWS_IOT_CORE_RULES,
  'azure-iot-hub': AZURE_IOT_HUB_RULES,
  'azure-dps': AZURE_DPS_RULES,
  'huawei-iotda': HUAWEI_IOTDA_RULES,
  'huawei-iotdp': HUAWEI_IOTDP_RULES,
  'tencent-iot-hub': TENCENT_IOT_HUB_RULES,
  'clearblade': CLEARBLADE_RULES,
  'cumulocity': CUMULOCITY_RULES,
  'thingsboard': THINGSBOARD_RULES,
  'mosquitto': MOSQUITTO_RULES,
  'emqx': EMQX_RULES,
  'hivemq': HIVEMQ_RULES,
  'vernemq': VERNEMQ_RULES,
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
