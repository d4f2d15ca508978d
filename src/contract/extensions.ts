import { checkAlternativeNames, checkSubtrees, GENERAL_NAME_TYPE_NAMES, isUri, MAX_URI, NameLists } from './general-names';
import { Complaint, quote } from './rules';

/** The extensions that a declaration adds to those of its profile. */
export interface DeclaredExtensions {
  readonly subjectAlternativeNames?: NameLists;
  /** Object identifiers, in addition to those of the profile. */
  readonly extendedKeyUsages?: readonly string[];
  readonly nameConstraints?: DeclaredNameConstraints;
  readonly certificatePolicies?: readonly DeclaredPolicy[];
  /** URLs. */
  readonly crlDistributionPoints?: readonly string[];
  /** URLs of OCSP responders. */
  readonly ocspUrls?: readonly string[];
  /** URLs of the issuer's certificate. */
  readonly caIssuersUrls?: readonly string[];
  readonly customExtensions?: readonly DeclaredCustomExtension[];
}

export interface DeclaredNameConstraints {
  readonly critical: boolean;
  readonly permitted?: NameLists;
  readonly excluded?: NameLists;
}

export interface DeclaredPolicy {
  readonly oid: string;
  /** The URL of the certification practice statement. */
  readonly cpsUri?: string;
}

export interface DeclaredCustomExtension {
  readonly oid: string;
  /** DER in base64. */
  readonly value: string;
}

/** The prefixes of the extensions that only the profile decides on: those of RFC 5280, PKIX and Netscape. */
const OWNED: readonly string[] = ['2.5.29.', '1.3.6.1.5.5.7.1.', '2.16.840.1.113730.1.'];

const MAX_ENTRIES = 10;
/** The response to CloudFormation carries the certificate, and has at most 4,096 bytes. */
const MAX_CUSTOM_BYTES = 1024;

/** X.660: the first arc is 0, 1 or 2; under 0 and 1, the second arc is below 40. Ten digits are enough for every assigned arc. */
const OBJECT_IDENTIFIER = /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d{0,9}))(?:\.(?:0|[1-9]\d{0,9}))*$/;

export function checkObjectIdentifier(property: string, value: unknown): Complaint {
  return OBJECT_IDENTIFIER.test(String(value)) ? undefined : `${property} must be an object identifier, such as 1.3.6.1.4.1.99999.1, got ${quote(value)}`;
}

export function isOwnedExtension(oid: string): boolean {
  return OWNED.some(prefix => oid.startsWith(prefix));
}

/** RFC 5280, sections 4.2.1.13 and 4.2.2.1: HTTP, or LDAP. */
function checkUrl(property: string, value: unknown): Complaint {
  const text = String(value);
  return /^(https?|ldaps?):\/\/./.test(text) && isUri(text) ? undefined
    : `${property} must be URLs that begin with http://, https://, ldap:// or ldaps://, up to ${MAX_URI} characters of ASCII, got ${quote(value)}`;
}

function firstComplaint<T>(property: string, values: readonly T[] | undefined, check: (property: string, value: T) => Complaint): Complaint {
  if (values !== undefined && (values.length < 1 || values.length > MAX_ENTRIES)) {
    return `${property} must hold 1 to ${MAX_ENTRIES} entries if it is given, got ${values.length}`;
  }
  return values?.map(value => check(property, value)).find(complaint => complaint !== undefined);
}

function checkPolicy(property: string, { oid, cpsUri }: DeclaredPolicy): Complaint {
  return checkObjectIdentifier(property, oid) ?? (cpsUri === undefined ? undefined : checkUrl(`${property}.cpsUri`, cpsUri));
}

function checkCustomExtension(property: string, { oid, value }: DeclaredCustomExtension): Complaint {
  const complaint = checkObjectIdentifier(property, oid);
  if (complaint) {
    return complaint;
  }
  if (isOwnedExtension(oid)) {
    return `${property} must not be an extension that the CA decides on (${OWNED.map(prefix => `${prefix}…`).join(', ')}), got ${quote(oid)}; `
      + 'use the property for that extension';
  }
  const der = Buffer.from(value, 'base64');
  return der.length >= 2 && der.length <= MAX_CUSTOM_BYTES && der.toString('base64') === value ? undefined
    : `${property} must have a value of 2 to ${MAX_CUSTOM_BYTES} octets of DER in base64 for ${oid}`;
}

/** Checks what does not depend on the owner of the certificate. */
export function checkExtensions(extensions: DeclaredExtensions): Complaint {
  const { subjectAlternativeNames, nameConstraints, customExtensions } = extensions;
  return (subjectAlternativeNames && checkAlternativeNames(subjectAlternativeNames))
    ?? (nameConstraints && checkNameConstraints(nameConstraints))
    ?? firstComplaint('extendedKeyUsages', extensions.extendedKeyUsages, checkObjectIdentifier)
    ?? firstComplaint('certificatePolicies', extensions.certificatePolicies, checkPolicy)
    ?? firstComplaint('crlDistributionPoints', extensions.crlDistributionPoints, checkUrl)
    ?? firstComplaint('ocspUrls', extensions.ocspUrls, checkUrl)
    ?? firstComplaint('caIssuersUrls', extensions.caIssuersUrls, checkUrl)
    ?? firstComplaint('customExtensions', customExtensions, checkCustomExtension)
    ?? checkUnique('customExtensions', customExtensions?.map(({ oid }) => oid))
    ?? checkUnique('certificatePolicies', extensions.certificatePolicies?.map(({ oid }) => oid));
}

/** An extension occurs only once (RFC 5280, section 4.2), and so does a policy (section 4.2.1.4). */
function checkUnique(property: string, oids: readonly string[] = []): Complaint {
  const repeated = oids.find((oid, index) => oids.indexOf(oid) !== index);
  return repeated === undefined ? undefined : `${property} must name each object identifier only once, got ${quote(repeated)} more than once`;
}

function checkNameConstraints({ permitted, excluded }: DeclaredNameConstraints): Complaint {
  const empty = [permitted, excluded].every(lists => GENERAL_NAME_TYPE_NAMES.every(type => (lists?.[type]?.length ?? 0) === 0));
  return empty ? 'nameConstraints must permit or exclude at least one name, got none; otherwise leave it out'
    : (permitted && checkSubtrees('nameConstraints.permitted', permitted)) ?? (excluded && checkSubtrees('nameConstraints.excluded', excluded));
}
