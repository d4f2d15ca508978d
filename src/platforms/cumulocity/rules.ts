import { PlatformRules } from '../../contract/platform-rules';
import { RSA_AND_NIST } from '../common-rules';

/** The rules of Cumulocity. */
export const CUMULOCITY_RULES = {
  name: 'Cumulocity',
  documentation: 'https://cumulocity.com/docs/device-integration/device-certificates/',
  // The operations of its npm client @c8y/client: proofOfPossessionUnsignedVerificationCode, verifySignedVerificationCode.
  proof: 'signature',
  code: { comes: 'after the CA', from: 'the API' },
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  // The common name is the device identifier, and must be the device's MQTT client ID.
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  revocation: {
    reaches: 'list',
    limit: 'it checks revocation only if its CRL check is on: online, it fetches the list from the distribution point in the certificate; '
      + 'offline, it knows the serial numbers that are entered there, which can\'t be removed',
    documentation: 'https://cumulocity.com/docs/2025/device-certificate-authentication/managing-trusted-certificate-settings',
  },
  deviceCommonName: {
    pattern: "[A-Za-z0-9 '=(),\\-.?%*_!@]+",
    allowed: "letters, digits, spaces and ' = ( ) , - . ? % * _ ! @ (the device identifier)",
  },
} as const satisfies PlatformRules;
