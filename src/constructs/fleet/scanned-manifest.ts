import { closeSync, openSync, readSync } from 'node:fs';
import { REQUEST_COLUMN } from '../../contract/fleet';
import { holdsPrivateKey } from '../../contract/private-keys';

/** Octets that are read at once. */
const PORTION = 4 * 1024 * 1024;

/** As many characters as the label of a private key has at most, which may lie on a boundary. */
const OVERLAP = 64;

/** What is known of a manifest at synthesis. */
export interface ScannedManifest {
  /** The number of its rows and of its header, without looking into them: of the lines that do not begin within quotation marks. */
  readonly rows: number;
  readonly holdsPrivateKey: boolean;
  /** Whether a row may have a request. */
  readonly hasRequests: boolean;
}

/**
 * Looks through a manifest of any size. It becomes an asset, in which no private key may be.
 *
 * @param hasQuotedLines whether a value in quotation marks may have several lines, as a request in CSV
 */
export function scannedManifest(path: string, hasQuotedLines: boolean): ScannedManifest {
  const file = openSync(path, 'r');
  try {
    const portion = Buffer.alloc(PORTION);
    let [rows, isQuoted, end, hasKey, hasRequests] = [0, false, '', false, false];
    for (let length = readSync(file, portion); length > 0; length = readSync(file, portion)) {
      // A byte order mark or NUL characters, as in UTF-16, do not hide a label.
      const text = portion.toString('latin1', 0, length).replaceAll('\0', '');
      hasKey ||= holdsPrivateKey(end + text);
      hasRequests ||= (end + text).includes(REQUEST_COLUMN);
      for (const [index, part] of (hasQuotedLines ? text.split('"') : [text]).entries()) {
        isQuoted = index > 0 !== isQuoted;
        rows += isQuoted ? 0 : part.split('\n').length - 1;
      }
      end = text.slice(-OVERLAP);
    }
    return { rows: rows + (end === '' || end.endsWith('\n') ? 0 : 1), holdsPrivateKey: hasKey, hasRequests };
  } finally {
    closeSync(file);
  }
}
