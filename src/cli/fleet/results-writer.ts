import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { PieceResult } from './messages';
import { RESULT_FILES, ResultFile, RunFolder, RunProgress } from './run-folder';
import { addCounts, NO_DEVICES } from '../../contract/fleet';
import { CliError, messageOf } from '../cli-error';
import { writeAll } from '../local/file-lines';

/** How often the progress is recorded, in milliseconds: what comes after it is done again if the process is stopped. */
const RECORD_EVERY = 1_000;

const NOTHING: RunProgress = { pieces: 0, counts: NO_DEVICES, octets: { results: 0, certificates: 0, refused: 0 } };

const NAMES = Object.keys(RESULT_FILES) as ResultFile[];

/**
 * Writes the results of a run, in the order of its manifest. From time to time it records how far they have reached the disk, and a run that
 * was stopped goes on from there.
 */
export class ResultsWriter {
  public progress: RunProgress;
  private readonly files: { readonly [F in ResultFile]: number };
  private readonly waiting = new Map<number, PieceResult>();
  private recordedAt = performance.now();

  constructor(private readonly folder: RunFolder) {
    const flags = folder.progress ? 'r+' : 'w+';
    this.files = Object.fromEntries(NAMES.map(name => [name, openSync(folder.fileOf(name), flags, 0o644)])) as { [F in ResultFile]: number };
    const { progress = NOTHING } = folder;
    // Files that lack what was recorded were changed by others. Everything that is in the ledger can be written again.
    this.progress = NAMES.every(name => fstatSync(this.files[name]).size >= progress.octets[name]) ? progress : NOTHING;
    NAMES.forEach(name => ftruncateSync(this.files[name], this.progress.octets[name]));
  }

  /** How many pieces wait for one before them. */
  public get backlog(): number {
    return this.waiting.size;
  }

  /** Takes the results of a piece, and writes those whose turn it is. */
  public take(result: PieceResult): void {
    this.waiting.set(result.piece, result);
    for (let next = this.next(); next; next = this.next()) {
      this.waiting.delete(next.piece);
      const octets = Object.fromEntries(NAMES.map(name => [name, this.append(name, next![name])])) as RunProgress['octets'];
      this.progress = { pieces: next.piece, counts: addCounts(this.progress.counts, next.counts), octets };
    }
    if (performance.now() - this.recordedAt >= RECORD_EVERY) {
      this.record();
    }
  }

  /** Brings everything to the disk, and records it. */
  public record(): void {
    NAMES.forEach(name => fdatasyncSync(this.files[name]));
    this.folder.progress = this.progress;
    this.recordedAt = performance.now();
  }

  public close(): void {
    NAMES.forEach(name => closeSync(this.files[name]));
  }

  private next(): PieceResult | undefined {
    return this.waiting.get(this.progress.pieces + 1);
  }

  /** @returns the length of the file */
  private append(name: ResultFile, octets: Uint8Array): number {
    const begin = this.progress.octets[name];
    try {
      writeAll(this.files[name], octets, begin);
    } catch (error) {
      throw new CliError(`${this.folder.fileOf(name)}: can't be written: ${messageOf(error)}`);
    }
    return begin + octets.length;
  }
}
