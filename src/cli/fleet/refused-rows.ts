import { closeSync, openSync } from 'node:fs';
import { comparableDeviceId, RefusedRow } from '../../contract/fleet';
import { FirstLines } from '../../issuing/fleet/manifest/first-lines';
import { ManifestRow } from '../../issuing/fleet/manifest/read-manifest';
import { CliError, messageOf } from '../cli-error';
import { linesOf } from '../local/file-lines';

/**
 * The rows that a run has refused. A row of a corrected manifest is one of them if it is on the same line, because what is wrong may be the ID of the
 * device, or if it has the same ID.
 */
export class RefusedRows {
  /** @param path the file in which the run has named them */
  public static in(path: string): RefusedRows {
    const refused = new RefusedRows();
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (error) {
      throw new CliError(`${path}: can't be read: ${messageOf(error)}`);
    }
    try {
      for (const { octets } of linesOf(file, 0)) {
        refused.add(JSON.parse(octets.toString('utf8')) as RefusedRow);
      }
    } finally {
      closeSync(file);
    }
    return refused;
  }

  private readonly lines = new FirstLines();
  private readonly ids = new FirstLines();

  public has(each: ManifestRow): boolean {
    const { line, deviceId }: { line: number; deviceId?: string } = 'row' in each ? each.row : each.refused;
    return this.lines.has(String(line)) || (deviceId !== undefined && this.ids.has(comparableDeviceId(deviceId)));
  }

  private add({ line, deviceId }: RefusedRow): void {
    this.lines.add(String(line), line);
    if (deviceId !== undefined) {
      this.ids.add(comparableDeviceId(deviceId), line);
    }
  }
}
