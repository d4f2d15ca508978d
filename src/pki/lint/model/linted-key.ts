import { AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier';
import { integerOctets, objectIdentifierText } from './der-values';
import { LINT_OID } from './object-identifiers';
import { KeyFamily } from '../../../contract/key-algorithms';
import { Curve, NIST_CURVES } from '../../curves';
import { Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { OID } from '../../object-identifiers';

/** The kinds of keys that the rules distinguish. RSA-PSS is an RSA key for PSS only (RFC 4055, section 1.2). */
export type LintedKeyFamily = KeyFamily | 'RSA-PSS' | 'ED448';

/** A SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7). */
export interface LintedKey {
  /** SPKI, DER. */
  readonly spki: Buffer;
  readonly algorithm: AlgorithmIdentifier;
  /** `undefined` for a kind that is not known here. */
  readonly family?: LintedKeyFamily;
  /** The contents of the BIT STRING. */
  readonly octets: Buffer;
  /** RSA: the size of the modulus. */
  readonly bits?: number;
  /** RSA: without leading zeros. */
  readonly modulus?: Buffer;
  /** RSA: without leading zeros. */
  readonly exponent?: Buffer;
  /** EC: the object identifier of the curve, dotted; absent if the curve is not given by name. */
  readonly curve?: string;
  /** Why the key can't be read as its algorithm says. */
  readonly fault?: string;
}

const FAMILIES: { readonly [oid: string]: LintedKeyFamily | undefined } = {
  [OID.rsaEncryption]: 'RSA',
  [LINT_OID.rsassaPss]: 'RSA-PSS',
  [OID.ecPublicKey]: 'EC',
  [OID.ed25519]: 'ED25519',
  [LINT_OID.ed448]: 'ED448',
};

/** The known curves, by their object identifiers. */
export const CURVES: ReadonlyMap<string, Curve> = new Map(([
  ...NIST_CURVES,
  { name: 'P-192', oid: LINT_OID.secp192r1, coordinateOctets: 24 },
  { name: 'P-224', oid: LINT_OID.secp224r1, coordinateOctets: 28 },
  { name: 'secp256k1', oid: LINT_OID.secp256k1, coordinateOctets: 32 },
  { name: 'brainpoolP256r1', oid: LINT_OID.brainpoolP256r1, coordinateOctets: 32 },
  { name: 'brainpoolP384r1', oid: LINT_OID.brainpoolP384r1, coordinateOctets: 48 },
  { name: 'brainpoolP512r1', oid: LINT_OID.brainpoolP512r1, coordinateOctets: 64 },
] as const).map(curve => [curve.oid, curve]));

export function readKey(spki: Buffer): LintedKey {
  const fields = new DerReader(spki).sequence();
  const algorithm = readAlgorithmIdentifier(fields.element(Tag.SEQUENCE));
  const octets = fields.bitString();
  fields.end();
  const key = { spki, algorithm, octets, family: FAMILIES[algorithm.oid] };
  try {
    return { ...key, ...partsOf(key) };
  } catch (error) {
    return { ...key, fault: (error as Error).message };
  }
}

function partsOf({ family, octets, algorithm: { parameters } }: LintedKey): Partial<LintedKey> {
  switch (family) {
    case 'RSA':
    case 'RSA-PSS':
      return rsaParts(octets);
    case 'EC':
      return parameters?.[0] === Tag.OBJECT_IDENTIFIER ? { curve: objectIdentifierText(new DerReader(parameters)) } : {};
    default:
      return {};
  }
}

/** RFC 8017, appendix A.1.1. */
function rsaParts(octets: Buffer): Partial<LintedKey> {
  const file = new DerReader(octets);
  const key = file.sequence();
  file.end();
  const faults: string[] = [];
  const modulus = positive(integerOctets(key, 'the modulus', faults), 'the modulus');
  const exponent = positive(integerOctets(key, 'the public exponent', faults), 'the public exponent');
  key.end();
  if (faults.length > 0) {
    throw new Error(faults[0]);
  }
  return { modulus, exponent, bits: 8 * modulus.length - Math.clz32(modulus[0]) + 24 };
}

function positive(octets: Buffer, what: string): Buffer {
  const significant = octets[0] === 0 ? octets.subarray(1) : octets;
  if (octets[0] >= 0x80 || significant.length === 0) {
    throw new Error(`${what} must be positive`);
  }
  return significant;
}

/** A key as people name it: `RSA 2048 bits`, `EC P-256`. */
export function describeLintedKey({ family, bits, curve, algorithm }: LintedKey): string {
  switch (family) {
    case 'RSA': return `RSA ${bits ?? '?'} bits`;
    case 'RSA-PSS': return `RSA ${bits ?? '?'} bits, for PSS only`;
    case 'EC': return curve === undefined ? 'EC without the name of a curve' : `EC ${CURVES.get(curve)?.name ?? curve}`;
    case 'ED25519': return 'Ed25519';
    case 'ED448': return 'Ed448';
    default: return algorithm.oid;
  }
}
