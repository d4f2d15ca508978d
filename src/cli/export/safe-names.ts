import { sha256 } from '../../contract/sha256';


/** Names that Windows takes for devices, whatever their extension: https://learn.microsoft.com/windows/win32/fileio/naming-a-file. */
const DEVICE_OF_WINDOWS = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/** File systems allow names of 255 bytes. The name gets an extension and, while the file is being written, a mark that says so. */
const MAX_LENGTH = 200;

/** A name, without an extension, that a file or a folder can have on any system: a reserved name is changed, and a long name is cut. */
export function safeName(name: string): string {
  if (DEVICE_OF_WINDOWS.test(name)) {
    return `${name}_`;
  }
  const digest = sha256(name).slice(0, 12);
  return name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH - 1 - digest.length)}-${digest}` : name;
}
