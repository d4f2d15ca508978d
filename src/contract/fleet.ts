import { comparableCommonName } from './common-names';
import { GENERAL_NAME_TYPES, GeneralNameType } from './general-names';
import { Complaint, quote } from './rules';
import { SUBJECT_ATTRIBUTES, SubjectAttribute } from './subject-attributes';
import { hasUnsafeCharacter } from './unsafe-characters';

/** A fleet: very many device certificates that one resource declares, in a manifest with a row for each device. See decisions/0030-fleets.md. */

/** One row of a manifest. All values are as the manifest has them; nothing but their form is checked yet. */
export interface DeviceRow {
  /** The line on which the row begins, counted from 1. */
  readonly line: number;
  readonly deviceId: string;
  /** A certificate signing request: PEM, or DER in base64. */
  readonly certificateSigningRequest?: string;
  /** Attributes of the subject that this device has in addition to, or in place of, those of the fleet. */
  readonly subject?: { readonly [A in SubjectAttribute]?: string };
  /** Raised to give this device another certificate, as `generation` of the fleet does for all. 1 if it is absent. */
  readonly generation?: number;
  /** Subject alternative names of this device in addition to those of the fleet. */
  readonly names?: { readonly [T in NameColumn]?: readonly string[] };
}

/** A row that is not issued, and why. */
export interface RefusedRow {
  readonly line: number;
  /** Absent if the row has no readable one. */
  readonly deviceId?: string;
  /** What is wrong, what is allowed, and the way out. */
  readonly reason: string;
}

/** Alternative names that a column can hold. A directory name is no text. */
export const NAME_COLUMNS = ['dns', 'ip', 'uri', 'email'] as const satisfies readonly GeneralNameType[];
export type NameColumn = typeof NAME_COLUMNS[number];

export const DEVICE_ID_COLUMN = 'deviceId';
export const REQUEST_COLUMN = 'certificateSigningRequest';
export const GENERATION_COLUMN = 'generation';
export const SUBJECT_COLUMNS = Object.keys(SUBJECT_ATTRIBUTES) as SubjectAttribute[];

/** The columns of a manifest in CSV, and the members of an object in JSON Lines. */
export const COLUMNS: readonly string[] = [DEVICE_ID_COLUMN, REQUEST_COLUMN, GENERATION_COLUMN, ...SUBJECT_COLUMNS, ...NAME_COLUMNS];

/** The properties of a device certificate that a row stands for, under the names that a template has. */
export const NAME_TEMPLATES = Object.fromEntries(NAME_COLUMNS.map(name => [name, GENERAL_NAME_TYPES[name].template])) as {
  readonly [N in NameColumn]: string;
};

const MAX_DEVICE_ID = 128;

/**
 * The rule for the ID of a device. It is final, because the ledger knows a device by its ID. It has no character that could be taken for a place in a
 * file system, and none that a reader can't see.
 */
export function checkDeviceId(deviceId: string): Complaint {
  return deviceId.length > 0 && deviceId.length <= MAX_DEVICE_ID && deviceId.trim() === deviceId && !/[/\\]/.test(deviceId) && !hasUnsafeCharacter(deviceId)
    ? undefined
    : `deviceId must have 1 to ${MAX_DEVICE_ID} visible characters, without slashes, and without spaces at its ends, got ${quote(deviceId)}`;
}

/** The form in which IDs of devices are compared: two IDs that differ by case or by Unicode form would be the same device for some platforms. */
export function comparableDeviceId(deviceId: string): string {
  return comparableCommonName(deviceId);
}

/** Whether a request with this common name is one of the device: a request proves possession of its key, not that the row got the right one. */
export function isNameOfDevice(requested: string, deviceId: string, commonName = deviceId): boolean {
  return [deviceId, commonName].map(comparableCommonName).includes(comparableCommonName(requested));
}

/** How the row of a device ended. */
export type DeviceOutcome = typeof DEVICE_OUTCOMES[number];

/**
 * - `issued`: the first certificate of the device was made.
 * - `replaced`: the row or the fleet has changed, and a new certificate took the place of the former one.
 * - `renewed`: the former certificate was about to end, and a new one took its place.
 * - `restored`: the row or the fleet has gone back to what was declared before, and so has the device to its former certificate.
 * - `unchanged`: the device had this certificate before the run.
 */
export const DEVICE_OUTCOMES = ['issued', 'replaced', 'renewed', 'restored', 'unchanged'] as const;

/** The certificate of a device after a run. */
export interface DeviceResult {
  readonly line: number;
  readonly deviceId: string;
  readonly outcome: DeviceOutcome;
  /** The common name of the subject, by which platforms know a device; absent if it has none. */
  readonly commonName?: string;
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  /** The certificate in whose place this run has put it, 40 hexadecimal digits; absent if there was none. Whoever has it can still use it: revoke it if it must not be used. */
  readonly formerSerialNumber?: string;
  /** ISO 8601. */
  readonly notBefore: string;
  /** ISO 8601. */
  readonly notAfter: string;
  /** SHA-256 of the certificate in lower-case hexadecimal digits: AWS IoT's certificateId. */
  readonly sha256Fingerprint: string;
  /** PEM. */
  readonly certificatePem: string;
  /** The encrypted archive with the private key; absent if the device has made its key itself. */
  readonly keyArchive?: string;
}

/** How a run, or a piece of it, ended. */
export type FleetCounts = { readonly [O in DeviceOutcome | 'refused']: number };

export const NO_DEVICES: FleetCounts = { issued: 0, replaced: 0, renewed: 0, restored: 0, unchanged: 0, refused: 0 };

export function addCounts(one: FleetCounts, other: FleetCounts): FleetCounts {
  return Object.fromEntries(Object.entries(one).map(([name, count]) => [name, count + other[name as keyof FleetCounts]])) as FleetCounts;
}
