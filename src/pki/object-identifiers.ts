/** The object identifiers that are known here, dotted, by their names in the RFC that assigns them. */
export const OID = {
  // RFC 8017, appendix A.1 (keys), and RFC 4055, sections 2 to 5 (signatures)
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsassaPss: '1.2.840.113549.1.1.10',
  sha224WithRSAEncryption: '1.2.840.113549.1.1.14',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
  // RFC 5480, section 2.1.1 (keys), and RFC 5758, section 3.2 (signatures)
  ecPublicKey: '1.2.840.10045.2.1',
  ecdsaWithSHA224: '1.2.840.10045.4.3.1',
  ecdsaWithSHA256: '1.2.840.10045.4.3.2',
  ecdsaWithSHA384: '1.2.840.10045.4.3.3',
  ecdsaWithSHA512: '1.2.840.10045.4.3.4',
  // RFC 5480, section 2.1.1.1; SEC 2; RFC 5639, section 4.1
  secp192r1: '1.2.840.10045.3.1.1',
  secp224r1: '1.3.132.0.33',
  secp256k1: '1.3.132.0.10',
  secp256r1: '1.2.840.10045.3.1.7',
  secp384r1: '1.3.132.0.34',
  secp521r1: '1.3.132.0.35',
  brainpoolP256r1: '1.3.36.3.3.2.8.1.1.7',
  brainpoolP384r1: '1.3.36.3.3.2.8.1.1.11',
  brainpoolP512r1: '1.3.36.3.3.2.8.1.1.13',
  // RFC 3279, section 2.2: outdated algorithms that are no longer to be used
  md2WithRSAEncryption: '1.2.840.113549.1.1.2',
  md5WithRSAEncryption: '1.2.840.113549.1.1.4',
  sha1WithRSAEncryption: '1.2.840.113549.1.1.5',
  ecdsaWithSHA1: '1.2.840.10045.4.1',
  // RFC 8410, section 3 (keys and signatures)
  ed25519: '1.3.101.112',
  ed448: '1.3.101.113',
  // RFC 8017, appendix B.1
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  // RFC 5280, appendix A.1, and RFC 4519
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  street: '2.5.4.9',
  title: '2.5.4.12',
  name: '2.5.4.41',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  generationQualifier: '2.5.4.44',
  pseudonym: '2.5.4.65',
  emailAddress: '1.2.840.113549.1.9.1',
  userId: '0.9.2342.19200300.100.1.1',
  domainComponent: '0.9.2342.19200300.100.1.25',
  // RFC 2985, section 5.4.2: the attribute of a request that holds extensions
  extensionRequest: '1.2.840.113549.1.9.14',
  // RFC 5280, section 4.2.1, and RFC 3280, section 4.2.1.4 (privateKeyUsagePeriod, which is obsolete)
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  privateKeyUsagePeriod: '2.5.29.16',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  // RFC 5280, sections 5.2 and 5.3
  cRLNumber: '2.5.29.20',
  cRLReason: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  // RFC 5280, section 4.2.2
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
  // RFC 6960, sections 4.2.1, 4.2.2.2.1 and 4.4.1
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
  // RFC 5280, section 4.2.1.4
  anyPolicy: '2.5.29.32.0',
  cps: '1.3.6.1.5.5.7.2.1',
  // RFC 5280, section 4.2.1.12
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  anyExtendedKeyUsage: '2.5.29.37.0',
  // Extensions of RFC 3739, section 3.2.6; RFC 3779, sections 2 and 3; RFC 7633, section 4; Active Directory Certificate Services
  qcStatements: '1.3.6.1.5.5.7.1.3',
  ipAddrBlocks: '1.3.6.1.5.5.7.1.7',
  autonomousSysIds: '1.3.6.1.5.5.7.1.8',
  tlsfeature: '1.3.6.1.5.5.7.1.24',
  enrollCerttypeExtension: '1.3.6.1.4.1.311.20.2',
  certificateTemplate: '1.3.6.1.4.1.311.21.7',
  // RFC 5652, sections 4 and 8
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  // RFC 2985, section 5.5
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  // RFC 7292, sections 4.2 and 4.2.3
  pkcs8ShroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  // RFC 7292, appendix C
  pbeWithSHAAnd3KeyTripleDesCbc: '1.2.840.113549.1.12.1.3',
  // RFC 8018, appendix A, and RFC 7914, section 7
  pbkdf2: '1.2.840.113549.1.5.12',
  pbes2: '1.2.840.113549.1.5.13',
  scrypt: '1.3.6.1.4.1.11591.4.11',
  // RFC 8018, appendix B
  hmacWithSHA1: '1.2.840.113549.2.7',
  hmacWithSHA224: '1.2.840.113549.2.8',
  hmacWithSHA256: '1.2.840.113549.2.9',
  hmacWithSHA384: '1.2.840.113549.2.10',
  hmacWithSHA512: '1.2.840.113549.2.11',
  desEde3Cbc: '1.2.840.113549.3.7',
  aes128Cbc: '2.16.840.1.101.3.4.1.2',
  aes192Cbc: '2.16.840.1.101.3.4.1.22',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const;

const NAMES: { readonly [oid: string]: string | undefined } = {
  ...Object.fromEntries(Object.entries(OID).map(([name, oid]) => [oid, name])),
  // Names that are not identifiers: RFC 6960, appendix B.1; RFC 6962, sections 3.1 and 3.3; Netscape; Active Directory
  [OID.ocspBasic]: 'id-pkix-ocsp-basic',
  [OID.ocspNonce]: 'id-pkix-ocsp-nonce',
  [OID.ocspNoCheck]: 'id-pkix-ocsp-nocheck',
  '1.3.6.1.4.1.11129.2.4.2': 'SignedCertificateTimestampList',
  '1.3.6.1.4.1.11129.2.4.3': 'precertificate poison',
  '2.16.840.1.113730.1.1': 'netscape-cert-type',
  '2.16.840.1.113730.1.13': 'netscape-comment',
  '1.3.6.1.4.1.311.21.1': 'CA Version',
};

/** The name behind an object identifier, or the identifier where the table has no name for it. */
export function oidName(oid: string): string {
  return NAMES[oid] ?? oid;
}

/** Object identifiers, each with its name, where the table has one. */
export function describeOids(...oids: readonly string[]): string {
  return oids.map(oid => NAMES[oid] === undefined ? oid : `${NAMES[oid]} (${oid})`).join(', ');
}
