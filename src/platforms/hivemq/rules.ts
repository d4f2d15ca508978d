import { PlatformRules } from '../../contract/platform-rules';
import { NAME_IN_TOPICS } from '../common-rules';

/** The rules of HiveMQ. */
export const HIVEMQ_RULES = {
  name: 'HiveMQ',
  documentation: 'https://docs.hivemq.com/hivemq/latest/user-guide/security.html',
  proof: 'none',
  deviceKnownBy: 'certificate',
  // Its extensions for access control use the common name as the user name, `${{username}}` in their topics:
  // https://docs.hivemq.com/hivemq-enterprise-security-extension/latest/, "X.509 Certificate Authentication".
  deviceCommonName: NAME_IN_TOPICS,
  notices: { 'key-store': 'the CA goes into a Java key store' },
} as const satisfies PlatformRules;
