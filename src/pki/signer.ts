import { createHash, KeyObject, sign, verify } from 'node:crypto';
import { publicHalf, readPrivateKey } from './keys';
import { HashAlgorithmName } from '../contract/key-algorithms';

/** Signs with a CA's key, wherever the key is: here with a PEM, elsewhere through a remote service. */
export interface Signer {
  /** The public key that verifies the signatures of `sign`: SPKI, DER. */
  readonly publicKey: Buffer;
  /** Signs data with PKCS#1 v1.5 (RFC 8017, section 8.2), with ECDSA (as the DER of RFC 3279, section 2.2.3), or with Ed25519, without a digest. */
  sign(data: Buffer, hash: HashAlgorithmName): Buffer | Promise<Buffer>;
}

/** The names of the digests in `node:crypto`. */
export const DIGESTS: { readonly [H in HashAlgorithmName]: string } = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

/** A signer with a private key in memory. It reads the key once and can sign many certificates. */
export function signerOf(privateKeyPem: string): Signer {
  const key = readPrivateKey(privateKeyPem);
  return {
    publicKey: publicHalf(key),
    sign: (data, hash) => sign(key.asymmetricKeyType === 'ed25519' ? undefined : DIGESTS[hash], data, key),
  };
}

/** Whether a signature over data was made with a key, as `Signer.sign` makes signatures. */
export function isSignedBy(publicKey: KeyObject, hash: HashAlgorithmName, data: Buffer, signature: Buffer): boolean {
  try {
    return verify(publicKey.asymmetricKeyType === 'ed25519' ? undefined : DIGESTS[hash], data, publicKey, signature);
  } catch {
    return false; // OpenSSL does not even recognize it as a signature
  }
}

/** The digest of data, for a signer that receives only the digest. */
export function digest(data: Buffer, hash: HashAlgorithmName): Buffer {
  return createHash(DIGESTS[hash]).update(data).digest();
}
