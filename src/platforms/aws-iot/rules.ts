import { PlatformRules } from '../../contract/platform-rules';
import { RSA_AND_NIST } from '../common-rules';

/** The rules of AWS IoT Core. */
export const AWS_IOT_CORE_RULES = {
  name: 'AWS IoT Core',
  documentation: 'https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html',
  proof: 'verification certificate',
  code: { comes: 'before the CA', from: 'the API' },
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  documentedKeys: ['ca', 'device'],
  // AWS does not list SHA-224.
  signatureDigests: ['SHA-256', 'SHA-384', 'SHA-512'],
  // https://docs.aws.amazon.com/iot/latest/apireference/API_GetRegistrationCode.html
  registrationCode: { pattern: '[0-9a-f]{64}', allowed: '64 lower-case hexadecimal digits' },
  deviceKnownBy: 'SHA-256 fingerprint',
  // https://docs.aws.amazon.com/iot/latest/apireference/API_RegisterCACertificate.html
  maximumPemLength: 65_536,
  // The answer to other certificates: "The CA certificate does not have the basicConstraints extension as true".
  caFlagRequired: true,
  // https://docs.aws.amazon.com/iot/latest/developerguide/manage-your-CA-certs.html
  validAtRegistration: true,
  maximumCasWithOneSubject: 10,
  revocation: {
    reaches: 'certificate',
    construct: 'AwsIotRevocation',
    limit: 'a certificate that AWS IoT Core registers when its device first connects is refused from the next check on, or at once with AwsIotClientCertificateValidation',
    documentation: 'https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCertificate.html',
  },
} as const satisfies PlatformRules;
