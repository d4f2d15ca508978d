import { hash } from 'node:crypto';
import { PublicKeyForm, RSA_BITS, RSA_PUBLIC_EXPONENT, subjectKeyFormOf } from './public-key-forms';
import { KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, KeyFamily } from '../contract/key-algorithms';

/** The properties of a public key that its certificates need. */
export interface SubjectKey {
  readonly family: KeyFamily;
  readonly keyIdentifier: Buffer;
}

/** The length, in octets, of every key identifier that is made here. */
export const KEY_IDENTIFIER_OCTETS = 20;

const NAMED_KEYS = KEY_ALGORITHM_NAMES.filter(name => KEY_ALGORITHMS[name].family !== 'RSA');

/** The keys for which a certificate may be issued, in words. */
export const SUBJECT_KEYS = `RSA of ${RSA_BITS.min} to ${RSA_BITS.max} bits (a multiple of 8) with the public exponent ${RSA_PUBLIC_EXPONENT}, `
  + `or one of ${NAMED_KEYS.join(', ')}`;

/**
 * Describes a public key for which a certificate may be issued. Its identifier is the SHA-1 of the key without its algorithm (RFC 5280,
 * section 4.2.1.2, method 1). The digest identifies the key; it does not protect anything.
 *
 * @param publicKey SPKI, DER
 */
export function subjectKeyOf(publicKey: Buffer): SubjectKey {
  const { family, keyOffset } = formOf(publicKey);
  return { family, keyIdentifier: hash('sha1', publicKey.subarray(keyOffset), 'buffer') };
}

/**
 * The name of a public key's algorithm, such as `EC_P256`, `ED25519` or `RSA_2048`. RSA also has names for sizes that can't be declared,
 * such as `RSA_6144`.
 *
 * @param publicKey SPKI, DER
 */
export function describePublicKey(publicKey: Buffer): string {
  return formOf(publicKey).name;
}

function formOf(publicKey: Buffer): PublicKeyForm {
  const form = subjectKeyFormOf(publicKey);
  if (!form) {
    throw new Error(`a public key must be ${SUBJECT_KEYS} as SPKI DER, got another one of ${publicKey.length} bytes`);
  }
  return form;
}
