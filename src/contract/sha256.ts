import { createHash } from 'node:crypto';

/** The SHA-256 of octets, or of a string in UTF-8, in lower-case hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
