import { REQUEST_LABELS } from './public-text';
import { isPrivateKey } from '../contract/private-keys';
import { quote } from '../contract/rules';
import { textOfFile } from '../contract/text-of-file';

/** The property in which a request is declared. */
export const REQUEST_PROPERTY = 'certificateSigningRequest';

/**
 * The longest request that is read, in bytes. A request for an RSA key of 8192 bits with a hundred names has a quarter of it. The length is
 * checked before anything is decoded, because crafted input can make decoders slow.
 */
const MAX_REQUEST_BYTES = 16_384;

const ALLOWED = `must be one PEM block with the label ${REQUEST_LABELS.join(' or ')}, or DER, or DER in base64`;

/**
 * A PEM block, which may have white space anywhere. Text before and after it is ignored (RFC 7468, section 2): `openssl req -text` and
 * `certtool --generate-request` write such text for people.
 */
const PEM_BLOCK = /-----BEGIN ([^-]*)-----([^-]*)-----END \1-----/;

/** An error that shows nothing of the input, because the pasted text may be a key. */
export function notAPrivateKey(): Error {
  return new Error(`${REQUEST_PROPERTY} must not be a private key; take the key out of the declaration, and consider it disclosed`);
}

/**
 * The DER of a request that comes as a file or as text. A buffer that does not begin like DER is read as text.
 *
 * @throws an error that shows nothing of the input but a PEM label
 */
export function decodeCertificationRequest(input: string | Buffer): Buffer {
  const length = Buffer.byteLength(input);
  if (length > MAX_REQUEST_BYTES) {
    throw new Error(`${REQUEST_PROPERTY} must be at most ${MAX_REQUEST_BYTES} bytes long, got ${length}`);
  }
  if (Buffer.isBuffer(input) && input[0] === 0x30) {
    return input;
  }
  const text = (Buffer.isBuffer(input) ? textOfFile(input) : input).trim();
  if (isPrivateKey(text)) {
    throw notAPrivateKey();
  }
  return fromBase64(text.includes('-----') ? pemBody(text) : text);
}

function pemBody(text: string): string {
  const block = PEM_BLOCK.exec(text);
  const blocks = text.split('-----BEGIN ').length - 1;
  if (!block || blocks > 1) {
    throw new Error(`${REQUEST_PROPERTY} ${ALLOWED}, got ${blocks > 1 ? `${blocks} blocks` : 'other text or an incomplete block'}`);
  }
  const [, label, body] = block;
  if (!REQUEST_LABELS.includes(label)) {
    throw new Error(`${REQUEST_PROPERTY} ${ALLOWED}, got the label ${quote(label)}`);
  }
  return body;
}

/** Decodes strictly: the octets, encoded again, must give the same text. */
function fromBase64(text: string): Buffer {
  const base64 = text.replace(/[ \t\r\n]+/g, '');
  const der = Buffer.from(base64, 'base64');
  if (der.length === 0 || der.toString('base64') !== base64) {
    throw new Error(`${REQUEST_PROPERTY} ${ALLOWED}, got ${base64 === '' ? 'nothing' : 'damaged base64 or none'}`);
  }
  return der;
}
