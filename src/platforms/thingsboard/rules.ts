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
  // A profile gives a device that exists the credentials of any certificate of its chain, so deleting the credentials alone does not last:
  // https://github.com/thingsboard/thingsboard/blob/master/ui-ngx/src/assets/help/en_US/device-profile/x509-chain-hint.md
  revocation: {
    reaches: 'device',
    limit: 'it checks no revocation: the device must be deleted there, and its profile must not create new devices',
    documentation: 'https://thingsboard.io/docs/user-guide/certificates/',
  },
  notices: { 'whole-chain': 'a device must present its whole chain, up to the certificate in the device profile' },
} as const satisfies PlatformRules;
