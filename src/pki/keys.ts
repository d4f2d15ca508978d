import { createECDH, createPrivateKey, createPublicKey, generateKeyPair as generate, generateKeyPairSync, KeyObject } from 'node:crypto';
import { bitString, explicit, integer, octetString, sequence } from './der';
import { toPem } from './pem';
import { ecAlgorithmIdentifier, publicKeyFormOf, RSA_PUBLIC_EXPONENT } from './public-key-forms';
import { KEY_ALGORITHMS, KeyAlgorithmFacts, KeyAlgorithmName, octetsOf } from '../contract/key-algorithms';

/** A key pair: the private key as it is stored, and the public key as certificates hold it. */
export interface KeyPair {
  /** PKCS#8, PEM, not encrypted: a secret. */
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
}

/** Makes a key pair: RSA with the public exponent 65537, EC on a named curve, or Ed25519. */
export async function generateKeyPair(algorithm: KeyAlgorithmName): Promise<KeyPair> {
  const { family, bits, curve }: KeyAlgorithmFacts = KEY_ALGORITHMS[algorithm];
  switch (family) {
    case 'RSA': return generateRsaKeyPair(bits);
    case 'EC': return generateEcKeyPair(curve!, bits);
    case 'ED25519': return generateEd25519KeyPair();
  }
}

const SPKI = { type: 'spki', format: 'der' } as const;
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

/** Runs in a thread of its own, because an RSA key takes a tenth of a second or more. */
function generateRsaKeyPair(modulusLength: number): Promise<KeyPair> {
  return new Promise((resolve, reject) => generate('rsa', {
    modulusLength, publicExponent: RSA_PUBLIC_EXPONENT, publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8,
  }, (error, publicKey, privateKeyPem) => error ? reject(error) : resolve({ privateKeyPem, publicKey })));
}

function generateEd25519KeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', { publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 });
  return { privateKeyPem: privateKey, publicKey };
}

/**
 * `generateKeyPair` of node:crypto spends most of its time on encoding (0.18 ms per key in Node.js 20, against 0.02 ms here). This function
 * therefore puts the two numbers into SPKI and PKCS#8 (RFC 5208, section 5, around RFC 5915, section 3) itself.
 */
function generateEcKeyPair(curve: string, bits: number): KeyPair {
  const ecdh = createECDH(curve);
  const point = bitString(ecdh.generateKeys());
  const identifier = ecAlgorithmIdentifier(curve);
  const scalar = Buffer.alloc(octetsOf(bits));
  const significant = ecdh.getPrivateKey(); // without the leading zeros that RFC 5915 requires
  significant.copy(scalar, scalar.length - significant.length);
  const ecPrivateKey = sequence(integer(1), octetString(scalar), explicit(1, point));
  return {
    privateKeyPem: toPem('PRIVATE KEY', sequence(integer(0), identifier, octetString(ecPrivateKey))),
    publicKey: sequence(identifier, point),
  };
}

/**
 * Reads a private key.
 *
 * @throws an error that shows nothing of the text, which is a secret even where it is damaged
 */
export function readPrivateKey(privateKeyPem: string): KeyObject {
  try {
    return createPrivateKey(privateKeyPem);
  } catch {
    throw new Error('the private key must be PKCS#8 in PEM, not encrypted (-----BEGIN PRIVATE KEY-----), got a string that is not (not shown)');
  }
}

/** The public key of a private key, as SPKI DER. */
export function publicKeyOf(privateKeyPem: string): Buffer {
  return publicHalf(readPrivateKey(privateKeyPem));
}

/** The public key of a private key, as SPKI DER. */
export function publicHalf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
}

/**
 * The algorithm of a public key (SPKI DER), or `undefined` if the key can't be declared: another curve, a compressed point, explicit curve
 * parameters, another size or public exponent, trailing octets. It does not check whether the point is on its curve.
 */
export function keyAlgorithmOfPublicKey(spki: Buffer): KeyAlgorithmName | undefined {
  return publicKeyFormOf(spki)?.algorithm;
}
