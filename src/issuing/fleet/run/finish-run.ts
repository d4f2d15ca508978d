import { DEVICE_LIST_HEAD } from './device-list';
import { CSV_TYPE, FleetFiles, forEachOf, JSON_LINES_TYPE, JSON_TYPE } from './fleet-files';
import { FleetRuns } from './fleet-runs';
import { addCounts, FleetCounts, NO_DEVICES } from '../../../contract/fleet';
import { pieceIn, RunPlaces, RunPlan, RunSummary } from '../../../contract/fleet-run';

/** How many objects are read at once. */
const AT_ONCE = 32;

/** The most rows that are merged into one file, so that it fits into the memory of the function. */
const MOST_MERGED = 100_000;

/**
 * Adds up what the pieces of a run have counted, and merges what is small enough for one file. A run that a later one has overtaken has not failed: the later one
 * issues for what it has left.
 *
 * @param tolerated the percentage of pieces that may have failed, or may not have been begun
 */
export async function finishRun(run: string, tolerated: number, runs: FleetRuns, files: FleetFiles): Promise<RunSummary> {
  const places = new RunPlaces(run);
  const { rows, pieces } = await readPlan(places, files);
  const done: number[] = [];
  let counts = NO_DEVICES;
  await forEachOf(files.list(places.counts), AT_ONCE, async name => {
    const counted = await files.read(name);
    counts = addCounts(counts, JSON.parse(counted!.toString()) as FleetCounts);
    done.push(pieceIn(name));
  });
  done.sort((one, other) => one - other);
  const failedPieces = pieces - done.length;
  const newest = await runs.newest();
  const overtakenBy = failedPieces > 0 && newest.run !== run ? newest.run ?? '' : '';
  const isFailed = overtakenBy === '' && 100 * failedPieces > tolerated * pieces;
  const failure = failedPieces > 0 ? await failureOf(places, files, done) : '';
  const summary: RunSummary = { run, rows, pieces, ...counts, failedPieces, isFailed, failure, overtakenBy };
  if (rows - counts.refused <= MOST_MERGED) {
    await merge(places.devices, done.map(piece => places.of(piece).devices), CSV_TYPE, files, DEVICE_LIST_HEAD);
  }
  if (counts.refused <= MOST_MERGED) {
    await merge(places.refused, done.map(piece => places.of(piece).refused), JSON_LINES_TYPE, files);
  }
  await files.write(places.summary, JSON.stringify(summary), JSON_TYPE);
  return summary;
}

async function readPlan(places: RunPlaces, files: FleetFiles): Promise<RunPlan> {
  const content = await files.read(places.plan);
  if (!content) {
    throw new Error(`the bucket of results must have ${places.plan}, which the planner of the run has written, and it is gone; run the fleet again`);
  }
  return JSON.parse(content.toString()) as RunPlan;
}

/** Why one of the pieces has failed that were not done later. */
async function failureOf(places: RunPlaces, files: FleetFiles, done: readonly number[]): Promise<string> {
  const isDone = new Set(done);
  for await (const name of files.list(places.failures)) {
    const content = isDone.has(pieceIn(name)) ? undefined : await files.read(name);
    if (content) {
      return (JSON.parse(content.toString()) as { readonly reason: string }).reason;
    }
  }
  return 'the function that issues has ended without a reason; its log says more';
}

async function merge(name: string, parts: readonly string[], type: string, files: FleetFiles, head = ''): Promise<void> {
  const contents: Buffer[] = [];
  await forEachOf(parts.entries(), AT_ONCE, async ([index, part]) => {
    contents[index] = await files.read(part) ?? Buffer.alloc(0);
  });
  await files.write(name, Buffer.concat([Buffer.from(head), ...contents]), type);
}
