import { Certificate } from './certificate';
import { CertificateContent } from './certificate-content';
import { rawNames } from './general-names';
import { assertNamesPermitted } from './name-constraints';
import { NameConstraints } from './name-subtrees';
import { OID, oidName } from './object-identifiers';
import { CertificateProfile } from './profile';
import { Validity } from './validity';
import { formatTime } from '../contract/term';

/**
 * The limits of a CA: its own, and those of the CAs above it. A path expires with the first of its certificates that expires.
 * Validators refuse what one of its CAs does not permit, except that some do not apply the extended key usages of CAs.
 */
export interface IssuerLimits {
  /** The period in which all of them are valid. Absent for a self-signed certificate. */
  readonly validity?: Validity;
  /** How many CAs may follow below; absent where that is not limited. */
  readonly pathLength?: number;
  readonly nameConstraints?: readonly NameConstraints[];
  /** The extended key usages, as object identifiers, of each CA that has any. */
  readonly extendedKeyUsages?: readonly (readonly string[])[];
}

/**
 * The limits of a CA, from the certificates of its path.
 *
 * @param path its own certificate, and those of the CAs above it that are known, the nearest first
 */
export function limitsOf(path: readonly Certificate[]): Required<Pick<IssuerLimits, 'validity' | 'nameConstraints' | 'extendedKeyUsages'>> & IssuerLimits {
  const lengths = path.flatMap(({ pathLength }, depth) => pathLength === undefined ? [] : [pathLength - depth]);
  return {
    validity: {
      notBefore: new Date(Math.max(...path.map(({ validity }) => validity.notBefore.getTime()))),
      notAfter: new Date(Math.min(...path.map(({ validity }) => validity.notAfter.getTime()))),
    },
    pathLength: lengths.length > 0 ? Math.min(...lengths) : undefined,
    nameConstraints: path.flatMap(({ nameConstraints }) => nameConstraints ?? []),
    extendedKeyUsages: path.flatMap(({ extendedKeyUsages }) => extendedKeyUsages ? [extendedKeyUsages] : []),
  };
}

/** The content that is checked against the limits of a CA. */
export type LimitedContent = Pick<CertificateContent, 'validity' | 'pathLength' | 'subject' | 'extensions'>;

/**
 * Refuses certificates that a CA must not sign. No validator notices a violation of the first rule of `mayIssue`, and only some validators
 * refuse a violation of the last, that of extended key usages. `issuing` also makes this check; a caller can make it earlier to find out
 * before the first write.
 *
 * @param issuer without limits for a self-signed certificate
 */
export function assertMayIssue(profile: CertificateProfile, content: LimitedContent, issuer: IssuerLimits): void {
  mayIssue(profile, content, issuer)(content.subject);
}

/**
 * Makes the check of `assertMayIssue` for what the certificates of a batch have in common.
 *
 * @returns the check for the subject of each
 */
export function mayIssue(
  profile: CertificateProfile, { validity, pathLength, extensions }: Omit<LimitedContent, 'subject'>, issuer: IssuerLimits,
): (subject: Buffer) => void {
  const outer = issuer.validity;
  if (outer && (validity.notBefore < outer.notBefore || validity.notAfter > outer.notAfter)) {
    throw new Error('validity must lie within the validity of the CA and of the CAs above it, '
      + `${formatTime(outer.notBefore)} to ${formatTime(outer.notAfter)}, `
      + `got ${formatTime(validity.notBefore)} to ${formatTime(validity.notAfter)}`);
  }
  if (!profile.ca && pathLength !== undefined) {
    throw new Error(`pathLength must be left out for a certificate that is not a CA, got ${pathLength}`);
  }
  if (profile.ca && issuer.pathLength !== undefined) {
    assertPathLength(pathLength, issuer.pathLength);
  }
  if (!profile.ca && extensions?.nameConstraints) {
    throw new Error('nameConstraints must be left out for a certificate that is not a CA (RFC 5280, section 4.2.1.10)');
  }
  assertUsagesAllowed(profile, extensions?.extendedKeyUsages ?? [], issuer.extendedKeyUsages ?? []);
  const alternativeNames = rawNames(extensions?.subjectAlternativeNames ?? {});
  return subject => assertNamesPermitted({ subject, alternativeNames, profile: profile.name }, issuer.nameConstraints ?? []);
}

/** RFC 5280, section 6.1.4 (l, m): each CA on the path uses up one level of the path length that the CAs above it allow. */
function assertPathLength(pathLength: number | undefined, issuerPathLength: number): void {
  if (issuerPathLength <= 0) {
    throw new Error('the signing CA has a pathLength of 0: it can sign device certificates, but no CA below it');
  }
  if (pathLength !== undefined && pathLength >= issuerPathLength) {
    throw new Error(`pathLength must be ${issuerPathLength === 1 ? '0' : `from 0 to ${issuerPathLength - 1}`} below a CA with a pathLength of ${issuerPathLength}, got ${pathLength}`);
  }
}

/**
 * RFC 5280 has no rule for the extended key usages of a CA (section 4.2.1.12), but OpenSSL, GnuTLS, Go and Windows take them for the usages
 * that certificates below it may have. OpenSSL does not take anyExtendedKeyUsage to allow every usage.
 *
 * No validator asks for OCSPSigning there, and a subordinate CA must not have it: it would make the CA a responder of the CA above it.
 *
 * @param declared the usages of the certificate beyond those of its profile
 * @param limits the usages of each CA above it that has any
 */
export function assertUsagesAllowed(
  { extendedKeyUsage }: CertificateProfile, declared: readonly string[], limits: readonly (readonly string[])[],
): void {
  const usages = [...extendedKeyUsage, ...declared].filter(usage => usage !== OID.OCSPSigning);
  for (const allowed of limits) {
    const refused = usages.find(usage => !allowed.includes(usage));
    if (refused !== undefined) {
      throw new Error(`the CA, or a CA above it, has extended key usages without ${oidName(refused)}: ${allowed.map(oidName).join(', ')}; `
        + 'validators refuse certificates that it issues for this usage; have the CA renewed without extendedKeyUsage, or with that usage');
    }
  }
}
