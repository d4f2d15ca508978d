import { Tag } from './der';
import { DerReader } from './der-reader';
import { isPrivateKey } from '../contract/rules';

/** More than eight certificates with RSA keys of 8192 bits take. */
const MAX_CHARACTERS = 65_536;

const BLOCK = /-----BEGIN CERTIFICATE-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----/g;

/**
 * Reads certificates in PEM, one after the other; what stands between them, as OpenSSL writes it, is passed over.
 *
 * @param property the name of the property, for errors
 * @throws an error that does not show the text, which may be a private key pasted into the wrong place
 */
export function readCertificates(property: string, pem: string): Buffer[] {
  if (pem.length > MAX_CHARACTERS) {
    throw new Error(`${property} must be up to ${MAX_CHARACTERS} characters long, got ${pem.length}`);
  }
  if (isPrivateKey(pem)) {
    throw new Error(`${property} must hold certificates only, got a private key (not shown); take it out of the declaration, and consider it disclosed`);
  }
  const blocks = [...pem.matchAll(BLOCK)].map(([, base64]) => base64.replace(/\s/g, ''));
  if (blocks.length === 0) {
    throw new Error(`${property} must hold a certificate in PEM (-----BEGIN CERTIFICATE-----), got a text without one`);
  }
  return blocks.map((base64, index) => {
    const der = Buffer.from(base64, 'base64');
    try {
      const reader = new DerReader(der);
      reader.contents(Tag.SEQUENCE);
      reader.end();
    } catch {
      throw new Error(`${property}, block ${index + 1}, must be the base64 of one certificate in DER, got something else`);
    }
    return der;
  });
}
