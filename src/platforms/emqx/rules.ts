import { PlatformRules } from '../../contract/platform-rules';
import { NAME_IN_TOPICS } from '../common-rules';

/** The rules of EMQX. */
export const EMQX_RULES = {
  name: 'EMQX',
  documentation: 'https://docs.emqx.com/en/emqx/latest/network/emqx-mqtt-tls.html',
  proof: 'none',
  // peer_cert_as_username = cn; ${username} in rules on topics.
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  deviceCommonName: NAME_IN_TOPICS,
} as const satisfies PlatformRules;
