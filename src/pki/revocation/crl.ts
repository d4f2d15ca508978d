import { CrlEntry, CrlExtensions, readCrlExtensions, readEntryExtensions } from './crl-extensions';
import { quote } from '../../contract/rules';
import { readTime, strictDate } from '../certificate-time';
import { Tag } from '../der';
import { DerReader } from '../der-reader';

/** A parsed certificate revocation list. The buffers are views of `der`. */
export interface Crl extends CrlExtensions {
  readonly der: Buffer;
  /** The part that is signed: TBSCertList, DER. */
  readonly tbs: Buffer;
  /** 1 or 2. */
  readonly version: number;
  /** A DER Name. */
  readonly issuer: Buffer;
  readonly thisUpdate: Date;
  /** When the next list will be there at the latest; absent in lists that break RFC 5280, section 5.1.2.5. */
  readonly nextUpdate?: Date;
  /** AlgorithmIdentifier of the signature, DER. */
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
  /** The entries, encoded one after the other; `revokedIn` reads them. */
  readonly entries: Buffer;
}

/**
 * Parses a certificate revocation list of any CA. It requires DER, and the same signature algorithm inside and outside. It does not
 * verify the signature, and leaves the entries to `revokedIn`, because a list can have a million of them.
 */
export function parseCrl(der: Buffer): Crl {
  const list = DerReader.only(der);
  const tbs = list.element(Tag.SEQUENCE);
  const signatureAlgorithm = list.element(Tag.SEQUENCE);
  const signature = list.bitString();
  list.end();

  const fields = new DerReader(tbs).sequence();
  const version = fields.follows(Tag.INTEGER) ? versionOf(fields.unsigned()) : 1;
  if (!fields.element(Tag.SEQUENCE).equals(signatureAlgorithm)) {
    throw new Error('the revocation list must name the same signature algorithm in both places (RFC 5280, section 5.1.1.2)');
  }
  const issuer = fields.element(Tag.SEQUENCE);
  const thisUpdate = dateIn(fields);
  const nextUpdate = followsTime(fields) ? dateIn(fields) : undefined;
  const entries = fields.optional(Tag.SEQUENCE) ?? Buffer.alloc(0);
  const extensions = fields.optionalExplicit(0);
  fields.end();
  return { der, tbs, version, issuer, thisUpdate, nextUpdate, signatureAlgorithm, signature, entries, ...readCrlExtensions(extensions) };
}

/** RFC 5280, section 5.1.2.1. Version 1 is the default, so DER leaves it out. */
function versionOf(octets: Buffer): number {
  if (!octets.equals(Buffer.of(1))) {
    throw new Error(`the revocation list must have version 1 or 2, got the number ${quote(octets.toString('hex'))}`);
  }
  return 2;
}

function dateIn(reader: DerReader): Date {
  return strictDate(readTime(reader), 'the revocation list');
}

function followsTime(reader: DerReader): boolean {
  return reader.follows(Tag.UTC_TIME) || reader.follows(Tag.GENERALIZED_TIME);
}

/** The certificates that a list revokes, in its order. */
export function* revokedIn({ entries }: Pick<Crl, 'entries'>): Iterable<CrlEntry> {
  const list = new DerReader(entries);
  while (list.more) {
    const entry = list.sequence();
    const serialNumber = entry.unsigned().toString('hex').toUpperCase();
    const revokedAt = dateIn(entry);
    const extensions = entry.more ? readEntryExtensions(entry.sequence(), serialNumber) : {};
    entry.end();
    yield { serialNumber, revokedAt, ...extensions };
  }
}

/**
 * Whether these octets have the outer form of a certificate revocation list, even of one that can't be read further: after the issuer comes
 * a time, where a certificate has its validity, a SEQUENCE.
 */
export function isRevocationList(der: Buffer): boolean {
  try {
    const fields = new DerReader(der).sequence().sequence();
    fields.optional(Tag.INTEGER);
    [Tag.SEQUENCE, Tag.SEQUENCE].forEach(tag => fields.contents(tag));
    return followsTime(fields);
  } catch {
    return false;
  }
}
