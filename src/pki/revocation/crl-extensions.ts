import { RevokedCertificate } from './crl-entries';
import { REVOCATION_REASON_NAMES, REVOCATION_REASONS, RevocationReason } from '../../contract/revocation';
import { quote } from '../../contract/rules';
import { readGeneralizedTime } from '../certificate-time';
import { contextTag, Tag } from '../der';
import { DerReader } from '../der-reader';
import { RawExtension, readUniqueExtensions } from '../extension-list';
import { readGeneralNames } from '../general-names';
import { OID } from '../object-identifiers';

/** What the extensions of a revocation list say (RFC 5280, section 5.2). */
export interface CrlExtensions {
  /** The key identifier of the CA. */
  readonly authorityKeyIdentifier?: Buffer;
  /** The list's number, as octets without leading zeros. */
  readonly number?: Buffer;
  readonly distributionPoint?: CrlScope;
  /** The number of the complete list to which this delta list belongs. */
  readonly deltaBase?: Buffer;
  /** The object identifiers of critical extensions that this library does not process. A list that has any must not be used. */
  readonly unknownCritical: readonly string[];
  /** All extensions, by their object identifiers. */
  readonly extensions: ReadonlyMap<string, RawExtension>;
}

/** The certificates that a list is about: its issuingDistributionPoint (RFC 5280, section 5.2.5). */
export interface CrlScope {
  /** Whether it has a distribution point, whose name may be another than a URL. */
  readonly hasPoint: boolean;
  /** The URLs at which the list is published. */
  readonly urls: readonly string[];
  readonly onlyUserCertificates: boolean;
  readonly onlyCaCertificates: boolean;
  readonly onlyAttributeCertificates: boolean;
  /** Whether it has only certificates that were revoked for some of the reasons. */
  readonly onlySomeReasons: boolean;
  /** Whether it also has certificates of other CAs. */
  readonly indirect: boolean;
}

/** What has the extensions, for errors. */
const OWNER = 'the revocation list';

const UNDERSTOOD: ReadonlySet<string> = new Set([OID.authorityKeyIdentifier, OID.cRLNumber, OID.issuingDistributionPoint]);

const ENTRY_UNDERSTOOD: ReadonlySet<string> = new Set([OID.cRLReason, OID.invalidityDate]);

/** Reads the contents of `crlExtensions [0]`. */
export function readCrlExtensions(field: DerReader | undefined): CrlExtensions {
  const extensions = field ? readUniqueExtensions(field.sequence(), OWNER) : new Map<string, RawExtension>();
  field?.end();
  const value = <T>(oid: string, read: (value: DerReader) => T): T | undefined => valueOf(extensions.get(oid), read);
  return {
    authorityKeyIdentifier: value(OID.authorityKeyIdentifier, each => each.sequence().optional(contextTag(0, false))),
    number: value(OID.cRLNumber, each => each.unsigned()),
    distributionPoint: value(OID.issuingDistributionPoint, each => readScope(each.sequence())),
    deltaBase: value(OID.deltaCRLIndicator, each => each.unsigned()),
    unknownCritical: [...extensions].filter(([oid, { critical }]) => critical && !UNDERSTOOD.has(oid)).map(([oid]) => oid),
    extensions,
  };
}

/** The value of an extension, which is the only element in its octets (RFC 5280, section 4.1). */
function valueOf<T>(extension: RawExtension | undefined, read: (value: DerReader) => T): T | undefined {
  return extension && DerReader.whole(extension.value, read);
}

/** An entry of a list. */
export interface CrlEntry extends RevokedCertificate {
  /** Whether it has a critical extension that is not supported here, so that the list must not be used (RFC 5280, section 5.3). */
  readonly unknownCritical?: true;
}

/** Reads the extensions of an entry (RFC 5280, section 5.3). */
export function readEntryExtensions(list: DerReader, serialNumber: string): Omit<CrlEntry, 'serialNumber' | 'revokedAt'> {
  const extensions = readUniqueExtensions(list, OWNER);
  return {
    reason: valueOf(extensions.get(OID.cRLReason), each => readReason(each, serialNumber)),
    invalidityDate: valueOf(extensions.get(OID.invalidityDate), readGeneralizedTime),
    ...[...extensions.values()].some(({ oid, critical }) => critical && !ENTRY_UNDERSTOOD.has(oid)) && { unknownCritical: true },
  };
}

const REASONS = new Map<number, RevocationReason>(REVOCATION_REASON_NAMES.map(name => [REVOCATION_REASONS[name], name]));

/** Reads a CRLReason (RFC 5280, section 5.3.1). */
export function readReason(value: DerReader, serialNumber: string): RevocationReason {
  const code = value.contents(Tag.ENUMERATED);
  const reason = code.length === 1 ? REASONS.get(code[0]) : undefined;
  if (reason === undefined) {
    throw new Error(`the reason for the revocation of ${serialNumber} must be one of ${Object.values(REVOCATION_REASONS).join(', ')} `
      + `(RFC 5280, section 5.3.1), got ${quote(code.toString('hex'))}`);
  }
  return reason;
}

/** The fields of IssuingDistributionPoint that are flags, in their order, by their tags. */
const FLAGS = ['onlyUserCertificates', 'onlyCaCertificates', 'indirect', 'onlyAttributeCertificates'] as const;
const FLAG_TAGS = { onlyUserCertificates: 1, onlyCaCertificates: 2, indirect: 4, onlyAttributeCertificates: 5 } as const;

function readScope(fields: DerReader): CrlScope {
  const flags = { onlyUserCertificates: false, onlyCaCertificates: false, indirect: false, onlyAttributeCertificates: false };
  const point = fields.optionalExplicit(0);
  const urls = point ? urlsOf(point) : [];
  point?.end();
  let onlySomeReasons = false;
  while (fields.more) {
    const { tag } = fields.any();
    const flag = FLAGS.find(name => contextTag(FLAG_TAGS[name], false) === tag);
    if (flag) {
      flags[flag] = true; // FALSE is the default, so DER leaves it out
    } else {
      onlySomeReasons = true;
    }
  }
  return { hasPoint: point !== undefined, urls, onlySomeReasons, ...flags };
}

/** The URLs of a DistributionPointName; a name relative to the CA's has none. */
function urlsOf(name: DerReader): string[] {
  const { tag, contents } = name.any();
  return tag === contextTag(0, true) ? readGeneralNames(new DerReader(contents)).flatMap(each => each?.type === 'uri' ? [each.value] : []) : [];
}
