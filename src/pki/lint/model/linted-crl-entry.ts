import { LintedCrl } from './linted-crl';
import { LintedExtension, readLintedExtensions } from './linted-extension';
import { ValueFaults } from '../../certificate-extensions';
import { CertificateTime, readTime } from '../../certificate-time';
import { Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { readExtensionList } from '../../extension-list';
import { OID } from '../../object-identifiers';

/** The values of the extensions of an entry. A value is absent if its extension is absent or can't be read. */
interface EntryValues {
  /** The number of the reason. */
  readonly reason?: number;
  readonly invalidityDate?: CertificateTime;
}

/** An entry of a revocation list (RFC 5280, sections 5.1.2.6 and 5.3). */
export interface LintedCrlEntry extends EntryValues {
  /** The octets of the INTEGER in upper-case hexadecimal digits; the first 20, if there are more. */
  readonly serialNumber: string;
  readonly revokedAt: CertificateTime;
  readonly extensions: readonly LintedExtension[];
  /** Whether an earlier entry has the same serial number. */
  readonly isRepeated: boolean;
}

/** The most octets of a serial number that are shown. */
const MAX_SHOWN_OCTETS = 20;

/** Reads the entries of a list one after the other. What can't be read becomes an encoding fault of the list, and so does all that deviates from DER. */
export function* readLintedEntries({ entries = Buffer.alloc(0), encodingFaults }: Pick<LintedCrl, 'entries' | 'encodingFaults'>): Iterable<LintedCrlEntry> {
  const list = new DerReader(entries);
  const seen = new Set<string>();
  for (let number = 1; list.more; number++) {
    let contents: Buffer;
    try {
      contents = list.contents(Tag.SEQUENCE);
    } catch (error) {
      encodingFaults.push(`the entries can't be read from number ${number} on: ${(error as Error).message}`);
      return;
    }
    const entry = readEntry(contents, number, encodingFaults);
    if (entry) {
      const { octets: serial, ...rest } = entry;
      yield { ...rest, serialNumber: shown(serial), isRepeated: seen.size === seen.add(serial.toString('latin1')).size };
    }
  }
}

const NO_EXTENSIONS: readonly LintedExtension[] = [];

/** The digits of a serial number, without a zero octet that only keeps it positive. */
function shown(octets: Buffer): string {
  return octets.subarray(octets[0] === 0 && octets.length > 1 ? 1 : 0).toString('hex', 0, MAX_SHOWN_OCTETS).toUpperCase();
}

/** An entry, with the octets of its serial number. */
type ReadEntry = Omit<LintedCrlEntry, 'serialNumber' | 'isRepeated'> & { readonly octets: Buffer };

function readEntry(contents: Buffer, number: number, faults: string[]): ReadEntry | undefined {
  try {
    const fields = new DerReader(contents);
    const octets = fields.integer(`the serial number of the entry number ${number}`, faults);
    const revokedAt = readTime(fields);
    if (!fields.more) {
      return { octets, revokedAt, extensions: NO_EXTENSIONS };
    }
    const raw = readExtensionList(fields.sequence(), faults);
    fields.end();
    const { extensions, values } = readLintedExtensions(raw, faults, readEntryValue);
    return { octets, revokedAt, extensions, ...values };
  } catch (error) {
    faults.push(`the entry number ${number} can't be read: ${(error as Error).message}`);
    return undefined;
  }
}

const READERS: { readonly [oid: string]: ((value: DerReader) => EntryValues) | undefined } = {
  [OID.cRLReason]: value => {
    const octets = value.contents(Tag.ENUMERATED);
    return { reason: octets.length === 1 ? octets[0] : NaN };
  },
  [OID.invalidityDate]: value => ({ invalidityDate: readTime(value) }),
};

function readEntryValue(oid: string, value: Buffer, _faults: ValueFaults): EntryValues {
  const read = READERS[oid];
  return read ? DerReader.whole(value, read) : {};
}
