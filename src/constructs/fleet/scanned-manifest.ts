import { closeSync, openSync, readSync } from 'node:fs';
import { holdsPrivateKey } from '../../contract/private-keys';

/** Octets that are read at once. */
const PORTION = 4 * 1024 * 1024;

/** As many characters as the label of a private key has at most, which may lie on a boundary. */
const OVERLAP = 64;

/** What is known of a manifest at synthesis. */
export interface ScannedManifest {
  /** The number of its lines: a row has one at least. */
  readonly lines: number;
  readonly holdsPrivateKey: boolean;
}

/** Looks through a manifest of any size. It becomes an asset, in which no private key may be. */
export function scannedManifest(path: string): ScannedManifest {
  const file = openSync(path, 'r');
  try {
    const portion = Buffer.alloc(PORTION);
    let [lines, end, hasKey] = [0, '', false];
    for (let length = readSync(file, portion); length > 0; length = readSync(file, portion)) {
      // A byte order mark or NUL characters, as in UTF-16, do not hide a label.
      const text = portion.toString('latin1', 0, length).replaceAll('\0', '');
      hasKey ||= holdsPrivateKey(end + text);
      lines += text.split('\n').length - 1;
      end = text.slice(-OVERLAP);
    }
    return { lines: lines + (end === '' || end.endsWith('\n') ? 0 : 1), holdsPrivateKey: hasKey };
  } finally {
    closeSync(file);
  }
}
