import { bitString, integer, NULL, objectIdentifier, sequence } from './der';
import { OID } from './object-identifiers';
import { KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, KeyAlgorithmFacts, KeyAlgorithmName } from '../../contract/key-algorithms';

/** Whoever accepts another one accepts forged proofs of possession (1) or weak keys: Boulder, Go and Java want this one. */
export const RSA_PUBLIC_EXPONENT = 65_537;

/**
 * What every SubjectPublicKeyInfo of an algorithm looks like. DER leaves no choice, so that the length and all octets
 * but those of the modulus or the point are the same in every key of the algorithm.
 */
export interface PublicKeyForm {
  readonly algorithm: KeyAlgorithmName;
  readonly family: KeyAlgorithmFacts['family'];
  /** An SPKI of this algorithm with a placeholder in the place of what makes it a key. */
  readonly sample: Buffer;
  /** The octets up to the modulus or the point's coordinates. */
  readonly head: Buffer;
  /** The octets after them. */
  readonly tail: Buffer;
  /** Where the contents of the BIT STRING begin, without its octet for unused bits. */
  readonly keyOffset: number;
}

/** The AlgorithmIdentifier of a key on a named curve (RFC 5480, section 2.1.1). */
export function ecAlgorithmIdentifier(curve: KeyAlgorithmFacts['curve']): Buffer {
  return sequence(objectIdentifier(OID.ecPublicKey), objectIdentifier(curve === 'prime256v1' ? OID.secp256r1 : OID.secp384r1));
}

/** The AlgorithmIdentifier of an RSA key: with NULL as its parameters (RFC 3279, section 2.3.1). */
const RSA_ALGORITHM_IDENTIFIER = sequence(objectIdentifier(OID.rsaEncryption), NULL);

function makeForm(algorithm: KeyAlgorithmName): PublicKeyForm {
  const { family, bits, curve }: KeyAlgorithmFacts = KEY_ALGORITHMS[algorithm];
  // The modulus has its highest bit set, the point is uncompressed (SEC 1, section 2.3.3): two coordinates after an 04.
  const variable = Buffer.alloc((family === 'RSA' ? 1 : 2) * bits / 8, 0xff);
  const exponent = integer(RSA_PUBLIC_EXPONENT);
  const [identifier, key, tail] = family === 'RSA'
    ? [RSA_ALGORITHM_IDENTIFIER, sequence(integer(variable), exponent), exponent]
    : [ecAlgorithmIdentifier(curve), Buffer.concat([Buffer.of(0x04), variable]), Buffer.alloc(0)];
  const sample = sequence(identifier, bitString(key));
  return {
    algorithm,
    family,
    sample,
    tail,
    head: sample.subarray(0, sample.length - tail.length - variable.length),
    keyOffset: sample.length - key.length,
  };
}

const FORMS: readonly PublicKeyForm[] = KEY_ALGORITHM_NAMES.map(makeForm);

/** The form of an algorithm's public keys. */
export function publicKeyForm(algorithm: KeyAlgorithmName): PublicKeyForm {
  return FORMS.find(form => form.algorithm === algorithm)!;
}

/** The form that this SPKI has, or `undefined` where it is no key of an algorithm that can be declared. */
export function publicKeyFormOf(spki: Buffer): PublicKeyForm | undefined {
  return FORMS.find(form => hasForm(spki, form));
}

function hasForm(spki: Buffer, { sample, head, tail, family }: PublicKeyForm): boolean {
  return spki.length === sample.length
    && spki.compare(head, 0, head.length, 0, head.length) === 0
    && spki.compare(tail, 0, tail.length, spki.length - tail.length) === 0
    && (family === 'EC' || spki[head.length] >= 0x80);
}
