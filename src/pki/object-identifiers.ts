/** The object identifiers that certificates use, dotted, by their names in the RFC that assigns them. */
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
  // RFC 3279, section 2.2: outdated algorithms that are no longer to be used
  md5WithRSAEncryption: '1.2.840.113549.1.1.4',
  sha1WithRSAEncryption: '1.2.840.113549.1.1.5',
  ecdsaWithSHA1: '1.2.840.10045.4.1',
  // RFC 8410, section 3 (keys and signatures)
  ed25519: '1.3.101.112',
  // RFC 5280, appendix A.1
  commonName: '2.5.4.3',
  emailAddress: '1.2.840.113549.1.9.1',
  // RFC 2985, section 5.4.2: the attribute of a request that holds extensions
  extensionRequest: '1.2.840.113549.1.9.14',
  // RFC 5280, section 4.2.1
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  // RFC 5280, section 4.2.1.4
  cps: '1.3.6.1.5.5.7.2.1',
  // RFC 5280, section 4.2.2.1
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
  // RFC 5280, section 4.2.1.12
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  anyExtendedKeyUsage: '2.5.29.37.0',
} as const;
