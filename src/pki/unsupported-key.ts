import { algorithmName } from './algorithm-names';
import { isNistCurve } from './curves';
import { Tag } from './der';
import { DerReader } from './der-reader';
import { OID } from './object-identifiers';
import { RSA_PUBLIC_EXPONENT } from './public-key-forms';

/** Numbers longer than this tell a reader nothing. */
const MAX_SHOWN_OCTETS = 6;

/**
 * Describes a public key that has none of the allowed forms, in words that complete "got ...".
 *
 * @param spki what may be an SPKI in DER
 */
export function describeUnsupportedKey(spki: Buffer): string {
  try {
    return describe(spki);
  } catch {
    return `${spki.length} bytes that are not such a key`;
  }
}

function describe(spki: Buffer): string {
  const file = new DerReader(spki);
  const key = file.sequence();
  file.end();
  const identifier = key.sequence();
  const oid = identifier.objectIdentifier();
  const contents = key.bitString();
  key.end();
  switch (oid) {
    case OID.rsaEncryption: return describeRsa(identifier, contents);
    case OID.ecPublicKey: return describeEc(identifier, contents);
    default: return oid === OID.ed25519 ? 'an Ed25519 key with parameters, or of another length' : `a key of ${algorithmName(oid)}`;
  }
}

function describeRsa(identifier: DerReader, contents: Buffer): string {
  if (identifier.contents(Tag.NULL).length > 0 || identifier.more) {
    return 'an RSA key with parameters';
  }
  const file = new DerReader(contents);
  const key = file.sequence();
  file.end();
  const modulus = key.unsigned();
  const exponent = key.unsigned();
  key.end();
  const value = Number(`0x${exponent.toString('hex')}`);
  return value === RSA_PUBLIC_EXPONENT
    ? `an RSA key of ${bitsOf(modulus)} bits`
    : `an RSA key with the public exponent ${exponent.length > MAX_SHOWN_OCTETS ? `of ${bitsOf(exponent)} bits` : value}`;
}

function bitsOf(magnitude: Buffer): number {
  return 8 * magnitude.length - Math.clz32(magnitude[0]) + 24;
}

/** What the first octet of a point says (SEC 1, section 2.3.3). */
const POINTS: { readonly [octet: number]: string } = {
  0x00: 'whose point is the one at infinity',
  0x02: 'with a compressed point',
  0x03: 'with a compressed point',
  0x06: 'with a point in the hybrid form',
  0x07: 'with a point in the hybrid form',
};

function describeEc(identifier: DerReader, point: Buffer): string {
  if (identifier.tag !== Tag.OBJECT_IDENTIFIER) {
    return 'an EC key whose curve is not named but described by parameters';
  }
  const curve = identifier.objectIdentifier();
  return isNistCurve(curve) ? `an EC key ${POINTS[point[0]] ?? 'with a point of another length'}` : `an EC key on the curve ${algorithmName(curve)}`;
}
