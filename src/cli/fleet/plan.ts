import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs';
import { PieceOrder } from './messages';
import { ManifestFormat, ManifestRow, readManifest } from '../../issuing/fleet/manifest/read-manifest';
import { piecesOf } from '../../issuing/fleet/pieces';
import { CliError, messageOf } from '../cli-error';
import { linesOf } from '../local/file-lines';

/** A manifest in a file. */
export interface ManifestFile {
  readonly path: string;
  readonly format: ManifestFormat;
}

/** What a plan has. */
export interface Planned {
  /** The rows of the manifest that are in it, those that are refused because of their form among them. */
  readonly rows: number;
  readonly pieces: number;
  /** The rows of the manifest that the run passes over. */
  readonly passedOver: number;
  /** The SHA-256 of the manifest. */
  readonly manifestSha256: string;
}

/**
 * Checks a manifest once from its beginning to its end, and writes it into a file, a piece on each line, in which any piece is found at once. What becomes of the
 * manifest afterwards does not matter to the run.
 *
 * @param isMeant which rows the run is about
 * @param onRows called as rows are read, with their number so far
 * @throws CliError if the manifest can't be read
 */
export async function writePlan(
  { path, format }: ManifestFile, plan: string, size: number, isMeant: (row: ManifestRow) => boolean, onRows: (rows: number) => void,
): Promise<Planned> {
  const digest = createHash('sha256');
  let [read, rows, pieces] = [0, 0, 0];
  async function* meant(): AsyncIterable<ManifestRow> {
    for await (const row of readManifest(octetsOf(path, chunk => digest.update(chunk)), format)) {
      read++;
      if (isMeant(row)) {
        yield row;
      }
    }
  }
  const file = openSync(plan, 'w', 0o600);
  try {
    for await (const piece of piecesOf(meant(), size)) {
      writeSync(file, `${JSON.stringify(piece)}\n`);
      rows += piece.rows.length + piece.refused.length;
      pieces = piece.number;
      onRows(read);
    }
    fsyncSync(file);
  } catch (error) {
    throw new CliError(`--manifest ${path}: ${messageOf(error)}`);
  } finally {
    closeSync(file);
  }
  return { rows, pieces, passedOver: read - rows, manifestSha256: digest.digest('hex') };
}

/** The pieces of a plan, by their places. */
export function ordersIn(plan: string): PieceOrder[] {
  const file = openSync(plan, 'r');
  try {
    return Array.from(linesOf(file, 0), ({ place, octets }, index) => ({ piece: index + 1, from: place, until: place + octets.length }));
  } finally {
    closeSync(file);
  }
}

/** The SHA-256 of a manifest. */
export async function digestOf(path: string): Promise<string> {
  const digest = createHash('sha256');
  try {
    for await (const chunk of octetsOf(path, () => undefined)) {
      digest.update(chunk);
    }
  } catch (error) {
    throw new CliError(`--manifest ${path}: ${messageOf(error)}`);
  }
  return digest.digest('hex');
}

async function* octetsOf(path: string, onChunk: (chunk: Buffer) => void): AsyncIterable<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    onChunk(chunk);
    yield chunk;
  }
}
