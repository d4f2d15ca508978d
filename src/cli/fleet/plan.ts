import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, rmSync } from 'node:fs';
import { IssuedDevices } from './issued-devices';
import { Planned, PlanTask } from './messages';
import { ManifestRow, readManifest } from '../../issuing/fleet/manifest/read-manifest';
import { piecesOf } from '../../issuing/fleet/pieces';
import { CliError, messageOf } from '../cli-error';
import { writeAll } from '../local/file-lines';

/** How often it is said how many rows were read. */
const SAY_EVERY = 10_000;

/**
 * Checks a manifest once from its beginning to its end, and writes it into a file, a piece on each line, in which any piece is found at once. What becomes of the
 * manifest afterwards does not matter to the run.
 *
 * @param onRows called as rows are read, with their number so far
 * @throws CliError if the manifest can't be read
 */
export async function writePlan({ manifest: { path, format }, plan, batch, issued }: PlanTask, onRows: (rows: number) => void): Promise<Planned> {
  const digest = createHash('sha256');
  const done = issued === undefined ? undefined : IssuedDevices.in(issued);
  let [read, rows, pieces, planOctets] = [0, 0, 0, 0];
  async function* meant(): AsyncIterable<ManifestRow> {
    for await (const row of readManifest(octetsOf(path, chunk => digest.update(chunk)), format)) {
      if (++read % SAY_EVERY === 0) {
        onRows(read);
      }
      if (!done?.has(row)) {
        yield row;
      }
    }
  }
  rmSync(plan, { force: true }); // a link that somebody has put there is not followed
  const file = openSync(plan, 'wx', 0o600);
  try {
    for await (const piece of piecesOf(meant(), batch)) {
      const line = Buffer.from(`${JSON.stringify(piece)}\n`);
      writeAll(file, line, planOctets);
      planOctets += line.length;
      rows += piece.rows.length + piece.refused.length;
      pieces = piece.number;
    }
    fsyncSync(file);
  } catch (error) {
    throw new CliError(`--manifest ${path}: ${messageOf(error)}`);
  } finally {
    closeSync(file);
  }
  return { rows, pieces, planOctets, passedOver: read - rows, manifestSha256: digest.digest('hex') };
}

const CHUNK = 256 * 1024;

async function* octetsOf(path: string, onChunk: (chunk: Buffer) => void): AsyncIterable<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    onChunk(chunk);
    yield chunk;
  }
}
