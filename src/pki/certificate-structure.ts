import { CertificateTime, readTime } from './certificate-time';
import { contextTag, Tag } from './der';
import { DerReader } from './der-reader';
import { RawExtension, readExtensionList } from './extension-list';

/** The fields of a certificate of any origin (RFC 5280, section 4.1), as its octets have them. The buffers are views of `der`. */
export interface CertificateStructure {
  readonly der: Buffer;
  /** The TBSCertificate, which is the part that is signed, DER. */
  readonly tbs: Buffer;
  /** The octets of the signature. */
  readonly signature: Buffer;
  /** The version as people count it: 1, 2 or 3, if it is one of those. */
  readonly version: number;
  /** The octets of the INTEGER, including its sign. */
  readonly serialNumber: Buffer;
  /** `signature` of the TBSCertificate, DER. */
  readonly innerSignature: Buffer;
  /** `signatureAlgorithm` of the Certificate, DER. */
  readonly outerSignature: Buffer;
  /** A DER Name. */
  readonly issuer: Buffer;
  readonly notBefore: CertificateTime;
  readonly notAfter: CertificateTime;
  /** A DER Name. */
  readonly subject: Buffer;
  /** SPKI, DER. */
  readonly publicKey: Buffer;
  /** Whether there is an issuerUniqueID or a subjectUniqueID. */
  readonly uniqueIdentifiers: boolean;
  /** In order, including repeated ones; empty if the certificate has no extensions. */
  readonly extensions: readonly RawExtension[];
}

/**
 * Reads the fields of a certificate. All readers of certificates begin here.
 *
 * @param faults receives what deviates from DER but can still be read
 * @throws an error that says where the DER stops being a certificate; nothing is known about it then
 */
export function readStructure(der: Buffer, faults: string[]): CertificateStructure {
  const certificate = DerReader.only(der);
  const signed = certificate.element(Tag.SEQUENCE);
  const outerSignature = certificate.element(Tag.SEQUENCE);
  const signature = certificate.bitString();
  certificate.end();

  const tbs = new DerReader(signed).sequence();
  const version = readVersion(tbs, faults);
  const serialNumber = tbs.integer('the serial number', faults);
  const innerSignature = tbs.element(Tag.SEQUENCE);
  const issuer = tbs.element(Tag.SEQUENCE);
  const validity = tbs.sequence();
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end();
  const subject = tbs.element(Tag.SEQUENCE);
  const publicKey = tbs.element(Tag.SEQUENCE);
  // IMPLICIT (RFC 5280, section 4.1.2.8)
  const [issuerId, subjectId] = [tbs.optional(contextTag(1, false)), tbs.optional(contextTag(2, false))];
  const extensions = readExtensions(tbs, faults);
  tbs.end();
  return {
    der,
    tbs: signed,
    signature,
    version,
    serialNumber,
    innerSignature,
    outerSignature,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    uniqueIdentifiers: issuerId !== undefined || subjectId !== undefined,
    extensions,
  };
}

/** `version [0] EXPLICIT`, version 1 by default (RFC 5280, section 4.1.2.1). */
function readVersion(tbs: DerReader, faults: string[]): number {
  const field = tbs.optionalExplicit(0);
  if (!field) {
    return 1;
  }
  const octets = field.integer('the version', faults);
  field.end();
  if (octets.equals(Buffer.of(0))) {
    faults.push('the version must be left out where it is 1, its default');
  }
  return octets.length === 1 ? octets.readInt8() + 1 : NaN;
}

/** `extensions [3] EXPLICIT` (RFC 5280, section 4.1.2.9). */
function readExtensions(tbs: DerReader, faults: string[]): RawExtension[] {
  const field = tbs.optionalExplicit(3);
  if (!field) {
    return [];
  }
  const list = field.sequence();
  field.end();
  return readExtensionList(list, faults);
}
