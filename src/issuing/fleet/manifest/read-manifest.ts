import { csvRows } from './csv-rows';
import { decodedText } from './decoded-text';
import { DeviceIds } from './device-ids';
import { jsonLinesRows } from './json-lines-rows';
import { NumberedValues } from './numbered-values';
import { rowOf } from './row-of';
import { DEVICE_ID_COLUMN, DeviceRow, RefusedRow } from '../../../contract/fleet';
import { quote } from '../../../contract/rules';

export type ManifestFormat = 'csv' | 'jsonl';

/** What a line of a manifest is: a device, or a row that is refused. */
export type ManifestRow = { readonly row: DeviceRow } | { readonly refused: RefusedRow };

/**
 * Reads a manifest on demand, a row at a time. A row that is wrong is refused, and the others go on.
 *
 * @throws Error if nothing after a place can be read, or if the manifest has no device
 */
export async function* readManifest(octets: AsyncIterable<Uint8Array>, format: ManifestFormat): AsyncIterable<ManifestRow> {
  const text = decodedText(octets);
  const seen = new DeviceIds();
  let isEmpty = true;
  for await (const each of format === 'csv' ? csvRows(text) : jsonLinesRows(text)) {
    isEmpty = false;
    yield read(each, seen);
  }
  if (isEmpty) {
    throw new Error('the manifest must have a row for each device, got none');
  }
}

function read(each: NumberedValues, seen: DeviceIds): ManifestRow {
  const { line } = each;
  if (each.refused !== undefined) {
    return { refused: { line, reason: each.refused } };
  }
  try {
    const row = rowOf(line, each.values);
    const earlier = seen.add(row.deviceId, line);
    return earlier === undefined ? { row }
      : { refused: { line, deviceId: row.deviceId, reason: `deviceId must be given once, whatever its case and its Unicode form, and line ${earlier} has it too` } };
  } catch (error) {
    const deviceId = each.values[DEVICE_ID_COLUMN];
    return { refused: { line, ...isShown(deviceId) && { deviceId: deviceId.slice(0, MOST_SHOWN) }, reason: (error as Error).message } };
  }
}

/** An ID that is refused is shown to this length. */
const MOST_SHOWN = 200;

/** Whether a refused ID is shown: a private key may be in the wrong column. */
function isShown(deviceId: unknown): deviceId is string {
  return typeof deviceId === 'string' && deviceId !== '' && quote(deviceId).startsWith('"');
}
