import { integer, NULL, objectIdentifier, sequence, Tag } from './der';
import { DerReader } from './der-reader';
import { OID } from './object-identifiers';
import { HASH_ALGORITHM_NAMES, HashAlgorithmName, KEY_ALGORITHMS, KeyAlgorithmName, KeyFamily, octetsOf } from '../contract/key-algorithms';

const SIGNATURE_OIDS: { readonly [F in KeyFamily]: { readonly [H in HashAlgorithmName]: string } } = {
  RSA: { 'SHA-256': OID.sha256WithRSAEncryption, 'SHA-384': OID.sha384WithRSAEncryption, 'SHA-512': OID.sha512WithRSAEncryption },
  EC: { 'SHA-256': OID.ecdsaWithSHA256, 'SHA-384': OID.ecdsaWithSHA384, 'SHA-512': OID.ecdsaWithSHA512 },
  // EdDSA signs the whole message, so a declared digest has no meaning for it.
  ED25519: { 'SHA-256': OID.ed25519, 'SHA-384': OID.ed25519, 'SHA-512': OID.ed25519 },
};

/** Parameters are NULL for RSA (RFC 4055, section 5) and absent for ECDSA (RFC 5758, section 3.2) and EdDSA (RFC 8410, section 3). */
const PARAMETERS: { readonly [F in KeyFamily]: readonly Buffer[] } = { RSA: [NULL], EC: [], ED25519: [] };

function identifiersOf(family: KeyFamily): ReadonlyMap<HashAlgorithmName, Buffer> {
  return new Map(HASH_ALGORITHM_NAMES.map(hash => [hash, sequence(objectIdentifier(SIGNATURE_OIDS[family][hash]), ...PARAMETERS[family])]));
}

const KEY_FAMILIES: readonly KeyFamily[] = ['RSA', 'EC', 'ED25519'];

const IDENTIFIERS = { RSA: identifiersOf('RSA'), EC: identifiersOf('EC'), ED25519: identifiersOf('ED25519') };

/** The AlgorithmIdentifier of signatures that a key of this family makes over this digest. */
export function signatureAlgorithm(family: KeyFamily, hash: HashAlgorithmName): Buffer {
  return IDENTIFIERS[family].get(hash)!;
}

/** What an AlgorithmIdentifier of a signature says: the family of the signing key, and the digest. Ed25519 has no digest. */
export interface SignatureAlgorithm {
  readonly family: KeyFamily;
  readonly hash: HashAlgorithmName;
}

const ALGORITHMS: readonly (SignatureAlgorithm & { readonly identifier: Buffer })[] = KEY_FAMILIES.flatMap(
  family => [...IDENTIFIERS[family]].map(([hash, identifier]) => ({ family, hash, identifier })));

/**
 * Other parameters that requests have: RFC 4055, section 5, requires readers to accept RSA without any, and mbedTLS before 3.5, which is on
 * many devices, writes NULL for ECDSA (https://github.com/Mbed-TLS/mbedtls/issues/2924).
 */
const OTHER_PARAMETERS: { readonly [F in KeyFamily]: readonly (readonly Buffer[])[] } = { RSA: [[]], EC: [[NULL]], ED25519: [] };

const REQUEST_ALGORITHMS = [...ALGORITHMS, ...ALGORITHMS.flatMap(({ family, hash }) => OTHER_PARAMETERS[family].map(
  parameters => ({ family, hash, identifier: sequence(objectIdentifier(SIGNATURE_OIDS[family][hash]), ...parameters) })))];

/** The signature algorithm of a request that was made elsewhere: the algorithms of this library, also in the forms that other tools write. */
export function requestSignatureAlgorithmOf(identifier: Buffer): SignatureAlgorithm | undefined {
  return REQUEST_ALGORITHMS.find(algorithm => algorithm.identifier.equals(identifier));
}

/** Whether a dotted object identifier is that of an algorithm that is accepted in requests, given the right parameters. */
export function isSignatureOid(oid: string): boolean {
  return KEY_FAMILIES.some(family => HASH_ALGORITHM_NAMES.some(hash => SIGNATURE_OIDS[family][hash] === oid));
}

/** The signature algorithm that an AlgorithmIdentifier names, in the form in which this library writes it. */
export function signatureAlgorithmOf(identifier: Buffer): SignatureAlgorithm | undefined {
  return ALGORITHMS.find(algorithm => algorithm.identifier.equals(identifier));
}

const OUTDATED = [OID.md5WithRSAEncryption, OID.sha1WithRSAEncryption, OID.ecdsaWithSHA1].map(objectIdentifier);

/** Whether an AlgorithmIdentifier is that of a signature over MD5 or SHA-1, whose collisions allow forged certificates. */
export function isOutdatedSignature(identifier: Buffer): boolean {
  const oid = new DerReader(identifier).sequence().element(Tag.OBJECT_IDENTIFIER);
  return OUTDATED.some(outdated => outdated.equals(oid));
}

/** A signature of the greatest length that a key of this algorithm can make. */
export function longestSignature(algorithm: KeyAlgorithmName): Buffer {
  const { family, bits } = KEY_ALGORITHMS[algorithm];
  const number = Buffer.alloc(octetsOf(bits), 0xff);
  switch (family) {
    case 'RSA': return number;
    case 'EC': return sequence(integer(number), integer(number));
    case 'ED25519': return Buffer.concat([number, number]); // RFC 8032, section 5.1.6: R and S
  }
}
