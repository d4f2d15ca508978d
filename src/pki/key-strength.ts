import { createPublicKey, KeyObject } from 'node:crypto';
import { nistCurve } from './curves';
import { checkEd25519Key } from './ed25519-point';
import { PublicKeyForm, RSA_PUBLIC_EXPONENT, subjectKeyFormOf, variablePart } from './public-key-forms';
import { findWeakness } from './rsa-weaknesses';
import { SUBJECT_KEYS } from './subject-key';
import { describeUnsupportedKey } from './unsupported-key';
import { KeyFamily } from '../contract/key-algorithms';

/**
 * Makes sure that a public key that was made elsewhere may be certified, by the rules that Boulder has: RSA of 2048 to
 * 8192 bits with the public exponent 65537 and no known weakness; on P-256, P-384 or P-521, named, a point that is written
 * in full and is on the curve; Ed25519, by a key of full order.
 *
 * A signature must not be believed before: with the public exponent 1 a signature is the padded digest itself, which
 * anybody can write down and almost every library takes.
 *
 * @param spki SPKI, DER
 * @param property who declares it, for the message
 * @throws an error that says what the key is and what is allowed
 */
export function assertStrongPublicKey(spki: Buffer, property = 'publicKey'): void {
  strongPublicKey(spki, property);
}

/** The key as `node:crypto` verifies with it, after the checks of `assertStrongPublicKey`. */
export function strongPublicKey(spki: Buffer, property: string): KeyObject {
  const form = subjectKeyFormOf(spki);
  const complaint = form ? COMPLAINTS[form.family](variablePart(spki, form)) : describeUnsupportedKey(spki);
  const key = form && !complaint ? toKeyObject(spki, form) : undefined;
  if (!key) {
    throw new Error(`${property} must hold a public key that is ${SUBJECT_KEYS}, got ${complaint ?? 'a point that is not on its curve'}; make a new key pair`);
  }
  return key;
}

/** `undefined` where OpenSSL does not take the key: of what is left to it, that is a point that is none of the curve. */
function toKeyObject(spki: Buffer, form: PublicKeyForm): KeyObject | undefined {
  try {
    return createPublicKey({ key: JWK[form.family](variablePart(spki, form), form), format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** What is wrong with keys that have the form of their algorithm. That a point is on its curve is for OpenSSL to say. */
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
 * Keys as JSON Web Keys (RFC 7517). OpenSSL 3.0 takes 0.1 ms and more to find a decoder for an SPKI, and less for numbers:
 * 0.07 ms for P-256, in which it also checks the point, and 0.01 ms for RSA and Ed25519.
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
