/** One block of a PEM text (RFC 7468). Its contents are not parsed as the type that its label promises. */
export interface PemBlock {
  /** The text after `BEGIN`, such as `RSA PRIVATE KEY`. */
  readonly label: string;
  /** The lines before the base64 in the older form of RFC 1421, section 4.6, which OpenSSL uses for encrypted keys. */
  readonly headers: readonly string[];
  readonly der: Buffer;
  /** The number of the line with `BEGIN`, from 1. */
  readonly line: number;
}

/** The label of a certificate (RFC 7468, section 5.1). */
export const CERTIFICATE = 'CERTIFICATE';

/** The label of a certificate revocation list (RFC 7468, section 6). */
export const REVOCATION_LIST = 'X509 CRL';

/** The label that GnuTLS gives to OCSP responses. */
export const OCSP_RESPONSE = 'OCSP RESPONSE';

/** Whether a label is that of a private key of any kind. */
export function isPrivateKeyLabel(label: string): boolean {
  return label.endsWith('PRIVATE KEY');
}

/**
 * The blocks of a PEM text, in order. Text around them is ignored (RFC 7468, section 2). Line ends may be LF, CRLF or CR. Lines may have
 * any length, and may have spaces or a byte order mark around them, as editors leave them.
 *
 * @throws an error that says which block is damaged, and shows nothing of its contents
 */
export function readPemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly begin: number; readonly lines: string[] } | undefined;
  for (const [index, untrimmed] of text.split(/\r\n|\r|\n/).entries()) {
    const line = untrimmed.trim();
    const [, edge, label] = /^-----(BEGIN|END) ([A-Z0-9 ]{0,64})-----$/.exec(line) ?? [];
    const place = `PEM block ${blocks.length + 1}`;
    if (edge === undefined) {
      open?.lines.push(line);
    } else if (edge === 'BEGIN') {
      assertEnded(place, open?.label);
      open = { label, begin: index + 1, lines: [] };
    } else if (!open) {
      throw new Error(`${place} (${label}) has no BEGIN line`);
    } else if (open.label !== label) {
      throw new Error(`${place} begins as ${open.label} and ends as ${label}`);
    } else {
      blocks.push({ ...decode(place, label, open.lines), line: open.begin });
      open = undefined;
    }
  }
  assertEnded(`PEM block ${blocks.length + 1}`, open?.label);
  return blocks;
}

function assertEnded(place: string, label: string | undefined): void {
  if (label !== undefined) {
    throw new Error(`${place} (${label}) has no END line`);
  }
}

/** Only private keys have headers. A colon is not a base64 character, and an empty line ends the headers. */
function decode(place: string, label: string, lines: readonly string[]): Omit<PemBlock, 'line'> {
  const body = isPrivateKeyLabel(label) && lines[0]?.includes(':') ? lines.indexOf('') + 1 : 0;
  const base64 = lines.slice(body).join('').replace(/\s/g, '');
  const der = Buffer.from(base64, 'base64');
  if (base64 === '') {
    throw new Error(`${place} (${label}) is empty`);
  }
  if (der.toString('base64') !== base64) {
    throw new Error(`${place} (${label}) is not base64 (RFC 4648)`);
  }
  return { label, headers: lines.slice(0, body), der };
}
