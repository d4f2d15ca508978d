import { createPublicKey, KeyObject } from 'node:crypto';

/**
 * The key of an SPKI from outside, as Node.js has it.
 *
 * OpenSSL takes points that are no key, such as the point at infinity, and Node.js makes an object of them that ends the whole
 * process when it is asked for its details (an assertion in `GetEcKeyDetail`). Writing such a key out again fails instead.
 *
 * @param spki what may be an SPKI in DER
 * @returns `undefined` where OpenSSL can't read it
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
