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
  notices: { password: 'a user name and a password are asked for beside the certificate, unless allow_anonymous_override is on for the listener' },
} as const satisfies PlatformRules;
