import { createHash } from 'node:crypto';
import { publicKeyFormOf } from './public-key-forms';
import { KEY_ALGORITHM_NAMES, KeyFamily } from '../contract/key-algorithms';

/** What follows from a public key for the certificates that it is in. */
export interface SubjectKey {
  readonly family: KeyFamily;
  readonly keyIdentifier: Buffer;
}

/** The octets of every key identifier that is made here. */
export const KEY_IDENTIFIER_OCTETS = 20;

/**
 * Describes a public key, which is of an algorithm that can be declared. Its identifier is the SHA-1 of the key without
 * its algorithm (RFC 5280, section 4.2.1.2, method 1): an identifier, not a safeguard.
 *
 * @param publicKey SPKI, DER
 */
export function subjectKeyOf(publicKey: Buffer): SubjectKey {
  const form = publicKeyFormOf(publicKey);
  if (!form) {
    throw new Error(`a public key must be ${KEY_ALGORITHM_NAMES.join(', ')} as SPKI DER, got another one of ${publicKey.length} bytes`);
  }
  return {
    family: form.family,
    keyIdentifier: createHash('sha1').update(publicKey.subarray(form.keyOffset)).digest(),
  };
}
