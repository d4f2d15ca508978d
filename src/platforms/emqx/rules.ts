import { PlatformRules } from '../../contract/platform-rules';
import { NAME_IN_TOPICS } from '../common-rules';

/** The rules of EMQX. */
export const EMQX_RULES = {
  name: 'EMQX',
  documentation: 'https://docs.emqx.com/en/emqx/latest/network/emqx-mqtt-tls.html',
  proof: 'none',
  // With `peer_cert_as_username = cn`, rules on topics refer to the common name as `${username}`.
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  deviceCommonName: NAME_IN_TOPICS,
  revocation: {
    reaches: 'list',
    limit: 'it fetches the revocation list from the URL in the certificate, if enable_crl_check is on, and only on listeners of the type ssl',
    documentation: 'https://docs.emqx.com/en/emqx/latest/network/crl.html',
  },
} as const satisfies PlatformRules;
