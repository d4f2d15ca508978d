import { contextTag, element, integer, namedBits, NULL, objectIdentifier, octetString, sequence, TRUE } from './der';
import { OID } from './object-identifiers';
import { CertificateProfile, KEY_USAGES } from './profile';
import { KeyFamily } from '../contract/key-algorithms';

/** One extension (RFC 5280, section 4.1). */
export function extension(id: Buffer, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(id, TRUE, octetString(value)) : sequence(id, octetString(value));
}

const BASIC_CONSTRAINTS = objectIdentifier(OID.basicConstraints);
const KEY_USAGE = objectIdentifier(OID.keyUsage);
const EXT_KEY_USAGE = objectIdentifier(OID.extKeyUsage);
const SUBJECT_KEY_IDENTIFIER = objectIdentifier(OID.subjectKeyIdentifier);
const AUTHORITY_KEY_IDENTIFIER = objectIdentifier(OID.authorityKeyIdentifier);

/** Critical, as RFC 5280, section 4.2.1.9, requires for a CA and allows for others. FALSE is the default, so DER leaves it out. */
function basicConstraints(ca: boolean, pathLength: number | undefined): Buffer {
  return extension(BASIC_CONSTRAINTS, true, sequence(...ca ? [TRUE] : [], ...pathLength === undefined ? [] : [integer(pathLength)]));
}

/** Critical, as RFC 5280, section 4.2.1.3, recommends. */
function keyUsage(profile: CertificateProfile, family: KeyFamily): Buffer {
  const usages = [...profile.keyUsage, ...family === 'RSA' ? profile.rsaKeyUsage : []];
  return extension(KEY_USAGE, true, namedBits(usages.map(usage => KEY_USAGES.indexOf(usage))));
}

/** RFC 5280, section 4.2.1.12. Not critical, because that would only break verifiers that do not know the extension. */
function extKeyUsage({ extendedKeyUsage }: CertificateProfile, more: readonly string[]): readonly Buffer[] {
  const usages = [...new Set([...extendedKeyUsage, ...more])];
  return usages.length === 0 ? [] : [extension(EXT_KEY_USAGE, false, sequence(...usages.map(objectIdentifier)))];
}

/** Not critical, as RFC 6960, section 4.2.2.2.1, recommends. */
const OCSP_NO_CHECK = extension(objectIdentifier(OID.ocspNoCheck), false, NULL);

function encodeProfile(profile: CertificateProfile, family: KeyFamily, pathLength: number | undefined, usages: readonly string[] = []): Buffer {
  return Buffer.concat([
    basicConstraints(profile.ca, pathLength),
    keyUsage(profile, family),
    ...extKeyUsage(profile, usages),
    ...profile.ocspNoCheck ? [OCSP_NO_CHECK] : [],
  ]);
}

/** The encoded extensions that all certificates of a profile without a path length share, made once for each family of subject keys. */
const ENCODED_PROFILES = new WeakMap<CertificateProfile, { readonly [F in KeyFamily]: Buffer }>();

/**
 * The extensions that follow from the profile, in the order of a certificate.
 *
 * @param usages object identifiers of extended key usages beyond the profile's
 */
export function profileExtensions(
  profile: CertificateProfile, family: KeyFamily, pathLength: number | undefined, usages: readonly string[] = [],
): Buffer {
  if (pathLength !== undefined || usages.length > 0) {
    return encodeProfile(profile, family, pathLength, usages);
  }
  let encoded = ENCODED_PROFILES.get(profile);
  if (!encoded) {
    encoded = {
      RSA: encodeProfile(profile, 'RSA', undefined),
      EC: encodeProfile(profile, 'EC', undefined),
      ED25519: encodeProfile(profile, 'ED25519', undefined),
    };
    ENCODED_PROFILES.set(profile, encoded);
  }
  return encoded[family];
}

/** RFC 5280, section 4.2.1.2. */
export function subjectKeyIdentifier(keyIdentifier: Buffer): Buffer {
  return extension(SUBJECT_KEY_IDENTIFIER, false, octetString(keyIdentifier));
}

/**
 * RFC 5280, section 4.2.1.1: the issuer's key identifier. A self-signed certificate may leave it out, but here it names its own key, so all
 * certificates have the same extensions.
 */
export function authorityKeyIdentifier(keyIdentifier: Buffer): Buffer {
  return extension(AUTHORITY_KEY_IDENTIFIER, false, sequence(element(contextTag(0, false), keyIdentifier)));
}
