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
  // HiveMQ Community Edition leaves the decision to Java.
  revocation: {
    reaches: 'list',
    limit: 'it fetches the revocation list from the URL in the certificate, if the Java properties com.sun.net.ssl.checkRevocation and '
      + 'com.sun.security.enableCRLDP are true',
    documentation: 'https://github.com/hivemq/hivemq-community-edition/blob/master/src/main/java/com/hivemq/security/ssl/SslUtil.java',
  },
  notices: { 'key-store': 'the CA goes into a Java key store' },
} as const satisfies PlatformRules;
