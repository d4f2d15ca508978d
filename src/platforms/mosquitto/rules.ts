import { PlatformRules } from '../../contract/platform-rules';
import { NAME_IN_TOPICS } from '../common-rules';

/** The rules of Eclipse Mosquitto. */
export const MOSQUITTO_RULES = {
  name: 'Eclipse Mosquitto',
  documentation: 'https://mosquitto.org/man/mosquitto-conf-5.html',
  proof: 'none',
  // With use_identity_as_username, a certificate without a common name is refused. ACL file patterns refer to it as %u.
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  deviceCommonName: NAME_IN_TOPICS,
  revocation: {
    reaches: 'list',
    limit: 'it reads revocation lists from a file (crlfile): keep the file fresh with `private-iot-ca crl fetch --watch`',
    documentation: 'https://mosquitto.org/man/mosquitto-conf-5.html',
  },
} as const satisfies PlatformRules;
