/** The family of a key, which determines its signatures and key usages: RSA, ECDSA on a NIST curve, or EdDSA on Curve25519 (RFC 8410). */
export type KeyFamily = 'RSA' | 'EC' | 'ED25519';

/** The parameters of a key algorithm. `bits` is the size of the RSA modulus or of the curve's field. */
export interface KeyAlgorithmFacts {
  readonly family: KeyFamily;
  readonly bits: number;
  /** The curve's name in OpenSSL and `node:crypto`. */
  readonly curve?: string;
}

/** Every key algorithm that can be declared, by its name in a template. */
export const KEY_ALGORITHMS = {
  RSA_2048: { family: 'RSA', bits: 2048 },
  RSA_3072: { family: 'RSA', bits: 3072 },
  RSA_4096: { family: 'RSA', bits: 4096 },
  EC_P256: { family: 'EC', bits: 256, curve: 'prime256v1' },
  EC_P384: { family: 'EC', bits: 384, curve: 'secp384r1' },
  EC_P521: { family: 'EC', bits: 521, curve: 'secp521r1' },
  ED25519: { family: 'ED25519', bits: 256 },
} as const satisfies Record<string, KeyAlgorithmFacts>;

export type KeyAlgorithmName = keyof typeof KEY_ALGORITHMS;

export const KEY_ALGORITHM_NAMES = Object.keys(KEY_ALGORITHMS) as KeyAlgorithmName[];

/** The number of octets that hold a number of this many bits. */
export function octetsOf(bits: number): number {
  return Math.ceil(bits / 8);
}

/** Every digest that a signature can use, by its name in a template. */
export const HASH_ALGORITHM_NAMES = ['SHA-256', 'SHA-384', 'SHA-512'] as const;

export type HashAlgorithmName = typeof HASH_ALGORITHM_NAMES[number];
