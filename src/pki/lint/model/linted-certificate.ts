import { ExtensionValues, readExtensionValue } from './extension-values';
import { LintedExtensions, readLintedExtensions } from './linted-extension';
import { isSameLintedName, LintedName, readName } from './linted-name';
import { AlgorithmIdentifier, readAlgorithmIdentifier } from '../../algorithms';
import { CertificateStructure, readStructure } from '../../certificate-structure';
import { DerReader } from '../../der-reader';
import { PublicKeyFacts, readPublicKey } from '../../public-key-info';

/** A certificate of any origin, parsed as far as the rules need it. Nothing is taken for granted except that it has the fields of a certificate in their order. */
export interface LintedCertificate extends LintedExtensions<ExtensionValues>,
  Omit<CertificateStructure, 'tbs' | 'signature' | 'innerSignature' | 'outerSignature' | 'issuer' | 'subject' | 'publicKey' | 'extensions'> {
  /** What deviates from DER but could still be read, and why parts of names could not be read. */
  readonly encodingFaults: readonly string[];
  /** `signature` of the TBSCertificate. */
  readonly innerSignature: AlgorithmIdentifier;
  /** `signatureAlgorithm` of the Certificate. */
  readonly outerSignature: AlgorithmIdentifier;
  readonly issuer: LintedName;
  readonly subject: LintedName;
  readonly publicKey: PublicKeyFacts;
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
  const { extensions, values, unreadable } = readLintedExtensions(structure.extensions, encodingFaults, readExtensionValue);
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
