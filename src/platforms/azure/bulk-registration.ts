import type { BulkRegistration } from '../bulk-registration';

/**
 * The device identities of an import job of an IoT hub. A device that a CA vouches for is known by the common name of its certificate.
 *
 * https://learn.microsoft.com/azure/iot-hub/iot-hub-bulk-identity-mgmt
 */
export const AZURE_IOT_HUB_BULK: BulkRegistration = {
  line: ({ deviceId, commonName = deviceId }) =>
    ({ id: commonName, importMode: 'createOrUpdate', status: 'enabled', authentication: { type: 'certificateAuthority' } }),
};

/**
 * The devices that IoT Central imports. Its enrollment group of certificates knows a device by the common name of its certificate.
 *
 * https://learn.microsoft.com/azure/iot-central/core/howto-manage-devices-in-bulk
 */
export const AZURE_IOT_CENTRAL_BULK: BulkRegistration = {
  columns: ['IOTC_DEVICEID', 'IOTC_DEVICENAME'],
  line: ({ deviceId, commonName = deviceId }) => [commonName, deviceId],
};
