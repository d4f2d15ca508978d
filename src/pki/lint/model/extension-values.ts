import { anyElement, elementsOf, integerOctets, objectIdentifierText, tolerantFlag } from './der-values';
import { LINT_OID } from './object-identifiers';
import { contextTag, Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { OID } from '../../object-identifiers';

/** The bits of keyUsage in their order (RFC 5280, section 4.2.1.3). */
export const KEY_USAGE_NAMES = [
  'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly',
] as const;

export type KeyUsageName = typeof KEY_USAGE_NAMES[number];

/** A GeneralName (RFC 5280, section 4.2.1.6): the number of its tag, and what is in it. */
export interface GeneralName {
  readonly kind: number;
  readonly contents: Buffer;
}

/** The numbers of the tags of a GeneralName that are looked into. */
export const GENERAL_NAME = { rfc822Name: 1, dNSName: 2, uniformResourceIdentifier: 6, iPAddress: 7 } as const;

/** What the extensions say. A value is absent where the extension is, or can't be read. */
export interface ExtensionValues {
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly keyUsage?: ReadonlySet<KeyUsageName>;
  /** Object identifiers, dotted. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAlternativeNames?: readonly GeneralName[];
  readonly subjectKeyIdentifier?: Buffer;
  /** `keyIdentifier` of the extension. */
  readonly authorityKeyIdentifier?: Buffer;
  /** Where CRLs are. */
  readonly crlUris?: readonly string[];
  /** Where the issuer's certificate or OCSP is. */
  readonly accessUris?: readonly string[];
}

type ValueReader = (value: DerReader, faults: string[]) => ExtensionValues;

/** How the value of each extension that is looked into is read. */
const VALUE_READERS: { readonly [oid: string]: ValueReader | undefined } = {
  [OID.basicConstraints]: (value, faults) => ({ basicConstraints: basicConstraints(value.sequence(), faults) }),
  [OID.keyUsage]: (value, faults) => ({ keyUsage: keyUsage(value.contents(Tag.BIT_STRING), faults) }),
  [OID.extKeyUsage]: value => ({ extendedKeyUsage: atLeastOne(value.sequence(), objectIdentifierText) }),
  [LINT_OID.subjectAltName]: value => ({ subjectAlternativeNames: atLeastOne(value.sequence(), generalName) }),
  [OID.subjectKeyIdentifier]: value => ({ subjectKeyIdentifier: value.contents(Tag.OCTET_STRING) }),
  [OID.authorityKeyIdentifier]: value => ({ authorityKeyIdentifier: optional(value.sequence(), contextTag(0, false)) }),
  [LINT_OID.cRLDistributionPoints]: value => ({ crlUris: atLeastOne(value.sequence(), distributionPointUris).flat() }),
  [LINT_OID.authorityInfoAccess]: value => ({ accessUris: atLeastOne(value.sequence(), accessUris).flat() }),
};

/**
 * Reads the value of one extension; one that is not looked into says nothing.
 *
 * @param faults what is wrong with the encoding goes here
 */
export function readExtensionValue(oid: string, value: Buffer, faults: string[]): ExtensionValues {
  const read = VALUE_READERS[oid];
  if (!read) {
    return {};
  }
  const reader = new DerReader(value);
  const values = read(reader, faults);
  reader.end();
  return values;
}

/** RFC 5280, section 4.2.1.9. */
function basicConstraints(fields: DerReader, faults: string[]): ExtensionValues['basicConstraints'] {
  const ca = tolerantFlag(fields, 'cA of basicConstraints', faults);
  if (!fields.more) {
    return { ca };
  }
  const octets = integerOctets(fields, 'pathLenConstraint', faults);
  fields.end();
  if (octets[0] >= 0x80) {
    throw new Error('pathLenConstraint must not be negative');
  }
  return { ca, pathLength: Number(`0x${octets.toString('hex')}`) };
}

/** RFC 5280, section 4.2.1.3. Zero bits at the end are left out (X.690, 11.2.2). */
function keyUsage(contents: Buffer, faults: string[]): ReadonlySet<KeyUsageName> {
  const [unused = NaN, ...octets] = contents.subarray(0, 4);
  const bits = 8 * octets.length - unused;
  if (!(unused <= 7 && bits >= 0 && contents.length <= 3 && bits <= KEY_USAGE_NAMES.length)) {
    throw new Error(`keyUsage must be a BIT STRING of at most ${KEY_USAGE_NAMES.length} bits`);
  }
  const isSet = (bit: number) => Math.floor(octets[Math.floor(bit / 8)] / 2 ** (7 - bit % 8)) % 2 === 1;
  if (bits > 0 && !isSet(bits - 1)) {
    faults.push('keyUsage must be a BIT STRING without zero bits at the end');
  }
  return new Set(KEY_USAGE_NAMES.filter((_, bit) => bit < bits && isSet(bit)));
}

function generalName(reader: DerReader): GeneralName {
  const { tag, contents } = anyElement(reader);
  const kind = tag % 32;
  if (tag < 0x80 || tag >= 0xc0 || kind > 8) {
    throw new Error(`a GeneralName must have a tag from [0] to [8], got 0x${tag.toString(16).padStart(2, '0')}`);
  }
  return { kind, contents };
}

function uris(names: readonly GeneralName[]): string[] {
  return names.filter(({ kind }) => kind === GENERAL_NAME.uniformResourceIdentifier).map(({ contents }) => contents.toString('latin1'));
}

/** RFC 5280, section 4.2.1.13: the URIs of `fullName`. */
function distributionPointUris(points: DerReader): string[] {
  const point = points.sequence();
  const name = point.follows(contextTag(0, true)) ? point.explicit(0) : undefined;
  elementsOf(point);
  return name?.follows(contextTag(0, true)) ? uris(atLeastOne(name.explicit(0), generalName)) : [];
}

/** RFC 5280, section 4.2.2.1. */
function accessUris(descriptions: DerReader): string[] {
  const description = descriptions.sequence();
  objectIdentifierText(description);
  const names = [generalName(description)];
  description.end();
  return uris(names);
}

/** All that a SEQUENCE OF holds; empty ones are not allowed (`SIZE (1..MAX)` in RFC 5280, appendix A). */
function atLeastOne<T>(reader: DerReader, read: (reader: DerReader) => T): T[] {
  const all: T[] = [];
  do {
    all.push(read(reader));
  } while (reader.more);
  return all;
}

function optional(fields: DerReader, tag: number): Buffer | undefined {
  const contents = fields.follows(tag) ? fields.contents(tag) : undefined;
  elementsOf(fields);
  return contents;
}
