/**
 * The names of refused algorithms, by object identifier. A message that says "SHA-1 with RSA" is more useful than one that says
 * 1.2.840.113549.1.1.5.
 */
const NAMES: { readonly [oid: string]: string } = {
  // RFC 8017, appendix C, and RFC 8018; the last one is an identifier of OIW from 1990, which old tools write
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.113549.1.1.2': 'MD2 with RSA',
  '1.2.840.113549.1.1.3': 'MD4 with RSA',
  '1.2.840.113549.1.1.4': 'MD5 with RSA',
  '1.2.840.113549.1.1.5': 'SHA-1 with RSA',
  '1.2.840.113549.1.1.7': 'RSA-OAEP',
  '1.2.840.113549.1.1.10': 'RSA-PSS',
  '1.2.840.113549.1.1.14': 'SHA-224 with RSA',
  '1.3.14.3.2.29': 'SHA-1 with RSA',
  // RFC 5480 and RFC 5758
  '1.2.840.10045.4.1': 'ECDSA with SHA-1',
  '1.2.840.10045.4.3.1': 'ECDSA with SHA-224',
  '1.3.132.1.12': 'ECDH',
  '1.3.132.1.13': 'ECMQV',
  // RFC 5758, section 3.1, and RFC 3279, section 2.3.2
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.10040.4.3': 'DSA with SHA-1',
  '2.16.840.1.101.3.4.3.1': 'DSA with SHA-224',
  '2.16.840.1.101.3.4.3.2': 'DSA with SHA-256',
  // RFC 8410, section 3
  '1.3.101.110': 'X25519',
  '1.3.101.111': 'X448',
  '1.3.101.113': 'Ed448',
  // SEC 2, RFC 5639 and GB/T 33560
  '1.2.840.10045.3.1.1': 'P-192',
  '1.3.132.0.33': 'P-224',
  '1.3.132.0.10': 'secp256k1',
  '1.3.36.3.3.2.8.1.1.7': 'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.11': 'brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.13': 'brainpoolP512r1',
  '1.2.156.10197.1.301': 'SM2',
  '1.2.156.10197.1.501': 'SM2 with SM3',
};

/** The name of an algorithm or a curve, or its object identifier where the table has no name for it. */
export function algorithmName(oid: string): string {
  return NAMES[oid] ?? oid;
}
