import { createPublicKey, KeyObject } from 'node:crypto';
import { nistCurve } from './curves';
import { checkEd25519Key } from './ed25519-point';
import { PublicKeyForm, RSA_PUBLIC_EXPONENT, subjectKeyFormOf, variablePart } from './public-key-forms';
import { findWeakness } from './rsa-weaknesses';
import { SUBJECT_KEYS } from './subject-key';
import { describeUnsupportedKey } from './unsupported-key';
import { KeyFamily } from '../contract/key-algorithms';

/**
 * Makes sure that a public key that was made elsewhere may be certified, by the rules of Boulder: RSA of 2048 to 8192 bits with the public
 * exponent 65537 and no known weakness; an uncompressed point that is on the named curve P-256, P-384 or P-521; or an Ed25519 key of full
 * order.
 *
 * Do not trust a signature before this check. With the public exponent 1, a signature is the padded digest itself, which anyone can write
 * down and almost every library accepts.
 *
 * @param spki SPKI, DER
 * @param property the property that declares the key, for the message
 * @throws an error that says what the key is and what is allowed
 */
export function assertStrongPublicKey(spki: Buffer, property = 'publicKey'): void {
  strongPublicKey(spki, property);
}

/** The key as a `KeyObject` for verification, after the checks of `assertStrongPublicKey`. */
export function strongPublicKey(spki: Buffer, property: string): KeyObject {
  const form = subjectKeyFormOf(spki);
  const complaint = form ? COMPLAINTS[form.family](variablePart(spki, form)) : describeUnsupportedKey(spki);
  const key = form && !complaint ? toKeyObject(spki, form) : undefined;
  if (!key) {
    throw new Error(`${property} must hold a public key that is ${SUBJECT_KEYS}, got ${complaint ?? 'a point that is not on its curve'}; make a new key pair`);
  }
  return key;
}

/** Returns `undefined` where OpenSSL refuses the key. After the checks before it, that can only be a point that is not on the curve. */
function toKeyObject(spki: Buffer, form: PublicKeyForm): KeyObject | undefined {
  try {
    return createPublicKey({ key: JWK[form.family](variablePart(spki, form), form), format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** The checks for what is wrong with a key that has the form of its algorithm. OpenSSL checks whether a point is on its curve. */
const COMPLAINTS: { readonly [F in KeyFamily]: (variable: Buffer) => string | undefined } = {
  RSA: modulus => {
    const weakness = findWeakness(modulus);
    return weakness && `an RSA key ${weakness}`;
  },
  EC: () => undefined,
  ED25519: key => {
    const complaint = checkEd25519Key(key);
    return complaint && `an Ed25519 key ${complaint}`;
  },
};

const EXPONENT = Buffer.from(RSA_PUBLIC_EXPONENT.toString(16).padStart(6, '0'), 'hex').toString('base64url');

/**
 * Keys as JSON Web Keys (RFC 7517). OpenSSL 3.0 takes 0.1 ms or more to find a decoder for an SPKI, and less time for numbers: 0.07 ms for
 * P-256, which includes the check of the point, and 0.01 ms for RSA and Ed25519.
 */
const JWK: { readonly [F in KeyFamily]: (variable: Buffer, form: PublicKeyForm) => { [member: string]: string } } = {
  RSA: modulus => ({ kty: 'RSA', n: modulus.toString('base64url'), e: EXPONENT }),
  EC: (coordinates, { curve }) => ({
    kty: 'EC',
    crv: nistCurve(curve)!.name,
    x: coordinates.toString('base64url', 0, coordinates.length / 2),
    y: coordinates.toString('base64url', coordinates.length / 2),
  }),
  ED25519: key => ({ kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') }),
};
