import {
  checkDeviceId, COLUMNS, DEVICE_ID_COLUMN, DeviceRow, GENERATION_COLUMN, NAME_COLUMNS, NameColumn, REQUEST_COLUMN, SUBJECT_COLUMNS,
} from '../../../contract/fleet';
import { MAX_NAMES } from '../../../contract/general-names';
import { checkGeneration, quote } from '../../../contract/rules';
import { complain, wholeNumber } from '../../../resource/property-values';

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
  const generation = generationIn(values);
  const subject = present(SUBJECT_COLUMNS.map(name => [name, textIn(values, name)]));
  const names = present(NAME_COLUMNS.map(name => [name, namesIn(values, name)]));
  return {
    line,
    deviceId,
    ...certificateSigningRequest !== undefined && { certificateSigningRequest },
    ...generation !== undefined && { generation },
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

/** A whole number from 1 on; a text, or a number in JSON Lines. */
function generationIn(values: RowValues): number | undefined {
  const given = Object.hasOwn(values, GENERATION_COLUMN) ? values[GENERATION_COLUMN] : undefined;
  const generation = typeof given === 'number' ? given : wholeNumber(textIn(values, GENERATION_COLUMN));
  complain(generation === undefined ? undefined : checkGeneration(generation));
  return generation as number | undefined;
}

function namesIn(values: RowValues, name: NameColumn): readonly string[] | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  const names = Array.isArray(value) && value.every(each => typeof each === 'string') ? value
    : textIn(values, name)?.split(/\s+/).filter(each => each !== '') ?? [];
  if (names.length > MAX_NAMES) { // now: very many names of many rows would fill the memory before they are refused
    throw new Error(`${name} must have at most ${MAX_NAMES} names, got ${names.length}`);
  }
  return names.length > 0 ? names : undefined;
}

function present<T>(entries: readonly (readonly [string, T | undefined])[]): { readonly [name: string]: T } | undefined {
  const given = entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}
