import { createHash } from 'node:crypto';

/** Windows takes them for devices, whatever ending they have: https://learn.microsoft.com/windows/win32/fileio/naming-a-file. */
const DEVICE_OF_WINDOWS = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/** File systems take names of 255 bytes. Endings come to these, and, while a file is written, what tells that. */
const MAX_LENGTH = 200;

/** A name, without an ending, that a file or a folder can have on any system: a reserved one is changed, and a long one cut. */
export function safeName(name: string): string {
  if (DEVICE_OF_WINDOWS.test(name)) {
    return `${name}_`;
  }
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH - 1 - digest.length)}-${digest}` : name;
}
