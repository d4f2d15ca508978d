import { createPublicKey, KeyObject } from 'node:crypto';

/**
 * The key of an SPKI from outside, as a Node.js key object.
 *
 * OpenSSL accepts points that are not keys, such as the point at infinity. Reading the details of such a key object ends the whole Node.js
 * process (an assertion in `GetEcKeyDetail`), but exporting it only fails.
 *
 * @param spki what may be an SPKI in DER
 * @returns `undefined` if OpenSSL can't read it
 */
export function readablePublicKey(spki: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    key.export({ type: 'spki', format: 'der' });
    return key;
  } catch {
    return undefined;
  }
}
