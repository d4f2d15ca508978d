import { ALIBABA_IOT_BULK } from './alibaba/bulk-registration';
import { AWS_IOT_BULK } from './aws-iot/bulk-registration';
import { AZURE_IOT_CENTRAL_BULK, AZURE_IOT_HUB_BULK } from './azure/bulk-registration';
import { BulkRegistration } from './bulk-registration';
import { csvLine } from '../contract/csv';
import { DeviceResult } from '../contract/fleet';

/** The forms by their names: those of the platforms, where a platform has one. */
export const BULK_REGISTRATIONS = {
  'aws-iot-core': AWS_IOT_BULK,
  'azure-iot-hub': AZURE_IOT_HUB_BULK,
  'azure-iot-central': AZURE_IOT_CENTRAL_BULK,
  'alibaba-cloud-iot': ALIBABA_IOT_BULK,
} as const satisfies { readonly [name: string]: BulkRegistration };
export type BulkRegistrationName = keyof typeof BULK_REGISTRATIONS;

export const BULK_REGISTRATION_NAMES = Object.keys(BULK_REGISTRATIONS) as BulkRegistrationName[];

/** The ending of the names of files with a form. */
export function endingOf(name: BulkRegistrationName): 'csv' | 'jsonl' {
  return formOf(name).columns ? 'csv' : 'jsonl';
}

/** A file with which devices are registered. */
export function bulkRegistration(name: BulkRegistrationName, devices: readonly DeviceResult[]): string {
  return bulkHead(name) + bulkLines(name, devices);
}

/** The header of such a file; empty if it has none. */
export function bulkHead(name: BulkRegistrationName): string {
  const { columns } = formOf(name);
  return columns ? csvLine(columns) : '';
}

/** The lines of devices in such a file. */
export function bulkLines(name: BulkRegistrationName, devices: readonly DeviceResult[]): string {
  const { columns, line } = formOf(name);
  return devices.map(device => columns ? csvLine(line(device) as readonly string[]) : `${JSON.stringify(line(device))}\n`).join('');
}

function formOf(name: BulkRegistrationName): BulkRegistration {
  return BULK_REGISTRATIONS[name];
}
