/** The extensions that occur in certificates, by object identifier, with the names from the documents that define them. */
const NAMES: { readonly [oid: string]: string | undefined } = {
  // RFC 5280, section 4.2, and RFC 3280, section 4.2.1.4 (privateKeyUsagePeriod, which is obsolete)
  '2.5.29.9': 'subjectDirectoryAttributes',
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.16': 'privateKeyUsagePeriod',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.18': 'issuerAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.30': 'nameConstraints',
  '2.5.29.31': 'cRLDistributionPoints',
  '2.5.29.32': 'certificatePolicies',
  '2.5.29.33': 'policyMappings',
  '2.5.29.35': 'authorityKeyIdentifier',
  '2.5.29.36': 'policyConstraints',
  '2.5.29.37': 'extKeyUsage',
  '2.5.29.46': 'freshestCRL',
  '2.5.29.54': 'inhibitAnyPolicy',
  '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
  '1.3.6.1.5.5.7.1.11': 'subjectInfoAccess',
  // RFC 3739, section 3.2.6
  '1.3.6.1.5.5.7.1.3': 'qcStatements',
  // RFC 3779, sections 2 and 3
  '1.3.6.1.5.5.7.1.7': 'ipAddrBlocks',
  '1.3.6.1.5.5.7.1.8': 'autonomousSysIds',
  // RFC 7633, section 4
  '1.3.6.1.5.5.7.1.24': 'tlsfeature',
  // RFC 6960, section 4.2.2.2.1
  '1.3.6.1.5.5.7.48.1.5': 'id-pkix-ocsp-nocheck',
  // RFC 6962, sections 3.1 and 3.3
  '1.3.6.1.4.1.11129.2.4.2': 'SignedCertificateTimestampList',
  '1.3.6.1.4.1.11129.2.4.3': 'precertificate poison',
  // Netscape Certificate Extensions
  '2.16.840.1.113730.1.1': 'netscape-cert-type',
  '2.16.840.1.113730.1.13': 'netscape-comment',
  // Active Directory Certificate Services
  '1.3.6.1.4.1.311.20.2': 'enrollCerttypeExtension',
  '1.3.6.1.4.1.311.21.1': 'CA Version',
  '1.3.6.1.4.1.311.21.7': 'certificateTemplate',
};

/** The name of an extension, or its object identifier where the table has no name for it. */
export function extensionName(oid: string): string {
  return NAMES[oid] ?? oid;
}

/** Extensions by name, where the table has one, and object identifier. */
export function describeExtensions(...oids: readonly string[]): string {
  return oids.map(oid => NAMES[oid] === undefined ? oid : `${NAMES[oid]} (${oid})`).join(', ');
}
