import { PlatformRules } from '../../contract/platform-rules';
import { NAME_IN_TOPICS } from '../common-rules';

/** The rules of VerneMQ. */
export const VERNEMQ_RULES = {
  name: 'VerneMQ',
  documentation: 'https://docs.vernemq.com/configuring-vernemq/listeners',
  proof: 'none',
  // With use_identity_as_username, patterns of an ACL file refer to the common name as %u.
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  deviceCommonName: NAME_IN_TOPICS,
  revocation: {
    reaches: 'list',
    limit: 'it reads revocation lists from a file (crlfile), and checks neither their signatures nor their dates: keep the file fresh with '
      + '`private-iot-ca crl fetch --watch`',
    documentation: 'https://github.com/vernemq/vernemq/blob/master/apps/vmq_server/src/vmq_crl_srv.erl',
  },
  notices: { password: 'the listener asks for a user name and a password in addition to the certificate, unless its allow_anonymous_override is on' },
} as const satisfies PlatformRules;
