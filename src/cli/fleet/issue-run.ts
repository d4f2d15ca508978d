import { Crew, Threads } from './crew';
import { GarbageCollector } from './garbage';
import { PieceOrder } from './messages';
import { ResultsWriter } from './results-writer';
import { FleetRun, RunFolder, RunProgress } from './run-folder';
import { CliError, DeploymentError, messageOf } from '../cli-error';
import { linesIn } from '../local/file-lines';
import { recordsOf } from '../local/fleet-ledger';
import { FleetLog } from '../local/fleet-log';

/** The pieces in memory whose results wait for those of an earlier one, for each piece that the crew takes at once. */
const BACKLOG = 4;

/** What a run is carried out with. */
export interface RunMeans {
  /** The directory of the local deployment, whose lock this process holds. */
  readonly directory: string;
  /** The folder for encrypted keys, in this directory. */
  readonly keys: string;
  readonly secrets: readonly string[];
  readonly workers: number;
  readonly threads: Threads;
  readonly clock: () => Date;
  /** Called if the last batch of the ledger was damaged, with the file in which it was put. */
  readonly onDamage: (file: string) => void;
  /** Called whenever results were written. */
  readonly onProgress: (progress: RunProgress) => void;
}

/**
 * Carries out a run whose plan is written, or goes on with it.
 *
 * @returns the run as it has ended
 * @throws DeploymentError if it could not be brought to its end
 */
export async function issueRun(folder: RunFolder, run: FleetRun, means: RunMeans): Promise<FleetRun> {
  const { directory, keys, secrets, workers, threads, clock, onDamage, onProgress } = means;
  const log = FleetLog.toWrite(directory, run.ledgerTable, run.rows);
  if (log.setAside !== undefined) {
    onDamage(log.setAside);
  }
  const orders = ordersIn(folder.plan);
  if (orders.length !== run.pieces) {
    throw new CliError(`${folder.plan}: must have ${run.pieces} lines, got ${orders.length}; remove the folder, and give the same command again, which begins anew`);
  }
  const writer = new ResultsWriter(folder);
  const task = { directory, secrets, fleet: run.fleet, run: run.run, plan: folder.plan, batch: run.batch, keys };
  const open = orders.slice(writer.progress.pieces);
  onProgress(writer.progress);
  const crew = open.length > 0 ? threads.crew(Math.min(workers, open.length), task, recordsOf(log)) : undefined;
  try {
    if (crew) {
      await issueAll(open, crew, writer, onProgress);
    }
    writer.record();
  } catch (error) {
    tryToRecord(writer);
    throw new DeploymentError(`${messageOf(error)}; the run has stopped, and what was issued is recorded: remove the cause, and give the same command again, which goes on with it`);
  } finally {
    await crew?.dismiss();
    writer.close();
    log.close();
  }
  const finished = { ...run, finishedAt: clock().toISOString() };
  folder.finish(finished);
  return finished;
}

/** Each takes the next piece as soon as it has room, unless too many results wait for an earlier one. */
async function issueAll(
  orders: readonly PieceOrder[], crew: Crew, writer: ResultsWriter, onProgress: RunMeans['onProgress'],
): Promise<void> {
  let [next, failure] = [0, undefined as { readonly error: unknown } | undefined];
  let waiting: (() => void)[] = [];
  const garbage = new GarbageCollector(); // begins with what reading the ledger has left
  const hand = async (): Promise<void> => {
    while (next < orders.length && !failure) {
      if (writer.backlog > BACKLOG * crew.room) {
        await new Promise<void>(resolve => waiting.push(resolve));
        continue;
      }
      try {
        writer.take(await crew.issue(orders[next++]));
        onProgress(writer.progress);
        garbage.onGarbage();
      } catch (error) {
        failure ??= { error };
      }
      waiting.forEach(resume => resume());
      waiting = [];
    }
  };
  await Promise.all(Array.from({ length: crew.room }, hand));
  if (failure) {
    throw failure.error;
  }
}

/** What is not recorded is done again. The first error says what went wrong: a disk that is full has no room for the progress either. */
function tryToRecord(writer: ResultsWriter): void {
  try {
    writer.record();
  } catch { // see above
  }
}

/** The pieces of a plan, by their places. */
function ordersIn(plan: string): PieceOrder[] {
  return Array.from(linesIn(plan), ({ place, octets }, index) => ({ piece: index + 1, from: place, until: place + octets.length }));
}
