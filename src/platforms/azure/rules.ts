import { PlatformRules } from '../../contract/platform-rules';
import { RSA_AND_NIST } from '../common-rules';

/** The rules of Azure IoT Hub. */
export const AZURE_IOT_HUB_RULES = {
  name: 'Azure IoT Hub',
  documentation: 'https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-x509',
  proof: 'verification certificate',
  code: { comes: 'after the CA', from: 'the API' },
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  // https://learn.microsoft.com/javascript/api/@azure/eventgrid/devicelifecycleevent, deviceId: up to 128 characters.
  deviceCommonName: { pattern: "[A-Za-z0-9:.+%_#*?!(),=@;$'\\-]+", allowed: "letters, digits and - : . + % _ # * ? ! ( ) , = @ ; $ ' (the device ID)" },
  revocation: {
    reaches: 'device',
    construct: 'AzureRevocation',
    limit: 'a device that accepts any certificate of the CA stays enabled if it has another one, a device is found only if its ID is the common name, '
      + 'and a module can\'t be disabled',
    documentation: 'https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-x509',
  },
  notices: { 'device-id': 'the common name of a device certificate must be the device ID' },
} as const satisfies PlatformRules;

/** The rules of Azure IoT Hub Device Provisioning Service. */
export const AZURE_DPS_RULES = {
  name: 'Azure IoT Hub Device Provisioning Service',
  documentation: 'https://learn.microsoft.com/azure/iot-dps/concepts-x509-attestation',
  proof: 'verification certificate',
  code: { comes: 'after the CA', from: 'the API' },
  deviceKnownBy: 'common name',
  deviceCommonNameRequired: true,
  caKeyAlgorithms: RSA_AND_NIST,
  deviceKeyAlgorithms: RSA_AND_NIST,
  // The common name is the registration ID.
  deviceCommonName: {
    pattern: '[A-Za-z0-9\\-._:]*[A-Za-z0-9\\-]',
    allowed: 'letters, digits and - . _ : with a letter, a digit or - at the end (the registration ID)',
  },
  maximumCas: 25,
  revocation: {
    reaches: 'device',
    construct: 'AzureRevocation',
    limit: 'a device that is connected to an IoT hub stays connected, unless it is disabled there too, and a device of an enrollment group that has another '
      + 'certificate may still be provisioned',
    documentation: 'https://learn.microsoft.com/azure/iot-dps/how-to-revoke-device-access-portal',
  },
} as const satisfies PlatformRules;
