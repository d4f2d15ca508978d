/** Octets as text (RFC 7468): base64 in lines of 64 characters between labels, LF line ends, a newline at the end. */
export function toPem(label: string, der: Buffer): string {
  const base64 = der.toString('base64');
  let lines = '';
  for (let start = 0; start < base64.length; start += 64) {
    lines += `${base64.slice(start, start + 64)}\n`;
  }
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
