import { csvLine } from '../../../contract/csv';
import { DeviceResult } from '../../../contract/fleet';

/** The columns of the list of devices, for spreadsheets. Alibaba Cloud binds a device by `serialNumber`, and AWS IoT Core names a certificate by `sha256Fingerprint`. */
const COLUMNS = ['deviceId', 'commonName', 'serialNumber', 'sha256Fingerprint', 'notBefore', 'notAfter', 'outcome'] as const satisfies readonly (keyof DeviceResult)[];

export const DEVICE_LIST_HEAD = csvLine(COLUMNS);

/** The list of devices without its header. */
export function deviceList(devices: readonly DeviceResult[]): string {
  return devices.map(device => csvLine(COLUMNS.map(column => device[column] ?? ''))).join('');
}
