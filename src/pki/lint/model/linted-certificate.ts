import { ExtensionValues, readExtensionValue } from './extension-values';
import { isSameLintedName, LintedName, readName } from './linted-name';
import { AlgorithmIdentifier, readAlgorithmIdentifier } from '../../algorithms';
import { CertificateStructure, readStructure } from '../../certificate-structure';
import { DerReader } from '../../der-reader';
import { RawExtension } from '../../extension-list';
import { PublicKeyFacts, readPublicKey } from '../../public-key-info';

/** An extension as the certificate has it. */
export interface LintedExtension extends RawExtension {
  /** What is wrong with the value, or why it can't be read. */
  readonly fault?: string;
}

/** A certificate of any origin, parsed as far as the rules need it. Nothing is taken for granted except that it has the fields of a certificate in their order. */
export interface LintedCertificate extends Omit<CertificateStructure, 'innerSignature' | 'outerSignature' | 'issuer' | 'subject' | 'publicKey' | 'extensions'> {
  /** What deviates from DER but could still be read, and why parts of names could not be read. */
  readonly encodingFaults: readonly string[];
  /** `signature` of the TBSCertificate. */
  readonly innerSignature: AlgorithmIdentifier;
  /** `signatureAlgorithm` of the Certificate. */
  readonly outerSignature: AlgorithmIdentifier;
  readonly issuer: LintedName;
  readonly subject: LintedName;
  readonly publicKey: PublicKeyFacts;
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
  const structure = readStructure(der, encodingFaults);
  const innerSignature = readAlgorithmIdentifier(new DerReader(structure.innerSignature));
  const outerSignature = readAlgorithmIdentifier(new DerReader(structure.outerSignature));
  const issuer = readName(structure.issuer, 'the issuer', encodingFaults);
  const subject = readName(structure.subject, 'the subject', encodingFaults);
  const publicKey = readPublicKey(structure.publicKey);
  const { extensions, values, unreadable } = readValues(structure.extensions, encodingFaults);
  const { version, serialNumber, notBefore, notAfter, uniqueIdentifiers } = structure;
  return {
    der,
    version,
    serialNumber,
    notBefore,
    notAfter,
    uniqueIdentifiers,
    encodingFaults,
    innerSignature,
    outerSignature,
    issuer,
    subject,
    publicKey,
    extensions,
    values,
    unreadable,
    ca: values.basicConstraints?.ca === true,
    selfIssued: isSameLintedName(subject, issuer),
  };
}

/** Whether an extension is critical; `undefined` if it is absent. */
export function isCritical({ extensions }: LintedCertificate, extension: string): boolean | undefined {
  return extensions.find(({ oid }) => oid === extension)?.critical;
}

function readValues(raw: readonly RawExtension[], faults: string[]): Pick<LintedCertificate, 'extensions' | 'values' | 'unreadable'> {
  const values: ExtensionValues = {};
  const unreadable = new Set<string>();
  const seen = new Set<string>();
  const extensions = raw.map((extension): LintedExtension => {
    const { oid, critical, value } = extension;
    const { values: said, fault } = valuesOf(extension, faults);
    if (!seen.has(oid)) {
      Object.assign(values, said);
      if (fault !== undefined && Object.keys(said).length === 0) {
        unreadable.add(oid);
      }
    }
    seen.add(oid);
    return { oid, critical, value, fault };
  });
  return { extensions, values, unreadable };
}

function valuesOf({ oid, value }: RawExtension, encoding: string[]): { values: ExtensionValues; fault?: string } {
  const syntax: string[] = [];
  let values: ExtensionValues = {};
  try {
    values = readExtensionValue(oid, value, { encoding, syntax });
  } catch (error) {
    syntax.push((error as Error).message);
  }
  return { values, fault: syntax.length > 0 ? syntax.join('; ') : undefined };
}
