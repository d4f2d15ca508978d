import { contextTag, Tag } from './der';
import { DerReader } from './der-reader';
import { hasBit, numberOf } from './der-values';
import { RawExtension, repeatedExtension } from './extension-list';
import { knownNames, RawGeneralName, readGeneralNames } from './general-names';
import { readNameConstraints } from './name-constraints';
import { NameConstraints } from './name-subtrees';
import { describeOids, OID } from './object-identifiers';
import { KEY_USAGES, KeyUsage } from './profile';

/** The content of a certificate's extensions that issuing and checking need. */
export interface CertificateExtensions {
  /** As the certificate has it, whether or not it is the SHA-1 of the key. */
  readonly subjectKeyIdentifier?: Buffer;
  /** The issuer's key identifier. */
  readonly authorityKeyIdentifier?: Buffer;
  /** Whether it may sign certificates: `cA` of basicConstraints, and `keyCertSign` of keyUsage if the certificate has a keyUsage. */
  readonly ca: boolean;
  /** Whether it may sign revocation lists: `cRLSign` of keyUsage, if it has a keyUsage. */
  readonly crlSign: boolean;
  /** How many CAs may follow below it; absent where that is not limited. */
  readonly pathLength?: number;
  readonly nameConstraints?: NameConstraints;
  /** The names beside the subject that have a type known here. */
  readonly alternativeNames: readonly RawGeneralName[];
  /** Object identifiers; absent where the certificate allows any use. */
  readonly extendedKeyUsages?: readonly string[];
  /** The object identifiers, dotted, of critical extensions that this library does not process. A CA that has any must not be used. */
  readonly unknownCritical: readonly string[];
}

/**
 * The extensions that are understood if they are critical. Policies are not read, because the policies under which a path is valid matter
 * only to a validator that asks for one (RFC 5280, section 6.1.1 (c)). policyConstraints, which can demand a policy, is not in this list.
 */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.basicConstraints, OID.keyUsage, OID.extKeyUsage, OID.subjectKeyIdentifier, OID.authorityKeyIdentifier, OID.nameConstraints, OID.subjectAltName,
  OID.certificatePolicies,
]);

/**
 * What the extensions of a certificate say. A certificate that has an extension twice is refused.
 *
 * @param faults receives the faults of values that can still be read
 */
export function understandExtensions(extensions: readonly RawExtension[], faults: string[]): CertificateExtensions {
  const repeated = repeatedExtension(extensions);
  if (repeated !== undefined) {
    throw new Error(`the certificate has the extension ${describeOids(repeated)} twice`);
  }
  const value = <T>(wanted: string, read: (value: DerReader) => T): T | undefined => {
    const found = extensions.find(({ oid }) => oid === wanted);
    return found && DerReader.whole(found.value, read);
  };
  const all = { encoding: faults, syntax: faults };
  // RFC 5280, section 6.1.4 (n) and 6.3.3 (f): a key usage, if present, must have the bit. Section 4.2.1.3 requires a key usage in every CA,
  // but the certificates that `openssl req -x509` makes with its default configuration have none, and validators accept them.
  const usage = value(OID.keyUsage, each => each.contents(Tag.BIT_STRING));
  const allows = (bit: KeyUsage): boolean => !usage || hasBit(usage, KEY_USAGES.indexOf(bit));
  const { ca = false, pathLength } = value(OID.basicConstraints, each => readBasicConstraints(each.sequence(), all)) ?? {};
  return {
    subjectKeyIdentifier: value(OID.subjectKeyIdentifier, each => each.contents(Tag.OCTET_STRING)),
    authorityKeyIdentifier: value(OID.authorityKeyIdentifier, each => each.sequence().optional(contextTag(0, false))),
    ca: ca && allows('keyCertSign'),
    crlSign: allows('cRLSign'),
    pathLength,
    nameConstraints: value(OID.nameConstraints, each => readNameConstraints(each.sequence())),
    alternativeNames: knownNames(value(OID.subjectAltName, each => readGeneralNames(each.sequence()))),
    extendedKeyUsages: value(OID.extKeyUsage, each => each.sequence().list(usages => usages.objectIdentifier())),
    unknownCritical: extensions.filter(({ oid, critical }) => critical && !UNDERSTOOD.has(oid)).map(({ oid }) => oid),
  };
}

/** The faults of a value that can still be read. */
export interface ValueFaults {
  /** Faults of its encoding. */
  readonly encoding: string[];
  /** Faults of its content. */
  readonly syntax: string[];
}

/** What basicConstraints say (RFC 5280, section 4.2.1.9). */
export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength?: number;
}

/** Reads the fields of basicConstraints. A CA with an impossible path length is still a CA. */
export function readBasicConstraints(fields: DerReader, { encoding, syntax }: ValueFaults): BasicConstraints {
  const ca = fields.flag('cA of basicConstraints', encoding);
  if (!fields.more) {
    return { ca };
  }
  const octets = fields.integer('pathLenConstraint', encoding);
  fields.end();
  if (octets[0] >= 0x80) {
    syntax.push('pathLenConstraint must not be negative');
    return { ca };
  }
  return { ca, pathLength: numberOf(octets) };
}
