import type { BulkRegistration } from '../bulk-registration';

/**
 * The parameters of a device, for `StartThingRegistrationTask` with a provisioning template that has these parameters.
 *
 * https://docs.aws.amazon.com/iot/latest/developerguide/bulk-provisioning.html
 */
export const AWS_IOT_BULK: BulkRegistration = {
  line: ({ deviceId, serialNumber, certificatePem }) => ({ ThingName: deviceId, SerialNumber: serialNumber, CertificatePem: certificatePem }),
};
