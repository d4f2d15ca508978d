import { algorithmName } from './algorithms';
import { isNistCurve } from './curves';
import { NULL, Tag } from './der';
import { bitsOf, numberOf } from './der-values';
import { OID } from './object-identifiers';
import { RSA_PUBLIC_EXPONENT } from './public-key-forms';
import { namedCurve, PublicKeyInfo, readPublicKeyInfo, readRsaNumbers } from './public-key-info';

/** Numbers longer than this tell a reader nothing. */
const MAX_SHOWN_OCTETS = 6;

/**
 * Describes a public key that has none of the allowed forms, in words that complete "got ...".
 *
 * @param spki what may be an SPKI in DER
 */
export function describeUnsupportedKey(spki: Buffer): string {
  try {
    return describe(readPublicKeyInfo(spki));
  } catch {
    return `${spki.length} bytes that are not such a key`;
  }
}

function describe(key: PublicKeyInfo): string {
  const { algorithm: { oid } } = key;
  switch (oid) {
    case OID.rsaEncryption: return describeRsa(key);
    case OID.ecPublicKey: return describeEc(key);
    default: return oid === OID.ed25519 ? 'an Ed25519 key with parameters, or of another length' : `a key of ${algorithmName(oid)}`;
  }
}

function describeRsa(key: PublicKeyInfo): string {
  const { algorithm: { parameters } } = key;
  if (parameters?.[0] !== Tag.NULL) {
    throw new Error('an RSA key has the parameters NULL (RFC 3279, section 2.3.1)');
  }
  if (!parameters.equals(NULL)) {
    return 'an RSA key with parameters';
  }
  const { modulus, exponent } = readRsaNumbers(key);
  const value = numberOf(exponent);
  return value === RSA_PUBLIC_EXPONENT
    ? `an RSA key of ${bitsOf(modulus)} bits`
    : `an RSA key with the public exponent ${exponent.length > MAX_SHOWN_OCTETS ? `of ${bitsOf(exponent)} bits` : value}`;
}

/** What the first octet of a point says (SEC 1, section 2.3.3). */
const POINTS: { readonly [octet: number]: string } = {
  0x00: 'whose point is the one at infinity',
  0x02: 'with a compressed point',
  0x03: 'with a compressed point',
  0x06: 'with a point in the hybrid form',
  0x07: 'with a point in the hybrid form',
};

function describeEc(key: PublicKeyInfo): string {
  const curve = namedCurve(key);
  if (curve === undefined) {
    return 'an EC key whose curve is not named but described by parameters';
  }
  return isNistCurve(curve) ? `an EC key ${POINTS[key.octets[0]] ?? 'with a point of another length'}` : `an EC key on the curve ${algorithmName(curve)}`;
}
