import { element, objectIdentifier, sequence, Tag } from './der';
import { DerReader } from './der-reader';
import { extension, profileExtensions } from './extensions';
import { encodeGeneralNames } from './general-names';
import { encodeNameConstraints } from './name-constraints';
import { OID } from './object-identifiers';
import { CertificateProfile } from './profile';
import { distributionPointName } from './revocation/distribution-point';
import { subjectKeyOf } from './subject-key';
import { DeclaredCustomExtension, DeclaredExtensions, DeclaredPolicy } from '../contract/extensions';

const [SUBJECT_ALT_NAME, NAME_CONSTRAINTS, CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS, AUTHORITY_INFO_ACCESS] = [
  OID.subjectAltName, OID.nameConstraints, OID.certificatePolicies, OID.cRLDistributionPoints, OID.authorityInfoAccess,
].map(objectIdentifier);

/** The extensions that a declaration adds, in the order of a certificate. Extended key usages are in the profile's extension. */
export function declaredExtensions(extensions: DeclaredExtensions): Buffer[] {
  const { subjectAlternativeNames, nameConstraints, certificatePolicies, crlDistributionPoints, ocspUrls = [], caIssuersUrls = [] } = extensions;
  const access = [...accessDescriptions(OID.ocsp, ocspUrls), ...accessDescriptions(OID.caIssuers, caIssuersUrls)];
  return [
    // Not critical, since the subject is not empty (RFC 5280, section 4.2.1.6).
    ...subjectAlternativeNames ? [extension(SUBJECT_ALT_NAME, false, sequence(...encodeGeneralNames(subjectAlternativeNames)))] : [],
    ...nameConstraints ? [extension(NAME_CONSTRAINTS, nameConstraints.critical, encodeNameConstraints(nameConstraints))] : [],
    ...certificatePolicies ? [extension(CERTIFICATE_POLICIES, false, sequence(...certificatePolicies.map(policy)))] : [],
    ...crlDistributionPoints ? [extension(CRL_DISTRIBUTION_POINTS, false, distributionPoints(crlDistributionPoints))] : [],
    ...access.length > 0 ? [extension(AUTHORITY_INFO_ACCESS, false, sequence(...access))] : [],
    ...(extensions.customExtensions ?? []).map(customExtension),
  ];
}

/** The extensions that a request asks for (RFC 2985, section 5.4.2): those of the future certificate, without key identifiers. */
export function requestedExtensions(
  profile: CertificateProfile, publicKey: Buffer, pathLength: number | undefined, extensions: DeclaredExtensions,
): Buffer {
  return sequence(
    profileExtensions(profile, subjectKeyOf(publicKey).family, pathLength, extensions.extendedKeyUsages),
    ...declaredExtensions(extensions),
  );
}

/** RFC 5280, section 4.2.1.4; with the URL of the practice statement as its qualifier. */
function policy({ oid, cpsUri }: DeclaredPolicy): Buffer {
  const qualifiers = cpsUri === undefined ? [] : [sequence(sequence(objectIdentifier(OID.cps), element(Tag.IA5_STRING, Buffer.from(cpsUri, 'latin1'))))];
  return sequence(objectIdentifier(oid), ...qualifiers);
}

/** RFC 5280, section 4.2.1.13: one distribution point, whose URLs all lead to the same list. */
function distributionPoints(urls: readonly string[]): Buffer {
  return sequence(sequence(distributionPointName(urls)));
}

/** RFC 5280, section 4.2.2.1. */
function accessDescriptions(method: string, urls: readonly string[]): Buffer[] {
  return encodeGeneralNames({ uri: urls }).map(location => sequence(objectIdentifier(method), location));
}

function customExtension({ oid, value }: DeclaredCustomExtension): Buffer {
  const der = Buffer.from(value, 'base64');
  assertOneElement(der, oid);
  return extension(objectIdentifier(oid), false, der);
}

/** RFC 5280, section 4.1: the value of an extension is the DER encoding of one value. */
function assertOneElement(der: Buffer, oid: string): void {
  const reader = new DerReader(der);
  try {
    reader.any();
    reader.end();
  } catch (error) {
    throw new Error(`customExtensions must have one element of DER as the value of ${oid}: ${(error as Error).message}`);
  }
}
