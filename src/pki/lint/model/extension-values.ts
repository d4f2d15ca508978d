import { atLeastOne, elementsOf, integerOctets, objectIdentifierText, tolerantFlag } from './der-values';
import {
  checkDirectoryAttribute, checkPolicies, checkPolicyConstraints, checkPolicyMapping, GeneralName, GENERAL_NAME, generalName, nameConstraints,
} from './extension-syntax';
import { LINT_OID } from './object-identifiers';
import { contextTag, Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { NameConstraints } from '../../name-subtrees';
import { OID } from '../../object-identifiers';

/** The bits of keyUsage in their order (RFC 5280, section 4.2.1.3). */
export const KEY_USAGE_NAMES = [
  'digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly',
] as const;

export type KeyUsageName = typeof KEY_USAGE_NAMES[number];

/** The values of the extensions. A value is absent if its extension is absent or can't be read. */
export interface ExtensionValues {
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly keyUsage?: ReadonlySet<KeyUsageName>;
  /** Object identifiers, dotted. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAlternativeNames?: readonly GeneralName[];
  readonly nameConstraints?: NameConstraints;
  readonly subjectKeyIdentifier?: Buffer;
  /** `keyIdentifier` of the extension. */
  readonly authorityKeyIdentifier?: Buffer;
  /** The URIs of CRLs. */
  readonly crlUris?: readonly string[];
  /** The URIs of delta CRLs, which say what has changed since. */
  readonly deltaCrlUris?: readonly string[];
  /** The URIs of the issuer's certificate or of OCSP. */
  readonly accessUris?: readonly string[];
}

/** The faults of a value that could still be read. */
export interface ValueFaults {
  /** Faults of its encoding. */
  readonly encoding: string[];
  /** Faults of its content. */
  readonly syntax: string[];
}

type ValueReader = (value: DerReader, faults: ValueFaults) => ExtensionValues;

const syntaxOf = (check: (value: DerReader) => void): ValueReader => value => {
  check(value);
  return {};
};

/** The readers for the value of each extension of RFC 5280. They also check its syntax. */
const VALUE_READERS: { readonly [oid: string]: ValueReader | undefined } = {
  [OID.basicConstraints]: (value, faults) => ({ basicConstraints: basicConstraints(value.sequence(), faults) }),
  [OID.keyUsage]: (value, { encoding }) => ({ keyUsage: keyUsage(value.contents(Tag.BIT_STRING), encoding) }),
  [OID.extKeyUsage]: value => ({ extendedKeyUsage: atLeastOne(value.sequence(), objectIdentifierText) }),
  [LINT_OID.subjectAltName]: value => ({ subjectAlternativeNames: atLeastOne(value.sequence(), generalName) }),
  [OID.subjectKeyIdentifier]: value => ({ subjectKeyIdentifier: value.contents(Tag.OCTET_STRING) }),
  [OID.authorityKeyIdentifier]: value => ({ authorityKeyIdentifier: optional(value.sequence(), contextTag(0, false)) }),
  [LINT_OID.cRLDistributionPoints]: value => ({ crlUris: atLeastOne(value.sequence(), distributionPointUris).flat() }),
  [LINT_OID.freshestCRL]: value => ({ deltaCrlUris: atLeastOne(value.sequence(), distributionPointUris).flat() }),
  [LINT_OID.authorityInfoAccess]: value => ({ accessUris: atLeastOne(value.sequence(), accessUris).flat() }),
  [LINT_OID.subjectInfoAccess]: syntaxOf(value => atLeastOne(value.sequence(), accessUris)),
  [LINT_OID.issuerAltName]: syntaxOf(value => atLeastOne(value.sequence(), generalName)),
  [LINT_OID.nameConstraints]: value => ({ nameConstraints: nameConstraints(value.sequence()) }),
  [LINT_OID.subjectDirectoryAttributes]: syntaxOf(value => atLeastOne(value.sequence(), checkDirectoryAttribute)),
  [LINT_OID.certificatePolicies]: syntaxOf(value => checkPolicies(value.sequence())),
  [LINT_OID.policyMappings]: syntaxOf(value => atLeastOne(value.sequence(), checkPolicyMapping)),
  [LINT_OID.policyConstraints]: syntaxOf(value => checkPolicyConstraints(value.sequence())),
  [LINT_OID.inhibitAnyPolicy]: syntaxOf(value => value.unsigned()),
};

/**
 * Reads the value of one extension. An extension that is not in RFC 5280 has no values here.
 *
 * @param faults receives the faults of the value
 */
export function readExtensionValue(oid: string, value: Buffer, faults: ValueFaults): ExtensionValues {
  const read = VALUE_READERS[oid];
  if (!read) {
    return {};
  }
  const reader = new DerReader(value);
  const values = read(reader, faults);
  reader.end();
  return values;
}

/** RFC 5280, section 4.2.1.9. A CA with an impossible path length is still a CA. */
function basicConstraints(fields: DerReader, { encoding, syntax }: ValueFaults): ExtensionValues['basicConstraints'] {
  const ca = tolerantFlag(fields, 'cA of basicConstraints', encoding);
  if (!fields.more) {
    return { ca };
  }
  const octets = integerOctets(fields, 'pathLenConstraint', encoding);
  fields.end();
  if (octets[0] >= 0x80) {
    syntax.push('pathLenConstraint must not be negative');
    return { ca };
  }
  return { ca, pathLength: Number(`0x${octets.toString('hex')}`) };
}

/** RFC 5280, section 4.2.1.3. Trailing zero bits are left out (X.690, 11.2.2). */
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

function uris(names: readonly GeneralName[]): string[] {
  return names.filter(({ kind }) => kind === GENERAL_NAME.uniformResourceIdentifier).map(({ contents }) => contents.toString('latin1'));
}

/** RFC 5280, section 4.2.1.13: the URIs of `fullName`. */
function distributionPointUris(points: DerReader): string[] {
  const point = points.sequence();
  const name = point.follows(contextTag(0, true)) ? point.explicit(0) : undefined;
  if (!name && !point.follows(contextTag(2, true)) && !point.follows(contextTag(1, false))) {
    throw new Error('a distribution point has a distributionPoint or a cRLIssuer (RFC 5280, section 4.2.1.13), got an empty one');
  }
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

function optional(fields: DerReader, tag: number): Buffer | undefined {
  const contents = fields.follows(tag) ? fields.contents(tag) : undefined;
  elementsOf(fields);
  return contents;
}
