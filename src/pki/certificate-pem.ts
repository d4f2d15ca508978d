import { DerReader } from './der-reader';
import { CERTIFICATE, PemBlock, readPemBlocks } from './pem-blocks';
import { isCertificate, isSigned, REQUEST_LABELS } from './public-text';
import { isPrivateKey } from '../contract/private-keys';
import { quote } from '../contract/rules';

/** More characters than eight certificates with RSA keys of 8192 bits need. */
const MAX_CHARACTERS = 65_536;

/**
 * Reads certificates in PEM, one after the other. Text between them, as OpenSSL writes it, is ignored.
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
  const blocks = certificateBlocks(property, pem);
  if (blocks.length === 0) {
    throw new Error(`${property} must hold a certificate in PEM (-----BEGIN CERTIFICATE-----), got ${describeOther(pem)}`);
  }
  blocks.forEach(({ der }, index) => assertOneElement(`${property}, block ${index + 1},`, der));
  return blocks.map(({ der }) => der);
}

function certificateBlocks(property: string, pem: string): PemBlock[] {
  try {
    return readPemBlocks(pem).filter(({ label }) => label === CERTIFICATE);
  } catch (error) {
    throw new Error(`${property} must be PEM (RFC 7468), got damaged text: ${(error as Error).message}`);
  }
}

/** The way to get a certificate from other PEM blocks that users have, by label. */
const WAYS_OUT: { readonly [label: string]: string | undefined } = {
  'PKCS7': '; openssl pkcs7 -print_certs writes the certificates in it',
  'TRUSTED CERTIFICATE': '; openssl x509 writes it as a certificate',
};

/** Describes the text that was given instead of a certificate in PEM, and what to do with it. */
function describeOther(text: string): string {
  const [block] = readPemBlocks(text);
  if (block) {
    return REQUEST_LABELS.includes(block.label) ? 'a certificate signing request; give the certificate that a CA issued for it'
      : `a block with the label ${quote(block.label)}${WAYS_OUT[block.label] ?? ''}`;
  }
  const der = Buffer.from(text, 'base64');
  if (isSigned(der)) {
    return isCertificate(der) ? 'base64 of DER; convert it to PEM: openssl x509 -inform DER -outform PEM'
      : 'a certificate signing request, or a certificate of version 1; give the version 3 certificate that a CA issued';
  }
  return /^\S+\.(?:pem|crt|cer|der)$/i.test(text) ? 'the path of a file; give PemSource.file()' : 'a string without one';
}

function assertOneElement(place: string, der: Buffer): void {
  try {
    DerReader.only(der);
  } catch {
    throw new Error(`${place} must be the base64 of one certificate in DER, got something else`);
  }
}
