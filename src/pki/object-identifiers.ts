/** The object identifiers that certificates are made of, dotted, by their names in the RFC that assigns them. */
export const OID = {
  // RFC 8017, appendix A.1 (keys), and RFC 4055, section 5 (signatures)
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
  // RFC 5480, section 2.1.1 (keys), and RFC 5758, section 3.2 (signatures)
  ecPublicKey: '1.2.840.10045.2.1',
  secp256r1: '1.2.840.10045.3.1.7',
  secp384r1: '1.3.132.0.34',
  secp521r1: '1.3.132.0.35',
  ecdsaWithSHA256: '1.2.840.10045.4.3.2',
  ecdsaWithSHA384: '1.2.840.10045.4.3.3',
  ecdsaWithSHA512: '1.2.840.10045.4.3.4',
  // RFC 8410, section 3 (keys and signatures)
  ed25519: '1.3.101.112',
  // RFC 2985, section 5.4.2: the attribute of a request that holds extensions
  extensionRequest: '1.2.840.113549.1.9.14',
  // RFC 5280, section 4.2.1
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  // RFC 5280, section 4.2.1.12
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;
