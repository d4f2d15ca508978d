import { CSV_TYPE, JSON_LINES_TYPE, jsonLines } from './fleet-files';
import { DeviceResult } from '../../../contract/fleet';

/** A file with which devices are registered at a platform. */
export interface RegistrationForm {
  readonly content: string;
  readonly type: string;
}

/** The columns of the list of devices. Alibaba Cloud binds a device by `serialNumber`, and AWS IoT Core names a certificate by `sha256Fingerprint`. */
export const DEVICE_LIST_COLUMNS = ['deviceId', 'serialNumber', 'sha256Fingerprint', 'notBefore', 'notAfter', 'outcome'] as const satisfies readonly (keyof DeviceResult)[];

export const DEVICE_LIST_HEAD = `${DEVICE_LIST_COLUMNS.join(',')}\n`;

/**
 * The forms for the devices of a piece:
 *
 * - `awsIot`: an object of parameters a line, for `StartThingRegistrationTask` with a provisioning template that has these parameters
 *   (https://docs.aws.amazon.com/iot/latest/developerguide/bulk-provisioning.html)
 * - `devices`: a list of devices without its header (RFC 4180), for all other forms
 */
export function registrationForms(devices: readonly DeviceResult[]): { readonly awsIot: RegistrationForm; readonly devices: RegistrationForm } {
  return {
    awsIot: {
      content: jsonLines(devices.map(({ deviceId, serialNumber, certificatePem }) => ({
        ThingName: deviceId, SerialNumber: serialNumber, CertificatePem: certificatePem,
      }))),
      type: JSON_LINES_TYPE,
    },
    devices: {
      content: devices.map(device => `${DEVICE_LIST_COLUMNS.map(column => csvField(device[column])).join(',')}\n`).join(''),
      type: CSV_TYPE,
    },
  };
}

/** A field, in quotes if it needs them. A spreadsheet must not take a name for a formula. */
function csvField(text: string): string {
  const plain = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
}
