import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolder } from './run-folder';
import { DeviceResult } from '../../contract/fleet';
import { BulkRegistrationName, bulkRegistration, endingOf } from '../../platforms/bulk-registrations';
import { Disk, FileMode, makeFolder } from '../disk';
import { linesOf } from '../local/file-lines';

/** The devices of a file: the fewest that a platform takes at once, which is Alibaba Cloud. */
const DEVICES_PER_FILE = 10_000;

/** As many digits as the number of a file has. */
const DIGITS = 7;

/**
 * Writes the files with which the devices of a run are registered at platforms, from its results: `register/<platform>/0000001.jsonl` or `.csv`, and so on.
 *
 * @returns the folder of each platform
 */
export function writeRegistrations(folder: RunFolder, platforms: readonly BulkRegistrationName[], disk: Disk): string[] {
  const folders = platforms.map(platform => join(folder.path, 'register', platform));
  folders.forEach(each => makeFolder(each));
  let number = 0;
  for (const devices of chunksOf(folder.fileOf('results'))) {
    const name = String(++number).padStart(DIGITS, '0');
    platforms.forEach((platform, index) =>
      disk.replace(join(folders[index], `${name}.${endingOf(platform)}`), bulkRegistration(platform, devices), FileMode.PUBLIC));
  }
  return folders;
}

function* chunksOf(results: string): Generator<DeviceResult[]> {
  const file = openSync(results, 'r');
  try {
    let devices: DeviceResult[] = [];
    for (const { octets } of linesOf(file, 0)) {
      devices.push(JSON.parse(octets.toString('utf8')) as DeviceResult);
      if (devices.length === DEVICES_PER_FILE) {
        yield devices;
        devices = [];
      }
    }
    if (devices.length > 0) {
      yield devices;
    }
  } finally {
    closeSync(file);
  }
}
