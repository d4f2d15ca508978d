/** Octets as text (RFC 7468): base64 in lines of 64 characters between labels, LF line ends, a newline at the end. */
export function toPem(label: string, der: Buffer): string {
  const base64 = der.toString('base64');
  let lines = '';
  for (let start = 0; start < base64.length; start += 64) {
    lines += `${base64.slice(start, start + 64)}\n`;
  }
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----\s([^-]*)-----END \1-----$/;

/**
 * The octets of a text that is one PEM block with this label and nothing else; line ends and the length of lines may
 * vary, as editors and mail change them. An error names the label that was found and shows nothing of the contents.
 */
export function fromPem(label: string, pem: string): Buffer {
  const [, found, body] = BLOCK.exec(pem.trim()) ?? [];
  if (found !== label) {
    throw new Error(`the text must be one PEM block with the label ${label}, got ${found ? `one with the label ${found}` : 'another text'}`);
  }
  const base64 = body.replace(/\s+/g, '');
  const der = Buffer.from(base64, 'base64');
  if (der.length === 0 || der.toString('base64') !== base64) {
    throw new Error(`the PEM block with the label ${label} must hold base64 with its padding (RFC 4648, section 4)`);
  }
  return der;
}
