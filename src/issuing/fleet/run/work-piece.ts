import { registrationForms } from './registration-forms';
import { FleetFiles, JSON_LINES_TYPE, JSON_TYPE, jsonLines, PEM_TYPE, valuesOf } from './fleet-files';
import { DeviceRow, DeviceResult, FleetCounts, NO_DEVICES, RefusedRow } from '../../../contract/fleet';
import { RunPlaces } from '../../../contract/fleet-run';
import { Fleet, FleetPorts, issueDevices } from '../issue-devices';

/**
 * Issues for a piece of a manifest, and writes its results. If it is carried out again, or twice at once, the certificates are the same, and so are the
 * names of what is written. What it has counted is written last: a piece without it has failed.
 */
export async function workPiece(run: string, piece: number, fleet: Fleet, ports: FleetPorts, files: FleetFiles): Promise<FleetCounts> {
  const places = new RunPlaces(run).of(piece);
  try {
    const { rows, refused: unreadable } = await readPiece(places.piece, files);
    const { devices, refused } = await issueDevices(rows, fleet, run, ports);
    const all = [...unreadable, ...refused].sort((one, other) => one.line - other.line);
    const forms = registrationForms(devices);
    await Promise.all([
      files.write(places.results, jsonLines(devices), JSON_LINES_TYPE),
      files.write(places.certificates, devices.map(({ certificatePem }) => certificatePem).join(''), PEM_TYPE),
      files.write(places.refused, jsonLines(all), JSON_LINES_TYPE),
      ...Object.entries(forms).map(([form, { content, type }]) => files.write(places[form as keyof typeof forms], content, type)),
    ]);
    const counts = countsOf(devices, all);
    await files.write(places.counts, JSON.stringify(counts), JSON_TYPE);
    return counts;
  } catch (error) {
    await files.write(places.failure, JSON.stringify({ reason: (error as Error).message }), JSON_TYPE).catch(() => undefined); // the error says more
    throw error;
  }
}

async function readPiece(name: string, files: FleetFiles): Promise<{ readonly rows: DeviceRow[]; readonly refused: RefusedRow[] }> {
  const content = await files.read(name);
  if (!content) {
    throw new Error(`the bucket of results must have ${name}, which the planner of the run has written, and it is gone; run the fleet again`);
  }
  const lines = valuesOf<{ readonly row?: DeviceRow; readonly refused?: RefusedRow }>(content);
  return { rows: lines.flatMap(({ row }) => row ?? []), refused: lines.flatMap(({ refused }) => refused ?? []) };
}

function countsOf(devices: readonly DeviceResult[], refused: readonly RefusedRow[]): FleetCounts {
  return devices.reduce((counts, { outcome }) => ({ ...counts, [outcome]: counts[outcome] + 1 }), { ...NO_DEVICES, refused: refused.length });
}
