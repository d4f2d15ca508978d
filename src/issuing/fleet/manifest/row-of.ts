import {
  checkDeviceId, COLUMNS, DEVICE_ID_COLUMN, DeviceRow, NAME_COLUMNS, NameColumn, REQUEST_COLUMN, SUBJECT_COLUMNS,
} from '../../../contract/fleet';
import { quote } from '../../../contract/rules';
import { complain } from '../../../resource/property-values';

/** The values of a row by their columns. A column with several names has them in a list, or in one text, separated by spaces. */
export type RowValues = { readonly [column: string]: unknown };

/**
 * Reads a row.
 *
 * @throws Error that names the column, its value and what is allowed
 */
export function rowOf(line: number, values: RowValues): DeviceRow {
  for (const name of Object.keys(values)) {
    complain(COLUMNS.includes(name) ? undefined : `a row must have no other values than ${COLUMNS.join(', ')}, got ${quote(name)}`);
  }
  const deviceId = textIn(values, DEVICE_ID_COLUMN);
  if (deviceId === undefined) {
    throw new Error('deviceId must be given');
  }
  complain(checkDeviceId(deviceId));
  const certificateSigningRequest = textIn(values, REQUEST_COLUMN);
  const subject = present(SUBJECT_COLUMNS.map(name => [name, textIn(values, name)]));
  const names = present(NAME_COLUMNS.map(name => [name, namesIn(values, name)]));
  return {
    line,
    deviceId,
    ...certificateSigningRequest !== undefined && { certificateSigningRequest },
    ...subject && { subject },
    ...names && { names },
  };
}

/** A value that is empty is absent: a spreadsheet has every column in every row. */
function textIn(values: RowValues, name: string): string | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined || value === null || value === '') {
    return undefined;
  }
  if (typeof value !== 'string') {
    throw new Error(`${name} must be a string, got ${quote(value)}`);
  }
  return value;
}

function namesIn(values: RowValues, name: NameColumn): readonly string[] | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (Array.isArray(value) && value.every(each => typeof each === 'string')) {
    return value.length > 0 ? value : undefined;
  }
  const text = textIn(values, name);
  return text?.split(/\s+/).filter(each => each !== '');
}

function present<T>(entries: readonly (readonly [string, T | undefined])[]): { readonly [name: string]: T } | undefined {
  const given = entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}
