import { AlgorithmIdentifier, AnyKeyFamily, readAlgorithmIdentifier } from './algorithms';
import { curveOf } from './curves';
import { Tag } from './der';
import { DerReader } from './der-reader';
import { bitsOf } from './der-values';
import { OID } from './object-identifiers';

/** A SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7). */
export interface PublicKeyInfo {
  /** SPKI, DER. */
  readonly spki: Buffer;
  readonly algorithm: AlgorithmIdentifier;
  /** `undefined` for a kind that is not known here. */
  readonly family?: AnyKeyFamily;
  /** The contents of the BIT STRING. */
  readonly octets: Buffer;
}

const FAMILIES: { readonly [oid: string]: AnyKeyFamily | undefined } = {
  [OID.rsaEncryption]: 'RSA',
  [OID.rsassaPss]: 'RSA-PSS',
  [OID.ecPublicKey]: 'EC',
  [OID.ed25519]: 'ED25519',
  [OID.ed448]: 'ED448',
};

/** Reads a public key as far as all algorithms have it in common. */
export function readPublicKeyInfo(spki: Buffer): PublicKeyInfo {
  const fields = DerReader.only(spki);
  const algorithm = readAlgorithmIdentifier(fields);
  const octets = fields.bitString();
  fields.end();
  return { spki, algorithm, octets, family: FAMILIES[algorithm.oid] };
}

/** The object identifier of a curve that is given by name (RFC 5480, section 2.1.1). */
export function namedCurve({ algorithm: { parameters } }: PublicKeyInfo): string | undefined {
  return parameters?.[0] === Tag.OBJECT_IDENTIFIER ? new DerReader(parameters).objectIdentifier() : undefined;
}

/** The numbers of an RSA key, without leading zeros. */
export interface RsaNumbers {
  readonly modulus: Buffer;
  readonly exponent: Buffer;
}

/** RFC 8017, appendix A.1.1. */
export function readRsaNumbers({ octets }: PublicKeyInfo): RsaNumbers {
  const key = DerReader.only(octets);
  const [modulus, exponent] = [key.unsigned(), key.unsigned()];
  key.end();
  return { modulus, exponent };
}

/** A public key of any kind, read as its algorithm says. */
export interface PublicKeyFacts extends PublicKeyInfo, Partial<RsaNumbers> {
  /** RSA: the size of the modulus. */
  readonly bits?: number;
  /** EC: the object identifier of the curve, dotted; absent if the curve is not given by name. */
  readonly curve?: string;
  /** Why the key can't be read as its algorithm says. */
  readonly fault?: string;
}

/**
 * Reads a public key of any kind.
 *
 * @throws an error if it is not even a SubjectPublicKeyInfo
 */
export function readPublicKey(spki: Buffer): PublicKeyFacts {
  const key = readPublicKeyInfo(spki);
  try {
    const parts = key.family === 'RSA' || key.family === 'RSA-PSS' ? rsaParts(key) : { curve: key.family === 'EC' ? namedCurve(key) : undefined };
    return { ...key, ...parts };
  } catch (error) {
    return { ...key, fault: (error as Error).message };
  }
}

function rsaParts(key: PublicKeyInfo): Partial<PublicKeyFacts> {
  const numbers = readRsaNumbers(key);
  const zero = Object.entries({ 'modulus': numbers.modulus, 'public exponent': numbers.exponent }).find(([, octets]) => octets[0] === 0);
  if (zero) {
    throw new Error(`the ${zero[0]} must be positive`);
  }
  return { ...numbers, bits: bitsOf(numbers.modulus) };
}

/** A key as people name it: `RSA 2048 bits`, `EC P-256`. */
export function keyText({ family, bits, curve, algorithm }: PublicKeyFacts): string {
  switch (family) {
    case 'RSA': return `RSA ${bits ?? '?'} bits`;
    case 'RSA-PSS': return `RSA ${bits ?? '?'} bits, for PSS only`;
    case 'EC': return curve === undefined ? 'EC without the name of a curve' : `EC ${curveOf(curve)?.name ?? curve}`;
    case 'ED25519': return 'Ed25519';
    case 'ED448': return 'Ed448';
    default: return algorithm.oid;
  }
}
