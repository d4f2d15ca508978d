import { OID } from './object-identifiers';

/** A curve with all its names. */
export interface Curve {
  /** The usual name. For NIST curves, it is that of FIPS 186-5, which is also the name in a JSON Web Key (RFC 7518, section 6.2.1.1). */
  readonly name: string;
  /** The name of a NIST curve in OpenSSL and `node:crypto`. This library makes and certifies keys on these (RFC 5480, section 2.1.1.1). */
  readonly opensslName?: string;
  readonly oid: string;
  readonly coordinateOctets: number;
}

const CURVES: readonly Curve[] = [
  { name: 'P-256', opensslName: 'prime256v1', oid: OID.secp256r1, coordinateOctets: 32 },
  { name: 'P-384', opensslName: 'secp384r1', oid: OID.secp384r1, coordinateOctets: 48 },
  { name: 'P-521', opensslName: 'secp521r1', oid: OID.secp521r1, coordinateOctets: 66 },
  { name: 'P-192', oid: OID.secp192r1, coordinateOctets: 24 },
  { name: 'P-224', oid: OID.secp224r1, coordinateOctets: 28 },
  { name: 'secp256k1', oid: OID.secp256k1, coordinateOctets: 32 },
  { name: 'brainpoolP256r1', oid: OID.brainpoolP256r1, coordinateOctets: 32 },
  { name: 'brainpoolP384r1', oid: OID.brainpoolP384r1, coordinateOctets: 48 },
  { name: 'brainpoolP512r1', oid: OID.brainpoolP512r1, coordinateOctets: 64 },
];

/** The curve with this object identifier, if it is known here. */
export function curveOf(oid: string | undefined): Curve | undefined {
  return CURVES.find(curve => curve.oid === oid);
}

/** The NIST curve with this name in OpenSSL and `node:crypto`, if it is one. */
export function nistCurve(opensslName: string | undefined): Curve | undefined {
  return CURVES.find(curve => opensslName !== undefined && curve.opensslName === opensslName);
}

/** Whether an object identifier is that of a NIST curve. */
export function isNistCurve(oid: string | undefined): boolean {
  return curveOf(oid)?.opensslName !== undefined;
}
