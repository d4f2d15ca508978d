import { comparableDeviceId, DeviceResult } from '../../contract/fleet';
import { FirstLines } from '../../issuing/fleet/manifest/first-lines';
import { ManifestRow } from '../../issuing/fleet/manifest/read-manifest';
import { CliError, messageOf } from '../cli-error';
import { linesIn } from '../local/file-lines';

/**
 * The devices that a run has answered with a certificate. All others are retried: whoever corrects a row may change the ID of its device, and a request that is
 * pasted into it moves the lines that follow.
 */
export class IssuedDevices {
  /** @param path the file with the results of the run */
  public static in(path: string): IssuedDevices {
    const issued = new IssuedDevices();
    try {
      for (const { octets } of linesIn(path)) {
        const { deviceId, line } = JSON.parse(octets.toString('utf8')) as DeviceResult;
        issued.ids.add(comparableDeviceId(deviceId), line);
      }
    } catch (error) {
      throw new CliError(`${path}: can't be read: ${messageOf(error)}; give \`private-iot-ca fleet run\` in place of \`retry\``);
    }
    return issued;
  }

  private readonly ids = new FirstLines();

  public has(each: ManifestRow): boolean {
    const { deviceId } = 'row' in each ? each.row : each.refused;
    return deviceId !== undefined && this.ids.has(comparableDeviceId(deviceId));
  }
}
