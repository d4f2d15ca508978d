import { nistCurve } from './curves';
import { bitString, integer, NULL, objectIdentifier, sequence } from './der';
import { OID } from './object-identifiers';
import { KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, KeyAlgorithmFacts, KeyAlgorithmName, KeyFamily, octetsOf } from '../contract/key-algorithms';

/** A verifier that accepts another one accepts forged proofs of possession (exponent 1) or weak keys. Boulder, Go and Java want this one. */
export const RSA_PUBLIC_EXPONENT = 65_537;

/**
 * The form of every SubjectPublicKeyInfo of an algorithm. DER leaves no choice, so all keys of an algorithm have the same length and the
 * same octets, except those of the modulus or the point.
 */
export interface PublicKeyForm {
  /** The name of the algorithm. For an RSA key of a size that can't be declared, the name that the algorithm would have. */
  readonly name: string;
  /** The algorithm, if it can be declared. */
  readonly algorithm?: KeyAlgorithmName;
  readonly family: KeyFamily;
  readonly bits: number;
  /** The curve's name in OpenSSL and `node:crypto`. */
  readonly curve?: string;
  /** An SPKI of this algorithm, with a placeholder for the octets that vary between keys. */
  readonly sample: Buffer;
  /** The octets up to the modulus or the point's coordinates. */
  readonly head: Buffer;
  /** The octets after them. */
  readonly tail: Buffer;
  /** The offset of the contents of the BIT STRING, after its octet for unused bits. */
  readonly keyOffset: number;
}

/** The AlgorithmIdentifier of a key on a named curve (RFC 5480, section 2.1.1). */
export function ecAlgorithmIdentifier(curve: string): Buffer {
  return sequence(objectIdentifier(OID.ecPublicKey), objectIdentifier(nistCurve(curve)!.oid));
}

/** The AlgorithmIdentifier of an RSA key: with NULL as its parameters (RFC 3279, section 2.3.1). */
const RSA_ALGORITHM_IDENTIFIER = sequence(objectIdentifier(OID.rsaEncryption), NULL);

/** The AlgorithmIdentifier and the key. In the key, the `variable` octets before the `tail` differ between keys; the rest is the same in all. */
interface KeyParts {
  readonly identifier: Buffer;
  readonly key: Buffer;
  readonly variable: number;
  readonly tail: Buffer;
}

const NOTHING = Buffer.alloc(0);

const PARTS: { readonly [F in KeyFamily]: (facts: KeyAlgorithmFacts) => KeyParts } = {
  /** The modulus has its highest bit set. */
  RSA: ({ bits }) => {
    const modulus = Buffer.alloc(octetsOf(bits), 0xff);
    const exponent = integer(RSA_PUBLIC_EXPONENT);
    return { identifier: RSA_ALGORITHM_IDENTIFIER, key: sequence(integer(modulus), exponent), variable: modulus.length, tail: exponent };
  },
  /** The point is uncompressed (SEC 1, section 2.3.3): an octet 04, and then two coordinates. */
  EC: ({ bits, curve }) => {
    const coordinates = Buffer.alloc(2 * octetsOf(bits), 0xff);
    const key = Buffer.concat([Buffer.of(0x04), coordinates]);
    return { identifier: ecAlgorithmIdentifier(curve!), key, variable: coordinates.length, tail: NOTHING };
  },
  /** RFC 8410, section 4: the key is the 32 octets of RFC 8032, and the identifier has no parameters. */
  ED25519: ({ bits }) => ({
    identifier: sequence(objectIdentifier(OID.ed25519)), key: Buffer.alloc(octetsOf(bits), 0xff), variable: octetsOf(bits), tail: NOTHING,
  }),
};

function makeForm(name: string, facts: KeyAlgorithmFacts, algorithm?: KeyAlgorithmName): PublicKeyForm {
  const { identifier, key, variable, tail } = PARTS[facts.family](facts);
  const sample = sequence(identifier, bitString(key));
  return {
    name,
    algorithm,
    ...facts,
    sample,
    tail,
    head: sample.subarray(0, sample.length - tail.length - variable),
    keyOffset: sample.length - key.length,
  };
}

const FORMS: readonly PublicKeyForm[] = KEY_ALGORITHM_NAMES.map(name => makeForm(name, KEY_ALGORITHMS[name], name));

/** The form of an algorithm's public keys. */
export function publicKeyForm(algorithm: KeyAlgorithmName): PublicKeyForm {
  return FORMS.find(form => form.algorithm === algorithm)!;
}

/** The form of this SPKI, or `undefined` if it is not a key of an algorithm that can be declared. */
export function publicKeyFormOf(spki: Buffer): PublicKeyForm | undefined {
  return FORMS.find(form => hasForm(spki, form));
}

/** The algorithm of a key that signs certificates, which must be one that can be declared. */
export function caKeyAlgorithm(publicKey: Buffer): KeyAlgorithmName {
  const algorithm = publicKeyFormOf(publicKey)?.algorithm;
  if (!algorithm) {
    throw new Error(`the CA's key must be ${KEY_ALGORITHM_NAMES.join(', ')}, got another one`);
  }
  return algorithm;
}

/**
 * The sizes of RSA keys from elsewhere, in bits. NIST SP 800-131A allows no smaller size, and mbedTLS reads no greater one
 * (MBEDTLS_MPI_MAX_SIZE). Between them, only whole octets are allowed (CA/Browser Forum Baseline Requirements, 6.1.5).
 */
export const RSA_BITS = { min: 2048, max: 8192 } as const;

/** The number of octets around the modulus in an RSA SPKI. It is the same for every size of `RSA_BITS`, because all lengths take two octets. */
const AROUND_MODULUS = publicKeyForm('RSA_2048').sample.length - octetsOf(2048);

/** The forms of RSA keys of sizes that can't be declared, by size. Each is made for the first key of its size. */
const OTHER_RSA_FORMS = new Map<number, PublicKeyForm>();

function otherRsaForm(bits: number): PublicKeyForm | undefined {
  if (bits < RSA_BITS.min || bits > RSA_BITS.max) {
    return undefined;
  }
  const form = OTHER_RSA_FORMS.get(bits) ?? makeForm(`RSA_${bits}`, { family: 'RSA', bits });
  OTHER_RSA_FORMS.set(bits, form);
  return form;
}

/**
 * The form of a key for which a certificate may be issued, or `undefined`. It covers every algorithm that can be declared, and RSA in every
 * size of `RSA_BITS`, because such a key may have been made elsewhere.
 */
export function subjectKeyFormOf(spki: Buffer): PublicKeyForm | undefined {
  const declarable = publicKeyFormOf(spki);
  if (declarable) {
    return declarable;
  }
  const rsa = otherRsaForm(8 * (spki.length - AROUND_MODULUS));
  return rsa && hasForm(spki, rsa) ? rsa : undefined;
}

/** The part that varies in an SPKI of this form: the modulus, the coordinates of the point, or the Ed25519 key. */
export function variablePart(spki: Buffer, { head, tail }: PublicKeyForm): Buffer {
  return spki.subarray(head.length, spki.length - tail.length);
}

function hasForm(spki: Buffer, { sample, head, tail, family }: PublicKeyForm): boolean {
  return spki.length === sample.length
    && spki.compare(head, 0, head.length, 0, head.length) === 0
    && spki.compare(tail, 0, tail.length, spki.length - tail.length) === 0
    && (family !== 'RSA' || spki[head.length] >= 0x80);
}
