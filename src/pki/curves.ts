import { OID } from './object-identifiers';

/** A curve with all its names. */
export interface Curve {
  /** The usual name. For NIST curves, it is that of FIPS 186-5, which is also the name in a JSON Web Key (RFC 7518, section 6.2.1.1). */
  readonly name: string;
  readonly oid: string;
  readonly coordinateOctets: number;
}

/** A NIST curve, also with its name in OpenSSL and `node:crypto`. */
export interface NistCurve extends Curve {
  readonly opensslName: string;
}

/** The curves of keys that this library makes and certifies (RFC 5480, section 2.1.1.1). */
export const NIST_CURVES: readonly NistCurve[] = [
  { name: 'P-256', opensslName: 'prime256v1', oid: OID.secp256r1, coordinateOctets: 32 },
  { name: 'P-384', opensslName: 'secp384r1', oid: OID.secp384r1, coordinateOctets: 48 },
  { name: 'P-521', opensslName: 'secp521r1', oid: OID.secp521r1, coordinateOctets: 66 },
];

/** The NIST curve with this name in OpenSSL and `node:crypto`, if it is one. */
export function nistCurve(opensslName: string | undefined): NistCurve | undefined {
  return NIST_CURVES.find(curve => curve.opensslName === opensslName);
}

/** Whether an object identifier is that of a NIST curve. */
export function isNistCurve(oid: string | undefined): boolean {
  return NIST_CURVES.some(curve => curve.oid === oid);
}
