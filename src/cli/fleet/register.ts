import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { RunFolder } from './run-folder';
import { DeviceResult } from '../../contract/fleet';
import { BulkRegistrationName, bulkHead, bulkLines, endingOf } from '../../platforms/bulk-registrations';
import { makeFolder } from '../disk';
import { linesIn, writeAll } from '../local/file-lines';

/** The devices of a file: the fewest that a platform takes at once, which is Alibaba Cloud. */
const DEVICES_PER_FILE = 10_000;

/** The devices in memory. */
const AT_ONCE = 500;

/** As many digits as the number of a file has. */
const DIGITS = 7;

/**
 * Writes the files with which the devices of a run are registered at platforms, from its results: `register/<platform>/0000001.jsonl` or `.csv`, and so on.
 *
 * @returns the folder of each platform
 */
export function writeRegistrations(folder: RunFolder, platforms: readonly BulkRegistrationName[]): string[] {
  return platforms.map(platform => {
    const registration = join(folder.path, 'register', platform);
    makeFolder(registration);
    writeFiles(registration, platform, folder.fileOf('results'));
    return registration;
  });
}

function writeFiles(folder: string, platform: BulkRegistrationName, results: string): void {
  let [file, place, written, number] = [undefined as number | undefined, 0, 0, 0];
  const append = (text: string): void => {
    const octets = Buffer.from(text);
    writeAll(file!, octets, place);
    place += octets.length;
  };
  for (const devices of chunksOf(results)) {
    if (written % DEVICES_PER_FILE === 0) {
      closeIfOpen(file);
      file = openSync(join(folder, `${String(++number).padStart(DIGITS, '0')}.${endingOf(platform)}`), 'w', 0o644);
      place = 0;
      append(bulkHead(platform));
    }
    append(bulkLines(platform, devices));
    written += devices.length;
  }
  closeIfOpen(file);
}

function closeIfOpen(file: number | undefined): void {
  if (file !== undefined) {
    closeSync(file);
  }
}

function* chunksOf(results: string): Generator<DeviceResult[]> {
  let devices: DeviceResult[] = [];
  for (const { octets } of linesIn(results)) {
    devices.push(JSON.parse(octets.toString('utf8')) as DeviceResult);
    if (devices.length === AT_ONCE) {
      yield devices;
      devices = [];
    }
  }
  if (devices.length > 0) {
    yield devices;
  }
}
