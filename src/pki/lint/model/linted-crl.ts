import { CrlExtensionValues, readCrlExtensionValue } from './crl-extension-values';
import { LintedExtensions, readLintedExtensions } from './linted-extension';
import { LintedName, readName } from './linted-name';
import { AlgorithmIdentifier, readAlgorithmIdentifier } from '../../algorithms';
import { CertificateTime, readTime } from '../../certificate-time';
import { Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { readExtensionList } from '../../extension-list';

/** A revocation list of any origin, parsed as far as the rules need it. Nothing is taken for granted except that it has its fields in their order. */
export interface LintedCrl extends LintedExtensions<CrlExtensionValues> {
  readonly der: Buffer;
  /** The part that is signed: TBSCertList, DER. */
  readonly tbs: Buffer;
  /** The version as people count it: 1 or 2, if it is one of those. */
  readonly version: number;
  /** What deviates from DER but could still be read. */
  readonly encodingFaults: string[];
  /** `signature` of the TBSCertList. */
  readonly innerSignature: AlgorithmIdentifier;
  /** `signatureAlgorithm` of the CertificateList. */
  readonly outerSignature: AlgorithmIdentifier;
  readonly signature: Buffer;
  readonly issuer: LintedName;
  readonly thisUpdate: CertificateTime;
  readonly nextUpdate?: CertificateTime;
  /** The entries, encoded one after the other; absent if the list has no revokedCertificates. */
  readonly entries?: Buffer;
}

/**
 * Parses a revocation list for the rules.
 *
 * @throws an error that says where the DER stops being a revocation list; nothing is known about it then
 */
export function readLintedCrl(der: Buffer): LintedCrl {
  const encodingFaults: string[] = [];
  const list = DerReader.only(der);
  const tbs = list.element(Tag.SEQUENCE);
  const outerSignature = readAlgorithmIdentifier(list);
  const signature = list.bitString();
  list.end();

  const fields = new DerReader(tbs).sequence();
  const version = readVersion(fields, encodingFaults);
  const innerSignature = readAlgorithmIdentifier(fields);
  const issuer = readName(fields.element(Tag.SEQUENCE), 'the issuer', encodingFaults);
  const thisUpdate = readTime(fields);
  const nextUpdate = fields.follows(Tag.UTC_TIME) || fields.follows(Tag.GENERALIZED_TIME) ? readTime(fields) : undefined;
  const entries = fields.optional(Tag.SEQUENCE);
  const extensions = fields.optionalExplicit(0);
  fields.end();
  const raw = extensions ? DerReader.whole(extensions.contents(Tag.SEQUENCE), each => readExtensionList(each, encodingFaults)) : [];
  extensions?.end();
  return {
    der,
    tbs,
    version,
    encodingFaults,
    innerSignature,
    outerSignature,
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    entries,
    ...readLintedExtensions(raw, encodingFaults, readCrlExtensionValue),
  };
}

/** `version`, which is absent in version 1 (RFC 5280, section 5.1.2.1). */
function readVersion(fields: DerReader, faults: string[]): number {
  if (!fields.follows(Tag.INTEGER)) {
    return 1;
  }
  const octets = fields.integer('the version', faults);
  return octets.length === 1 ? octets.readInt8() + 1 : NaN;
}
