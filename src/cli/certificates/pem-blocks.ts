import { CliError } from '../cli-error';

/** One block of a PEM file (RFC 7468). */
export interface PemBlock {
  /** What stands after `BEGIN`, such as `CERTIFICATE`. */
  readonly label: string;
  readonly der: Buffer;
  /** Set for the older form of private keys with headers in the block, which is how OpenSSL marks encrypted ones. */
  readonly hasHeaders: boolean;
}

/** The label of a certificate (RFC 7468, section 5.1). */
export const CERTIFICATE = 'CERTIFICATE';

/** Whether a label is that of a private key of any kind. */
export function isPrivateKeyLabel(label: string): boolean {
  return label.endsWith('PRIVATE KEY');
}

/** Whether a text has a PEM block in it, one with this label where it is given. */
export function holdsPem(text: string, label?: string): boolean {
  return text.includes(label === undefined ? '-----BEGIN ' : `-----BEGIN ${label}-----`);
}

/**
 * Reads the blocks of a PEM text. Text around the blocks is passed over, as RFC 7468 wants; a block that is damaged is
 * an error, which never shows what is in it.
 *
 * @param where the file, for errors
 */
export function readPemBlocks(where: string, text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let label: string | undefined;
  let lines: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, edge, name] = /^\s*-----(BEGIN|END) ([A-Z0-9 ]*)-----\s*$/.exec(line) ?? [];
    const place = `${where}: PEM block ${blocks.length + 1}`;
    if (edge === undefined) {
      lines.push(line.trim());
    } else if (edge === 'BEGIN') {
      if (label !== undefined) {
        throw new CliError(`${place} (${label}) has no END line`);
      }
      label = name;
      lines = [];
    } else {
      if (label === undefined) {
        throw new CliError(`${place} (${name}) has no BEGIN line`);
      }
      if (name !== label) {
        throw new CliError(`${place} begins as ${label} and ends as ${name}`);
      }
      blocks.push(decode(place, label, lines));
      label = undefined;
      lines = [];
    }
  }
  if (label !== undefined) {
    throw new CliError(`${where}: PEM block ${blocks.length + 1} (${label}) has no END line`);
  }
  return blocks;
}

function decode(place: string, label: string, lines: readonly string[]): PemBlock {
  const hasHeaders = isPrivateKeyLabel(label) && lines[0]?.includes(':');
  const base64 = (hasHeaders ? lines.slice(lines.indexOf('') + 1) : lines).join('').replace(/\s/g, '');
  const der = Buffer.from(base64, 'base64');
  if (base64 === '') {
    throw new CliError(`${place} (${label}) is empty`);
  }
  if (der.toString('base64') !== base64) {
    throw new CliError(`${place} (${label}) is not base64 (RFC 4648)`);
  }
  return { label, der, hasHeaders };
}
