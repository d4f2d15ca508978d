import { csvRows } from './csv-rows';
import { decodedText } from './decoded-text';
import { FirstLines } from './first-lines';
import { jsonLinesRows } from './json-lines-rows';
import { NumberedValues } from './numbered-values';
import { rowOf } from './row-of';
import { comparableDeviceId, DEVICE_ID_COLUMN, DeviceRow, isNameOfDevice, RefusedRow, REQUEST_COLUMN } from '../../../contract/fleet';
import { quote } from '../../../contract/rules';
import { glanceAtRequest } from '../../../pki/certification-request';
import { readName } from '../../../pki/name-reader';

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
  const seen: Seen = { ids: new FirstLines(), keys: new FirstLines() };
  let isEmpty = true;
  for await (const each of format === 'csv' ? csvRows(text) : jsonLinesRows(text)) {
    isEmpty = false;
    yield read(each, seen);
  }
  if (isEmpty) {
    throw new Error('the manifest must have a row for each device, got none');
  }
}

/** The IDs of the devices so far, and the keys of their requests. */
interface Seen {
  readonly ids: FirstLines;
  readonly keys: FirstLines;
}

function read(each: NumberedValues, seen: Seen): ManifestRow {
  const { line } = each;
  if (each.refused !== undefined) {
    return { refused: { line, reason: each.refused } };
  }
  try {
    const row = rowOf(line, each.values);
    const reason = repetitionIn(row, seen);
    return reason === undefined ? { row } : { refused: { line, deviceId: row.deviceId, reason } };
  } catch (error) {
    const deviceId = each.values[DEVICE_ID_COLUMN];
    return { refused: { line, ...isShown(deviceId) && { deviceId: deviceId.slice(0, MOST_SHOWN) }, reason: (error as Error).message } };
  }
}

/** What an earlier row has too. A request that is pasted into two rows would give one key the certificates of two devices. */
function repetitionIn(row: DeviceRow, { ids, keys }: Seen): string | undefined {
  const { line, deviceId } = row;
  const sameId = ids.add(comparableDeviceId(deviceId), line);
  if (sameId !== undefined) {
    return `deviceId must be given once, whatever its case and its Unicode form, and line ${sameId} has it too`;
  }
  const key = ownKeyIn(row);
  const sameKey = key && keys.add(key, line);
  return sameKey === undefined ? undefined : `${REQUEST_COLUMN} must be for a key that no other device has, and the request on line ${sameKey} is for the same key; `
    + 'find out which of the two rows it belongs to, and create a request for the other device';
}

/** The key of a request that is not evidently that of another device, which is refused for that. */
function ownKeyIn({ deviceId, certificateSigningRequest, subject = {} }: DeviceRow): Buffer | undefined {
  const request = certificateSigningRequest === undefined ? undefined : glanceAtRequest(certificateSigningRequest);
  const requested = request && nameIn(request.subject);
  return requested === undefined || isNameOfDevice(requested, deviceId, subject.commonName) ? request?.publicKey : undefined;
}

function nameIn(subject: Buffer): string | undefined {
  try {
    return readName(subject).commonName;
  } catch { // whoever reads the request says why
    return undefined;
  }
}

/** An ID that is refused is shown to this length. */
const MOST_SHOWN = 200;

/** Whether a refused ID is shown: a private key may be in the wrong column. */
function isShown(deviceId: unknown): deviceId is string {
  return typeof deviceId === 'string' && deviceId !== '' && quote(deviceId).startsWith('"');
}
