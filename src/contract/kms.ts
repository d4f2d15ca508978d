import { HASH_ALGORITHM_NAMES, HashAlgorithmName, KEY_ALGORITHM_NAMES, KeyAlgorithmName } from './key-algorithms';
import { Complaint, quote } from './rules';

/** How AWS KMS represents a key algorithm. */
export interface KmsKeyFacts {
  /** The `KeySpec` of the key. */
  readonly keySpec: string;
  /** The digests that the key can sign, the default digest first. */
  readonly hashAlgorithms: readonly HashAlgorithmName[];
}

/**
 * The key algorithms with which AWS KMS can sign certificates. KMS ties each curve to one digest.
 * https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
 *
 * Ed25519 is left out: to sign with it, KMS needs the whole message, of at most 4,096 octets (API reference, Sign, `MessageType`), and the
 * signed part of a certificate can be longer.
 */
export const KMS_KEY_SPECS: { readonly [A in KeyAlgorithmName]?: KmsKeyFacts } = {
  RSA_2048: { keySpec: 'RSA_2048', hashAlgorithms: HASH_ALGORITHM_NAMES },
  RSA_3072: { keySpec: 'RSA_3072', hashAlgorithms: HASH_ALGORITHM_NAMES },
  RSA_4096: { keySpec: 'RSA_4096', hashAlgorithms: HASH_ALGORITHM_NAMES },
  EC_P256: { keySpec: 'ECC_NIST_P256', hashAlgorithms: ['SHA-256'] },
  EC_P384: { keySpec: 'ECC_NIST_P384', hashAlgorithms: ['SHA-384'] },
  EC_P521: { keySpec: 'ECC_NIST_P521', hashAlgorithms: ['SHA-512'] },
};

/** The key algorithms that a key in AWS KMS can have. */
export const KMS_KEY_ALGORITHM_NAMES = KEY_ALGORITHM_NAMES.filter(name => KMS_KEY_SPECS[name] !== undefined);

/** The key algorithm of a `KeySpec`, or `undefined` if this library does not sign certificates with such a key. */
export function keyAlgorithmOfKeySpec(keySpec: string): KeyAlgorithmName | undefined {
  return KMS_KEY_ALGORITHM_NAMES.find(name => KMS_KEY_SPECS[name]!.keySpec === keySpec);
}

/** The default digest of a key in AWS KMS, or `undefined` if a key in KMS can't have this algorithm. */
export function defaultHashForKms(keyAlgorithm: KeyAlgorithmName): HashAlgorithmName | undefined {
  return KMS_KEY_SPECS[keyAlgorithm]?.hashAlgorithms[0];
}

/** What is known about a key in AWS KMS. */
export interface KmsKeyKind {
  readonly keyUsage?: string;
  /** Only for the message. */
  readonly keySpec?: string;
  /** The algorithm of the key, if certificates can have keys of this algorithm. */
  readonly algorithm?: KeyAlgorithmName;
}

/**
 * Checks that a key in AWS KMS can be the key of a CA: a signing key of an algorithm that this library supports there.
 *
 * @param name how the message names the key
 * @param keyAlgorithm the algorithm that the key must have, if it is declared
 */
export function checkSigningKey(name: string, { keySpec, keyUsage, algorithm }: KmsKeyKind, keyAlgorithm?: KeyAlgorithmName): Complaint {
  if (keyUsage !== 'SIGN_VERIFY') {
    return `${name} must be a signing key (KeyUsage SIGN_VERIFY), got ${quote(keyUsage)}; name another key`;
  }
  if (!algorithm || !KMS_KEY_SPECS[algorithm]) {
    const allowed = KMS_KEY_ALGORITHM_NAMES.map(each => KMS_KEY_SPECS[each]!.keySpec);
    return `${name} must have one of the KeySpecs ${allowed.join(', ')}, got ${keySpec === undefined ? 'another KeySpec' : quote(keySpec)}; `
      + 'name another key';
  }
  return keyAlgorithm === undefined || algorithm === keyAlgorithm ? undefined
    : `${name} must have the KeySpec ${KMS_KEY_SPECS[keyAlgorithm]?.keySpec}, because keyAlgorithm is ${keyAlgorithm}, got ${quote(keySpec)}; `
      + 'name another key';
}

/** Checks that a key in AWS KMS can have this algorithm. */
export function checkKeyAlgorithmForKms(keyAlgorithm: KeyAlgorithmName): Complaint {
  return KMS_KEY_SPECS[keyAlgorithm]
    ? undefined
    : `keyAlgorithm must be one of ${KMS_KEY_ALGORITHM_NAMES.join(', ')} for a key in AWS KMS, got ${quote(keyAlgorithm)}`;
}

/** Checks that a key of this algorithm can sign this digest in AWS KMS. */
export function checkHashForKms(keyAlgorithm: KeyAlgorithmName, hashAlgorithm: HashAlgorithmName): Complaint {
  const allowed = KMS_KEY_SPECS[keyAlgorithm]?.hashAlgorithms;
  if (!allowed) {
    return checkKeyAlgorithmForKms(keyAlgorithm);
  }
  return allowed.includes(hashAlgorithm)
    ? undefined
    : `hashAlgorithm must be ${allowed.join(', ')} under a CA with an ${keyAlgorithm} key in AWS KMS, got ${quote(hashAlgorithm)}`;
}
