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

/** The most characters of the rows of a piece, which is in memory as a whole: it ends with the row that reaches them. */
const MOST_CHARACTERS = 2 * 1024 * 1024;

/**
 * Cuts a manifest into pieces, on demand. A piece has at most so many rows, refused ones included, so that a manifest of wrong rows alone is not held in memory.
 *
 * @param size the most rows of a piece
 */
export async function* piecesOf(manifest: AsyncIterable<ManifestRow>, size: number): AsyncIterable<Piece> {
  let number = 1;
  let rows: DeviceRow[] = [];
  let refused: RefusedRow[] = [];
  let characters = 0;
  for await (const each of manifest) {
    if ('row' in each) {
      rows.push(each.row);
    } else {
      refused.push(each.refused);
    }
    characters += charactersOf(each);
    if (rows.length + refused.length === size || characters >= MOST_CHARACTERS) {
      yield { number, rows, refused };
      [number, rows, refused, characters] = [number + 1, [], [], 0];
    }
  }
  if (rows.length + refused.length > 0) {
    yield { number, rows, refused };
  }
}

/** What a value takes besides its characters. */
const OVERHEAD = 16;

function charactersOf(each: ManifestRow): number {
  const { certificateSigningRequest = '', subject = {}, names = {} } = 'row' in each ? each.row : {} as Partial<DeviceRow>;
  return [certificateSigningRequest, ...Object.values(subject), ...Object.values(names).flat()]
    .reduce((sum, { length }) => sum + length + OVERHEAD, 0);
}
