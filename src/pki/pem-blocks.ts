/** One block of a PEM text (RFC 7468), not decoded by what its label promises. */
export interface PemBlock {
  /** What stands after `BEGIN`, such as `RSA PRIVATE KEY`. */
  readonly label: string;
  /** The lines before the base64 in the older form of RFC 1421, section 4.6, which OpenSSL uses for encrypted keys. */
  readonly headers: readonly string[];
  readonly der: Buffer;
}

/**
 * The blocks of a PEM text, in its order. Text around them is passed over (RFC 7468, section 2); line ends may be LF, CRLF
 * or CR, and lines may be of any length and have spaces or a byte order mark around them, as editors leave them.
 *
 * @returns `undefined` where a block has no end, no beginning, or is not base64 with its padding (RFC 4648, section 4)
 */
export function pemBlocks(text: string): PemBlock[] | undefined {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  for (const line of text.split(/\r\n|\r|\n/).map(untrimmed => untrimmed.trim())) {
    const [, edge, label] = /^-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----$/.exec(line) ?? [];
    if (edge === undefined) {
      open?.lines.push(line);
    } else if (edge === 'BEGIN' && !open) {
      open = { label, lines: [] };
    } else if (edge === 'END' && open?.label === label) {
      const block = decode(label, open.lines);
      if (!block) {
        return undefined;
      }
      blocks.push(block);
      open = undefined;
    } else {
      return undefined;
    }
  }
  return open ? undefined : blocks;
}

function decode(label: string, lines: readonly string[]): PemBlock | undefined {
  // A colon is no character of base64; an empty line ends the headers.
  const body = lines[0]?.includes(':') ? lines.indexOf('') + 1 : 0;
  const base64 = lines.slice(body).join('').replace(/\s/g, '');
  const der = Buffer.from(base64, 'base64');
  return der.length > 0 && der.toString('base64') === base64 ? { label, headers: lines.slice(0, body), der } : undefined;
}
