import { deviceList } from './device-list';
import { CSV_TYPE, FleetFiles, JSON_LINES_TYPE, JSON_TYPE, jsonLines, PEM_TYPE } from './fleet-files';
import { assertNewest, FleetRuns } from './fleet-runs';
import { openedPiece, PieceSeal } from './sealed-piece';
import { DeviceResult, FleetCounts, NO_DEVICES, RefusedRow } from '../../../contract/fleet';
import { RunPlaces } from '../../../contract/fleet-run';
import { BULK_REGISTRATION_NAMES, bulkRegistration, endingOf } from '../../../platforms/bulk-registrations';
import { Fleet, FleetPorts, issueDevices } from '../issue-devices';
import { Piece } from '../pieces';

/**
 * Issues for a piece of a manifest, and writes its results. If it is carried out again, or twice at once, the certificates are the same, and so are the
 * names of what is written. What it has counted is written last: a piece without it has failed.
 *
 * @throws Error if a later run has begun, if the piece is not as its planner has written it, or if nothing can be issued
 */
export async function workPiece(seal: Omit<PieceSeal, 'manifest'>, fleet: Fleet, ports: FleetPorts, runs: FleetRuns, files: FleetFiles): Promise<FleetCounts> {
  const { run, piece } = seal;
  const places = new RunPlaces(run).of(piece);
  try {
    const { rows, refused: unreadable } = await readPiece(places.piece, seal, runs, files);
    const { devices, refused } = await issueDevices(rows, fleet, run, { ...ports, assertNewest: async () => void await assertNewest(run, runs) });
    const all = [...unreadable, ...refused].sort((one, other) => one.line - other.line);
    await Promise.all([
      files.write(places.results, jsonLines(devices), JSON_LINES_TYPE),
      files.write(places.certificates, devices.map(({ certificatePem }) => certificatePem).join(''), PEM_TYPE),
      files.write(places.refused, jsonLines(all), JSON_LINES_TYPE),
      files.write(places.devices, deviceList(devices), CSV_TYPE),
      ...BULK_REGISTRATION_NAMES.map(name => files.write(
        places.registration(name, endingOf(name)), bulkRegistration(name, devices), endingOf(name) === 'csv' ? CSV_TYPE : JSON_LINES_TYPE)),
    ]);
    const counts = countsOf(devices, all);
    await files.write(places.counts, JSON.stringify(counts), JSON_TYPE);
    return counts;
  } catch (error) {
    await files.write(places.failure, JSON.stringify({ reason: (error as Error).message }), JSON_TYPE).catch(() => undefined); // the error says more
    throw error;
  }
}

async function readPiece(name: string, seal: Omit<PieceSeal, 'manifest'>, runs: FleetRuns, files: FleetFiles): Promise<Pick<Piece, 'rows' | 'refused'>> {
  const { key, manifest = '' } = await assertNewest(seal.run, runs);
  const content = await files.read(name);
  if (!content) {
    throw new Error(`the bucket of results must have ${name}, which the planner of the run has written, and it is gone; run the fleet again`);
  }
  return openedPiece(content, { ...seal, manifest }, key);
}

function countsOf(devices: readonly DeviceResult[], refused: readonly RefusedRow[]): FleetCounts {
  return devices.reduce((counts, { outcome }) => ({ ...counts, [outcome]: counts[outcome] + 1 }), { ...NO_DEVICES, refused: refused.length });
}
