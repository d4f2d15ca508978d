import { ManifestRow } from './manifest/read-manifest';
import { DeviceRow, RefusedRow } from '../../contract/fleet';

/** A part of a manifest that one worker issues for at once. */
export interface Piece {
  /** Counted from 1. */
  readonly number: number;
  readonly rows: readonly DeviceRow[];
  /** The rows between those of this piece that are refused because of their form. */
  readonly refused: readonly RefusedRow[];
}

/**
 * Cuts a manifest into pieces, on demand. A piece has at most so many rows, refused ones included, so that a manifest of wrong rows alone is not held in memory.
 *
 * @param size the most rows of a piece
 */
export async function* piecesOf(manifest: AsyncIterable<ManifestRow>, size: number): AsyncIterable<Piece> {
  let number = 1;
  let rows: DeviceRow[] = [];
  let refused: RefusedRow[] = [];
  for await (const each of manifest) {
    if ('row' in each) {
      rows.push(each.row);
    } else {
      refused.push(each.refused);
    }
    if (rows.length + refused.length === size) {
      yield { number, rows, refused };
      [number, rows, refused] = [number + 1, [], []];
    }
  }
  if (rows.length + refused.length > 0) {
    yield { number, rows, refused };
  }
}
