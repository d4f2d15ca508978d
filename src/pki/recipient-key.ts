import { createPublicKey, KeyObject, X509Certificate } from 'node:crypto';
import { CERTIFICATE, isPrivateKeyLabel, PemBlock, readPemBlocks } from './pem-blocks';
import { subjectKeyOf } from './subject-key';
import { isPrivateKey } from '../contract/private-keys';
import { Complaint } from '../contract/rules';

/** The key that private keys are encrypted for. */
export interface RecipientKey {
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  /** By which the recipient finds the key: its SHA-1 (RFC 5280, section 4.2.1.2, method 1), which certificates usually have as well. */
  readonly keyIdentifier: Buffer;
}

/** The shortest modulus of a recipient's key, in bits. */
const MIN_BITS = 2_048;

/** The label of a public key (RFC 7468, section 13). */
const PUBLIC_KEY = 'PUBLIC KEY';

/**
 * Reads the key of a recipient: a public key (SPKI) or a certificate, in PEM.
 *
 * @param property the name of the property, for errors
 * @throws Error that does not show the text, which may be a private key pasted into the wrong place
 */
export function readRecipient(property: string, pem: string): RecipientKey {
  if (isPrivateKey(pem)) {
    throw new Error(`${property} must be a public key or a certificate, got a private key (not shown); give its public key (openssl pkey -in … -pubout), and consider the private key disclosed if others could read it here`);
  }
  const block = onlyBlock(property, pem);
  try {
    if (block.label === CERTIFICATE) {
      return recipientOf(property, new X509Certificate(block.der).publicKey);
    }
    return recipientOf(property, createPublicKey({ key: block.der, format: 'der', type: 'spki' }));
  } catch (error) {
    throw (error as Error).message.startsWith(property) ? error
      : new Error(`${property} must be a public key or a certificate in PEM, got a block ${block.label} that can't be read`);
  }
}

/**
 * The key of a recipient.
 *
 * @param publicKey SPKI, DER
 * @throws Error if it is not RSA of at least 2048 bits
 */
export function recipientFromDer(property: string, publicKey: Buffer): RecipientKey {
  return recipientOf(property, createPublicKey({ key: publicKey, format: 'der', type: 'spki' }));
}

/** Why a text can't be the key of a recipient. */
export function checkRecipient(property: string, pem: string): Complaint {
  try {
    readRecipient(property, pem);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function onlyBlock(property: string, pem: string): PemBlock {
  let blocks: PemBlock[] = [];
  try {
    blocks = readPemBlocks(pem).filter(({ label }) => [CERTIFICATE, PUBLIC_KEY].includes(label) || isPrivateKeyLabel(label));
  } catch {
    // the error below replaces that of the reader
  }
  if (blocks.length !== 1) {
    throw new Error(`${property} must be one public key (-----BEGIN PUBLIC KEY-----) or one certificate in PEM, got ${blocks.length === 0 ? 'neither' : `${blocks.length} of them`}`);
  }
  return blocks[0];
}

function recipientOf(property: string, key: KeyObject): RecipientKey {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < MIN_BITS) {
    throw new Error(`${property} must be an RSA key of at least ${MIN_BITS} bits, got ${key.asymmetricKeyType === 'rsa' ? `RSA of ${bits} bits` : `a key of the type ${key.asymmetricKeyType}`}; `
      + 'make one with: openssl genrsa -out recipient.key.pem 3072 && openssl rsa -in recipient.key.pem -pubout');
  }
  const publicKey = key.export({ type: 'spki', format: 'der' });
  return { publicKey, keyIdentifier: subjectKeyOf(publicKey).keyIdentifier };
}
