import {
  atLeastOne, checkDirectoryAttribute, checkPolicies, checkPolicyConstraints, checkPolicyMapping, generalName, nameConstraints, pointNames,
} from './extension-syntax';
import { BasicConstraints, readBasicConstraints, ValueFaults } from '../../certificate-extensions';
import { contextTag, Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { hasBit } from '../../der-values';
import { knownNames, RawGeneralName } from '../../general-names';
import { NameConstraints } from '../../name-subtrees';
import { OID } from '../../object-identifiers';
import { KEY_USAGES, KeyUsage } from '../../profile';

/** The values of the extensions. A value is absent if its extension is absent or can't be read. */
export interface ExtensionValues {
  readonly basicConstraints?: BasicConstraints;
  readonly keyUsage?: ReadonlySet<KeyUsage>;
  /** Object identifiers, dotted. */
  readonly extendedKeyUsage?: readonly string[];
  /** The names of types that are known here. */
  readonly subjectAlternativeNames?: readonly RawGeneralName[];
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

type ValueReader = (value: DerReader, faults: ValueFaults) => ExtensionValues;

const syntaxOf = (check: (value: DerReader) => void): ValueReader => value => {
  check(value);
  return {};
};

/** The readers for the value of each extension of RFC 5280. They also check its syntax. */
const VALUE_READERS: { readonly [oid: string]: ValueReader | undefined } = {
  [OID.basicConstraints]: (value, faults) => ({ basicConstraints: readBasicConstraints(value.sequence(), faults) }),
  [OID.keyUsage]: (value, { encoding }) => ({ keyUsage: keyUsage(value.contents(Tag.BIT_STRING), encoding) }),
  [OID.extKeyUsage]: value => ({ extendedKeyUsage: atLeastOne(value.sequence(), usages => usages.objectIdentifier()) }),
  [OID.subjectAltName]: value => ({ subjectAlternativeNames: knownNames(atLeastOne(value.sequence(), generalName)) }),
  [OID.subjectKeyIdentifier]: value => ({ subjectKeyIdentifier: value.contents(Tag.OCTET_STRING) }),
  [OID.authorityKeyIdentifier]: value => ({ authorityKeyIdentifier: optional(value.sequence(), contextTag(0, false)) }),
  [OID.cRLDistributionPoints]: value => ({ crlUris: atLeastOne(value.sequence(), distributionPointUris).flat() }),
  [OID.freshestCRL]: value => ({ deltaCrlUris: atLeastOne(value.sequence(), distributionPointUris).flat() }),
  [OID.authorityInfoAccess]: value => ({ accessUris: atLeastOne(value.sequence(), accessUris).flat() }),
  [OID.subjectInfoAccess]: syntaxOf(value => atLeastOne(value.sequence(), accessUris)),
  [OID.issuerAltName]: syntaxOf(value => atLeastOne(value.sequence(), generalName)),
  [OID.nameConstraints]: value => ({ nameConstraints: nameConstraints(value.sequence()) }),
  [OID.subjectDirectoryAttributes]: syntaxOf(value => atLeastOne(value.sequence(), checkDirectoryAttribute)),
  [OID.certificatePolicies]: syntaxOf(value => checkPolicies(value.sequence())),
  [OID.policyMappings]: syntaxOf(value => atLeastOne(value.sequence(), checkPolicyMapping)),
  [OID.policyConstraints]: syntaxOf(value => checkPolicyConstraints(value.sequence())),
  [OID.inhibitAnyPolicy]: syntaxOf(value => value.unsigned()),
};

/**
 * Reads the value of one extension. An extension that is not in RFC 5280 has no values here.
 *
 * @param faults receives the faults of the value
 */
export function readExtensionValue(oid: string, value: Buffer, faults: ValueFaults): ExtensionValues {
  const read = VALUE_READERS[oid];
  return read ? DerReader.whole(value, reader => read(reader, faults)) : {};
}

/** RFC 5280, section 4.2.1.3. Trailing zero bits are left out (X.690, 11.2.2). */
function keyUsage(contents: Buffer, faults: string[]): ReadonlySet<KeyUsage> {
  const [unused = NaN] = contents;
  const bits = 8 * (contents.length - 1) - unused;
  if (!(unused <= 7 && bits >= 0 && contents.length <= 3 && bits <= KEY_USAGES.length)) {
    throw new Error(`keyUsage must be a BIT STRING of at most ${KEY_USAGES.length} bits`);
  }
  if (bits > 0 && !hasBit(contents, bits - 1)) {
    faults.push('keyUsage must be a BIT STRING without zero bits at the end');
  }
  return new Set(KEY_USAGES.filter((_, bit) => bit < bits && hasBit(contents, bit)));
}

function uris(names: readonly (RawGeneralName | undefined)[]): string[] {
  return names.flatMap(name => name?.type === 'uri' ? [name.value] : []);
}

/** RFC 5280, section 4.2.1.13: the URIs of `fullName`. */
function distributionPointUris(points: DerReader): string[] {
  const point = points.sequence();
  const name = point.optionalExplicit(0);
  if (!name && !point.follows(contextTag(2, true)) && !point.follows(contextTag(1, false))) {
    throw new Error('a distribution point has a distributionPoint or a cRLIssuer (RFC 5280, section 4.2.1.13), got an empty one');
  }
  point.list(field => field.any());
  return name ? uris(pointNames(name)) : [];
}

/** RFC 5280, section 4.2.2.1. */
function accessUris(descriptions: DerReader): string[] {
  const description = descriptions.sequence();
  description.objectIdentifier();
  const location = generalName(description);
  description.end();
  return uris([location]);
}

function optional(fields: DerReader, tag: number): Buffer | undefined {
  const contents = fields.optional(tag);
  fields.list(field => field.any());
  return contents;
}
