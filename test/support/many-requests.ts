import { generateKeyPairSync, sign } from 'node:crypto';
import { BitString, fromBER, Sequence } from 'asn1js';
import { opensslRequest } from './foreign-ca';

/** The end of a public key on P-256, SPKI: the point, uncompressed. */
const POINT = 65;

const requests: string[] = [];

/**
 * The request of a device, by its number: DER in base64, with a key of its own on P-256 and without a common name. OpenSSL makes the first one, and the others are
 * like it, because OpenSSL would take minutes for thousands of them.
 */
export function requestOf(index: number): string {
  while (requests.length <= index) {
    requests.push(nextRequest());
  }
  return requests[index];
}

let first: Sequence | undefined;

/** RFC 2986, section 4.2. */
function nextRequest(): string {
  first ??= fromBER(Buffer.from(opensslRequest('/O=Acme').replace(/-----[^-]+-----|\s/g, ''), 'base64')).result as Sequence;
  const [info, algorithm] = first.valueBlock.value;
  const own = Buffer.from(info.toBER());
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  publicKey.export({ type: 'spki', format: 'der' }).subarray(-POINT).copy(own, own.indexOf('03420004', 'hex') + 3);
  const signature = new BitString({ valueHex: new Uint8Array(sign('sha256', own, privateKey)).buffer });
  return Buffer.from(new Sequence({ value: [fromBER(own).result, algorithm, signature] }).toBER()).toString('base64');
}
