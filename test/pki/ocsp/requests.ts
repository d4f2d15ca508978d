import { element, explicit, integer, NULL, objectIdentifier, octetString, sequence, Tag, TRUE } from '../../../src/pki/der';

/** A request in parts, each of which a test can replace by what no tool would write. */
export interface RequestParts {
  /** What stands before the list: a version, a name. */
  readonly before?: readonly Buffer[];
  readonly requests?: readonly Buffer[];
  /** Elements of requestExtensions. */
  readonly extensions?: readonly Buffer[];
  /** What stands after the fields. */
  readonly after?: readonly Buffer[];
  /** What stands after what is signed. */
  readonly signature?: readonly Buffer[];
}

const SHA1 = sequence(objectIdentifier('1.3.14.3.2.26'), NULL);
const HASH = octetString(Buffer.alloc(20, 0x5a));

/** A CertID of no particular CA. */
export const certId = (serialNumber: Buffer = integer(5), algorithm: Buffer = SHA1): Buffer => sequence(algorithm, HASH, HASH, serialNumber);

export const extension = (oid: string, value: Buffer, critical = false): Buffer =>
  sequence(objectIdentifier(oid), ...critical ? [TRUE] : [], octetString(value));

export const nonce = (octets: number): Buffer => extension('1.3.6.1.5.5.7.48.1.2', octetString(Buffer.alloc(octets, 7)));

export function makeRequest(parts: RequestParts = {}): Buffer {
  const { before = [], requests = [sequence(certId())], extensions = [], after = [], signature = [] } = parts;
  const list = extensions.length > 0 ? [explicit(2, sequence(...extensions))] : [];
  return sequence(sequence(...before, sequence(...requests), ...list, ...after), ...signature);
}

/** A request with everything that a request can have. */
export const RICH = makeRequest({
  before: [explicit(1, element(0xa4, sequence()))],
  requests: [
    sequence(certId()),
    sequence(certId(element(Tag.INTEGER, Buffer.alloc(20, 0x4a))), explicit(0, sequence(extension('1.3.6.1.5.5.7.48.1.7', sequence())))),
  ],
  extensions: [nonce(32), extension('1.3.6.1.5.5.7.48.1.4', sequence(objectIdentifier('1.3.6.1.5.5.7.48.1.1')))],
  signature: [explicit(0, sequence(
    sequence(objectIdentifier('1.2.840.10045.4.3.2')), element(Tag.BIT_STRING, Buffer.of(0, 1)), explicit(0, sequence(sequence())),
  ))],
});
