import { FleetFiles, forEachOf, JSON_LINES_TYPE, JSON_TYPE, jsonLines } from './fleet-files';
import { PieceItem, RunPlaces, RunPlan } from '../../../contract/fleet-run';
import { ManifestFormat, readManifest } from '../manifest/read-manifest';
import { piecesOf } from '../pieces';

/** A manifest, whose version stays the same while it is read. */
export interface Manifest {
  readonly format: ManifestFormat;
  /** Its octets from the beginning, on demand. */
  readonly octets: AsyncIterable<Uint8Array>;
  /** The version that is read; known after the first octets. */
  readonly version: () => string;
}

/** How many pieces are written at once. */
const AT_ONCE = 16;

/**
 * Reads a manifest and writes its pieces, and the list of them, which the workers get. The same run can be planned again: it reads the manifest as it is
 * then, and replaces all pieces.
 *
 * @param size the most rows of a piece
 * @throws Error if nothing after a place can be read, or if the manifest has no row
 */
export async function planRun(run: string, manifest: Manifest, size: number, files: FleetFiles): Promise<RunPlan> {
  const places = new RunPlaces(run);
  const items: PieceItem[] = [];
  let rows = 0;
  await forEachOf(piecesOf(readManifest(manifest.octets, manifest.format), size), AT_ONCE, async piece => {
    items.push({ piece: piece.number });
    rows += piece.rows.length + piece.refused.length;
    const lines = [...piece.rows.map(row => ({ row })), ...piece.refused.map(refused => ({ refused }))];
    await files.write(places.of(piece.number).piece, jsonLines(lines), JSON_LINES_TYPE);
  });
  await files.write(places.pieces, JSON.stringify(items), JSON_TYPE);
  const plan: RunPlan = { run, rows, pieces: items.length, piecesKey: places.pieces, manifestVersion: manifest.version() };
  await files.write(places.plan, JSON.stringify(plan), JSON_TYPE);
  return plan;
}
