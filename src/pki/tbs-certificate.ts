import { CopiedParts } from './certificate-content';
import { declaredExtensions } from './declared-extensions';
import { element, explicit, integer, sequence, Tag, time } from './der';
import { authorityKeyIdentifier, profileExtensions, subjectKeyIdentifier } from './extensions';
import { CertificateProfile } from './profile';
import { SubjectKey } from './subject-key';
import { Validity } from './validity';
import { DeclaredExtensions } from '../contract/extensions';
import { quote } from '../contract/rules';

/** The fields that make one certificate differ from the next. */
export interface TbsContent {
  /** 40 upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly validity: Validity;
  /** A DER Name. */
  readonly subject: Buffer;
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  readonly pathLength?: number;
  /** The extensions that are declared beyond the profile. */
  readonly extensions?: DeclaredExtensions;
  readonly copied?: CopiedParts;
}

/** The issuer, as the certificates that it issues identify it. */
export interface TbsIssuer {
  /** A DER Name. */
  readonly name: Buffer;
  readonly keyIdentifier: Buffer;
}

/** `version [0] EXPLICIT`, v3 (RFC 5280, section 4.1.2.1). */
const VERSION_3 = explicit(0, integer(2));

/** The TBSCertificate of RFC 5280, section 4.1, which is the part that is signed. */
export function tbsCertificate(
  profile: CertificateProfile, content: TbsContent, subjectKey: SubjectKey, issuer: TbsIssuer, signatureAlgorithm: Buffer,
): Buffer {
  return sequence(
    VERSION_3,
    serialNumber(content.serialNumber),
    signatureAlgorithm,
    issuer.name,
    sequence(time(content.validity.notBefore), time(content.validity.notAfter)),
    content.subject,
    content.publicKey,
    explicit(3, sequence(
      profileExtensions(profile, subjectKey.family, content.pathLength, content.extensions?.extendedKeyUsages),
      ...content.extensions ? declaredExtensions(content.extensions) : [],
      ...content.copied?.extensions ?? [],
      subjectKeyIdentifier(content.copied?.keyIdentifier ?? subjectKey.keyIdentifier),
      authorityKeyIdentifier(issuer.keyIdentifier),
    )),
  );
}

/** A positive INTEGER of 20 octets (RFC 5280, section 4.1.2.2). */
function serialNumber(digits: string): Buffer {
  if (!/^(?!00)[0-7][0-9A-F]{39}$/.test(digits)) {
    throw new Error(`a serial number must be 40 upper-case hexadecimal digits, from 01 to 7F at the beginning, got ${quote(digits)}`);
  }
  return element(Tag.INTEGER, Buffer.from(digits, 'hex'));
}
