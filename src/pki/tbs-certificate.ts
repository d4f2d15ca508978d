import { CopiedParts } from './certificate-content';
import { declaredExtensions } from './declared-extensions';
import { element, explicit, integer, sequence, Tag, time } from './der';
import { authorityKeyIdentifier, profileExtensions, subjectKeyIdentifier } from './extensions';
import { CertificateProfile } from './profile';
import { KEY_IDENTIFIER_OCTETS, SubjectKey } from './subject-key';
import { Validity } from './validity';
import { DeclaredExtensions } from '../contract/extensions';
import { KeyFamily } from '../contract/key-algorithms';
import { quote } from '../contract/rules';

/** The fields that the certificates of a batch have in common. */
export interface CommonFields {
  readonly validity: Validity;
  readonly pathLength?: number;
  /** The extensions that are declared beyond the profile. */
  readonly extensions?: DeclaredExtensions;
  readonly copied?: CopiedParts;
}

/** The fields that make one certificate of a batch differ from the next. */
export interface OwnFields {
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  /** A DER Name. */
  readonly subject: Buffer;
  /** SPKI, DER. */
  readonly publicKey: Buffer;
}

/** The issuer, as the certificates that it issues identify it. */
export interface TbsIssuer {
  /** A DER Name. */
  readonly name: Buffer;
  readonly keyIdentifier: Buffer;
}

/** `version [0] EXPLICIT`, v3 (RFC 5280, section 4.1.2.1). */
const VERSION_3 = explicit(0, integer(2));

/**
 * Prepares the TBSCertificate of RFC 5280, section 4.1, which is the part that is signed: everything that the certificates of a batch have in
 * common is encoded once.
 *
 * @returns a function that puts a certificate's own fields into it
 */
export function tbsCertificates(
  profile: CertificateProfile, { validity, pathLength, extensions, copied }: CommonFields, issuer: TbsIssuer, signatureAlgorithm: Buffer,
): (own: OwnFields, subjectKey: SubjectKey) => Buffer {
  const issued = Buffer.concat([signatureAlgorithm, issuer.name, sequence(time(validity.notBefore), time(validity.notAfter))]);
  const declared = [...extensions ? declaredExtensions(extensions) : [], ...copied?.extensions ?? []];
  const authority = authorityKeyIdentifier(issuer.keyIdentifier);
  const heads = new Map<KeyFamily, Buffer>();
  /** The extensions up to the octets of the subject key identifier, whose length is known. */
  const head = (family: KeyFamily, identifier: Buffer): Buffer => {
    const all = explicit(3, sequence(profileExtensions(profile, family, pathLength, extensions?.extendedKeyUsages), ...declared,
      subjectKeyIdentifier(identifier), authority));
    return all.subarray(0, all.length - authority.length - identifier.length);
  };
  return ({ serialNumber, subject, publicKey }, { family, keyIdentifier }) => {
    const identifier = copied?.keyIdentifier ?? keyIdentifier;
    let before = identifier.length === KEY_IDENTIFIER_OCTETS ? heads.get(family) : head(family, identifier);
    if (!before) {
      before = head(family, identifier);
      heads.set(family, before);
    }
    return sequence(VERSION_3, serialNumberOf(serialNumber), issued, subject, publicKey, before, identifier, authority);
  };
}

/** A positive INTEGER of 20 octets (RFC 5280, section 4.1.2.2). */
function serialNumberOf(digits: string): Buffer {
  if (!/^(?!00)[0-7][0-9A-F]{39}$/.test(digits)) {
    throw new Error(`a serial number must be 40 upper-case hexadecimal digits, from 01 to 7F at the beginning, got ${quote(digits)}`);
  }
  return element(Tag.INTEGER, Buffer.from(digits, 'hex'));
}
