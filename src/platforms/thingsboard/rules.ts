import { PlatformRules } from '../../contract/platform-rules';
import { NAME_IN_TOPICS } from '../common-rules';

/** The rules of ThingsBoard. */
export const THINGSBOARD_RULES = {
  name: 'ThingsBoard',
  documentation: 'https://thingsboard.io/docs/user-guide/certificates/',
  proof: 'none',
  // The device profile takes the name of the device from the common name; rule chains and the gateway put it into topics.
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  deviceCommonName: NAME_IN_TOPICS,
  notices: { 'whole-chain': 'a device must present its whole chain, up to the certificate in the device profile' },
} as const satisfies PlatformRules;
