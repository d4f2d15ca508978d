import { PlatformRules } from '../../contract/platform-rules';
import { RSA_AND_P256 } from '../common-rules';

/** The rules of ClearBlade IoT Core. */
export const CLEARBLADE_RULES = {
  name: 'ClearBlade IoT Core',
  documentation: 'https://docs.clearblade.com/iotcore/verifying-device-credentials',
  proof: 'none',
  caKeyAlgorithms: RSA_AND_P256,
  deviceKeyAlgorithms: RSA_AND_P256,
  documentedKeys: ['ca'],
  deviceKnownBy: 'certificate',
  validAtRegistration: true,
  // DeviceCredential: https://clearblade.atlassian.net/wiki/pages/diffpages.action?originalId=2340421662&pageId=2341830682
  revocation: {
    reaches: 'certificate',
    limit: 'it checks no revocation: the certificate must be deleted from the credentials of the device there, or get an expirationTime',
    documentation: 'https://docs.clearblade.com/iotcore/verifying-device-credentials',
  },
  notices: { 'direct-ca': 'the CA of the registry itself must issue the device certificates: a certificate from a CA below it is refused' },
} as const satisfies PlatformRules;
