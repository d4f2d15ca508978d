import { FleetFiles, forEachOf, JSON_LINES_TYPE, JSON_TYPE } from './fleet-files';
import { FleetRuns } from './fleet-runs';
import { sealedPiece } from './sealed-piece';
import { PieceItem, PlanInput, RunPlaces, RunPlan } from '../../../contract/fleet-run';
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
 * Reads a manifest and writes its pieces, and the list of them, which the workers get. From then on, workers of earlier runs issue nothing more: they
 * would give devices again what was declared before. The same run can be planned again, as long as the manifest is the same.
 *
 * @param planned the run and its beginning
 * @param declaration a digest of what is declared: see `digestOfDeclaration`
 * @param size the most rows of a piece
 * @throws Error if nothing after a place can be read, if the manifest has no row, if a later run has begun, or if the
 *   run was planned for another version of the manifest
 */
export async function planRun(
  { run, begunAt }: PlanInput, declaration: string, manifest: Manifest, size: number, runs: FleetRuns, files: FleetFiles,
): Promise<RunPlan> {
  const key = await runs.key();
  const places = new RunPlaces(run);
  const items: PieceItem[] = [];
  let rows = 0;
  await forEachOf(piecesOf(readManifest(manifest.octets, manifest.format), size), AT_ONCE, async piece => {
    items.push({ piece: piece.number });
    rows += piece.rows.length + piece.refused.length;
    const seal = { run, piece: piece.number, declaration, manifest: manifest.version() };
    await files.write(places.of(piece.number).piece, sealedPiece(piece, seal, key), JSON_LINES_TYPE);
  });
  const plan: RunPlan = { run, rows, pieces: items.length, manifestVersion: manifest.version() };
  if (!await runs.begin(run, begunAt, plan.manifestVersion)) {
    throw new Error(`the run ${run} must be the latest one of its fleet, for one version of the manifest, and a later one has begun meanwhile, or the manifest has changed while `
      + 'it was read; run the fleet again if no other run is under way');
  }
  // Only now: a delivery that was held up must not replace the list of another one.
  await files.write(places.pieces, JSON.stringify(items), JSON_TYPE);
  await files.write(places.plan, JSON.stringify(plan), JSON_TYPE);
  return plan;
}
