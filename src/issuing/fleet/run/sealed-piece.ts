import { createHmac, timingSafeEqual } from 'node:crypto';
import { jsonLines, valuesOf } from './fleet-files';
import { DeviceRow, RefusedRow } from '../../../contract/fleet';
import { isMap } from '../../../contract/json-map';
import { sha256 } from '../../../contract/sha256';
import { Piece } from '../pieces';

/** Sets these codes apart from all others. ASCII. */
const PURPOSE = 'cdk-private-iot-ca/fleet-piece/1';

/** What decides which certificate a row gets, as the planner and the worker have it in their environments. */
export interface SealedDeclaration {
  readonly DECLARATION: string;
  readonly RECIPIENT?: string;
  readonly RENEW_BEFORE_DAYS?: string;
}

/** Which piece of which run, and for which declaration it was planned. */
export interface PieceSeal {
  readonly run: string;
  readonly piece: number;
  /** See `digestOfDeclaration`. */
  readonly declaration: string;
  /** The version of the manifest: two deliveries of one plan may have read different ones. */
  readonly manifest: string;
}

export function digestOfDeclaration({ DECLARATION, RECIPIENT, RENEW_BEFORE_DAYS }: SealedDeclaration): string {
  return sha256(JSON.stringify([DECLARATION, RECIPIENT ?? null, RENEW_BEFORE_DAYS ?? null]));
}

/**
 * The object of a piece: a line with the declaration and a code, and then a line for each row. Whoever can write to the bucket of results does not have the
 * key of the code, so a worker believes only what the planner has written for this piece of this run.
 */
export function sealedPiece({ rows, refused }: Pick<Piece, 'rows' | 'refused'>, seal: PieceSeal, key: Buffer): string {
  const lines = jsonLines([...rows.map(row => ({ row })), ...refused.map(each => ({ refused: each }))]);
  return jsonLines([{ declaration: seal.declaration, code: codeOf(lines, seal, key).toString('hex') }]) + lines;
}

/**
 * Reads the object of a piece.
 *
 * @param seal the piece that is expected, with the declaration that is in force
 * @throws Error if the planner of the run has not written it, or has written it for another declaration
 */
export function openedPiece(content: Buffer, seal: PieceSeal, key: Buffer): Pick<Piece, 'rows' | 'refused'> {
  const end = content.indexOf('\n') + 1;
  const { declaration, code } = headIn(content.subarray(0, end).toString());
  const lines = content.subarray(end);
  const expected = codeOf(lines.toString(), { ...seal, declaration }, key);
  const given = Buffer.from(code, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Error(`the piece ${seal.piece} of the run ${seal.run} must be as its planner has written it for the manifest of the run, and it is not: it was changed in the bucket of results, `
      + 'or the manifest changed while it was planned; find out which, and run the fleet again');
  }
  if (declaration !== seal.declaration) {
    throw new Error(`the run ${seal.run} must issue what was declared when it began, and the declaration of the fleet has changed since; run the fleet again`);
  }
  const values = valuesOf<{ readonly row?: DeviceRow; readonly refused?: RefusedRow }>(lines);
  return { rows: values.flatMap(({ row }) => row ?? []), refused: values.flatMap(({ refused }) => refused ?? []) };
}

function codeOf(lines: string, { run, piece, declaration, manifest }: PieceSeal, key: Buffer): Buffer {
  return createHmac('sha256', key).update(JSON.stringify([PURPOSE, run, piece, declaration, manifest])).update('\0').update(lines).digest();
}

function headIn(line: string): { readonly declaration: string; readonly code: string } {
  try {
    const head: unknown = JSON.parse(line);
    return isMap(head) ? { declaration: String(head.declaration), code: String(head.code) } : { declaration: '', code: '' };
  } catch { // as one with another code
    return { declaration: '', code: '' };
  }
}
