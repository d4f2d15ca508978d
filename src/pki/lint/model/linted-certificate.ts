import { AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier';
import { integerOctets, objectIdentifierText, tolerantFlag } from './der-values';
import { ExtensionValues, readExtensionValue } from './extension-values';
import { LintedKey, readKey } from './linted-key';
import { isSameLintedName, LintedName, readName } from './linted-name';
import { LintedTime, readTime } from './linted-time';
import { contextTag, Tag } from '../../der';
import { DerReader } from '../../der-reader';

/** An extension as the certificate has it. */
export interface LintedExtension {
  /** Dotted. */
  readonly oid: string;
  readonly critical: boolean;
  /** The contents of the OCTET STRING. */
  readonly value: Buffer;
  /** What is wrong with the value, or why it can't be read. */
  readonly fault?: string;
}

/**
 * A certificate of any origin, parsed as far as the rules need it. Nothing is taken for granted except that it has the fields of a
 * certificate in their order. The buffers are views of `der`.
 */
export interface LintedCertificate {
  readonly der: Buffer;
  /** What deviates from DER but could still be read, and why parts of names could not be read. */
  readonly encodingFaults: readonly string[];
  /** The version as people count it: 1, 2 or 3, if it is one of those. */
  readonly version: number;
  /** The octets of the INTEGER, including its sign. */
  readonly serialNumber: Buffer;
  /** `signature` of the TBSCertificate. */
  readonly innerSignature: AlgorithmIdentifier;
  /** `signatureAlgorithm` of the Certificate. */
  readonly outerSignature: AlgorithmIdentifier;
  readonly issuer: LintedName;
  readonly notBefore: LintedTime;
  readonly notAfter: LintedTime;
  readonly subject: LintedName;
  readonly publicKey: LintedKey;
  /** Whether there is an issuerUniqueID or a subjectUniqueID. */
  readonly uniqueIdentifiers: boolean;
  /** In order, including repeated ones. */
  readonly extensions: readonly LintedExtension[];
  /** The values of the extensions. If an extension is repeated, the first one counts. */
  readonly values: ExtensionValues;
  /** The object identifiers of extensions whose values can't be read, so it is unknown what is missing. */
  readonly unreadable: ReadonlySet<string>;
  /** Whether it is a CA: `cA` of basicConstraints. */
  readonly ca: boolean;
  /** Whether it names itself as its issuer, in any encoding. */
  readonly selfIssued: boolean;
}

/**
 * Parses a certificate for the rules.
 *
 * @throws an error that says where the DER stops being a certificate; nothing is known about it then
 */
export function readLintedCertificate(der: Buffer): LintedCertificate {
  const encodingFaults: string[] = [];
  const file = new DerReader(der);
  const certificate = file.sequence();
  file.end();
  const tbs = certificate.sequence();
  const outerSignature = readAlgorithmIdentifier(certificate.element(Tag.SEQUENCE));
  certificate.bitString();
  certificate.end();

  const version = readVersion(tbs, encodingFaults);
  const serialNumber = integerOctets(tbs, 'the serial number', encodingFaults);
  const innerSignature = readAlgorithmIdentifier(tbs.element(Tag.SEQUENCE));
  const issuer = readName(tbs.element(Tag.SEQUENCE), 'the issuer', encodingFaults);
  const validity = tbs.sequence();
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end();
  const subject = readName(tbs.element(Tag.SEQUENCE), 'the subject', encodingFaults);
  const publicKey = readKey(tbs.element(Tag.SEQUENCE));
  const uniqueIdentifiers = skipUniqueIdentifiers(tbs);
  const { extensions, values, unreadable } = readExtensions(tbs, encodingFaults);
  tbs.end();
  return {
    der,
    encodingFaults,
    version,
    serialNumber,
    innerSignature,
    outerSignature,
    issuer,
    notBefore,
    notAfter,
    subject,
    publicKey,
    uniqueIdentifiers,
    extensions,
    values,
    unreadable,
    ca: values.basicConstraints?.ca === true,
    selfIssued: isSameLintedName(subject, issuer),
  };
}

/** `version [0] EXPLICIT`, version 1 by default (RFC 5280, section 4.1.2.1). */
function readVersion(tbs: DerReader, faults: string[]): number {
  if (!tbs.follows(contextTag(0, true))) {
    return 1;
  }
  const field = tbs.explicit(0);
  const octets = integerOctets(field, 'the version', faults);
  field.end();
  if (octets.equals(Buffer.of(0))) {
    faults.push('the version must be left out where it is 1, its default');
  }
  return octets.length === 1 ? octets.readInt8() + 1 : NaN;
}

/** `issuerUniqueID [1]` and `subjectUniqueID [2]`, IMPLICIT (RFC 5280, section 4.1.2.8). */
function skipUniqueIdentifiers(tbs: DerReader): boolean {
  let found = false;
  for (const tag of [contextTag(1, false), contextTag(2, false)]) {
    if (tbs.follows(tag)) {
      tbs.contents(tag);
      found = true;
    }
  }
  return found;
}

/** `extensions [3] EXPLICIT` (RFC 5280, section 4.1.2.9). */
function readExtensions(tbs: DerReader, faults: string[]): Pick<LintedCertificate, 'extensions' | 'values' | 'unreadable'> {
  const extensions: LintedExtension[] = [];
  const values: ExtensionValues = {};
  const unreadable = new Set<string>();
  if (!tbs.follows(contextTag(3, true))) {
    return { extensions, values, unreadable };
  }
  const field = tbs.explicit(3);
  const list = field.sequence();
  field.end();
  const seen = new Set<string>();
  do {
    const extension = readExtension(list.sequence(), faults);
    const { values: said, fault } = valuesOf(extension, faults);
    extensions.push({ ...extension, fault });
    if (!seen.has(extension.oid)) {
      Object.assign(values, said);
      if (fault !== undefined && Object.keys(said).length === 0) {
        unreadable.add(extension.oid);
      }
    }
    seen.add(extension.oid);
  } while (list.more);
  return { extensions, values, unreadable };
}

function readExtension(fields: DerReader, faults: string[]): LintedExtension {
  const oid = objectIdentifierText(fields);
  const critical = tolerantFlag(fields, `critical of the extension ${oid}`, faults);
  const value = fields.contents(Tag.OCTET_STRING);
  fields.end();
  return { oid, critical, value };
}

function valuesOf({ oid, value }: LintedExtension, encoding: string[]): { values: ExtensionValues; fault?: string } {
  const syntax: string[] = [];
  let values: ExtensionValues = {};
  try {
    values = readExtensionValue(oid, value, { encoding, syntax });
  } catch (error) {
    syntax.push((error as Error).message);
  }
  return { values, fault: syntax.length > 0 ? syntax.join('; ') : undefined };
}
