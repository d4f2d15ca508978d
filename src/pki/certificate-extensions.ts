import { contextTag, Tag } from './der';
import { DerReader, dotted } from './der-reader';
import { describeExtensions } from './extension-names';
import { RawGeneralName, readGeneralNames } from './general-names';
import { readNameConstraints } from './name-constraints';
import { NameConstraints } from './name-subtrees';
import { OID } from './object-identifiers';
import { KEY_USAGE_BITS } from './profile';

/** The content of a certificate's extensions that issuing and checking need. */
export interface CertificateExtensions {
  /** As the certificate has it, whether or not it is the SHA-1 of the key. */
  readonly subjectKeyIdentifier?: Buffer;
  /** The issuer's key identifier. */
  readonly authorityKeyIdentifier?: Buffer;
  /** Whether it may sign certificates: `cA` of basicConstraints, and `keyCertSign` of keyUsage if the certificate has a keyUsage. */
  readonly ca: boolean;
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

/** Reads the contents of `extensions [3]` (RFC 5280, section 4.1.2.9). */
export function readExtensions(extensions: DerReader): CertificateExtensions {
  const { values, unknownCritical } = readValues(extensions.sequence());
  extensions.end();
  const nameConstraints = values.get(OID.nameConstraints);
  const { ca, pathLength } = basicConstraints(values.get(OID.basicConstraints));
  return {
    subjectKeyIdentifier: subjectKeyIdentifier(values.get(OID.subjectKeyIdentifier)),
    authorityKeyIdentifier: authorityKeyIdentifier(values.get(OID.authorityKeyIdentifier)),
    ca: ca && allowsKeyCertSign(values.get(OID.keyUsage)),
    pathLength,
    nameConstraints: nameConstraints && readNameConstraints(nameConstraints),
    alternativeNames: alternativeNames(values.get(OID.subjectAltName)),
    extendedKeyUsages: extendedKeyUsages(values.get(OID.extKeyUsage)),
    unknownCritical,
  };
}

/** The DER inside each extension. A certificate that has an extension twice is refused. */
function readValues(extensions: DerReader): { values: Map<string, DerReader>; unknownCritical: string[] } {
  const unknownCritical: string[] = [];
  const values = new Map<string, DerReader>();
  while (extensions.more) {
    const extension = extensions.sequence();
    const oid = extension.objectIdentifier();
    const critical = extension.flag();
    const value = extension.enter(Tag.OCTET_STRING);
    extension.end();
    if (values.has(oid)) {
      throw new Error(`the certificate has the extension ${describeExtensions(oid)} twice`);
    }
    if (critical && !UNDERSTOOD.has(oid)) {
      unknownCritical.push(oid);
    }
    values.set(oid, value);
  }
  return { values, unknownCritical };
}

function basicConstraints(value: DerReader | undefined): { ca: boolean; pathLength?: number } {
  if (!value) {
    return { ca: false };
  }
  const constraints = value.sequence();
  value.end();
  const ca = constraints.flag();
  const pathLength = constraints.more ? Number(`0x${constraints.unsigned().toString('hex')}`) : undefined;
  constraints.end();
  return { ca, pathLength };
}

/**
 * RFC 5280, section 6.1.4 (n): a key usage, if present, must have the bit. Section 4.2.1.3 requires a key usage in every CA, but the
 * certificates that `openssl req -x509` makes with its default configuration have none, and validators accept them.
 */
function allowsKeyCertSign(value: DerReader | undefined): boolean {
  if (!value) {
    return true;
  }
  const [, firstOctet = 0] = value.contents(Tag.BIT_STRING);
  value.end();
  return Math.floor(firstOctet / 2 ** (7 - KEY_USAGE_BITS.keyCertSign)) % 2 === 1;
}

function alternativeNames(value: DerReader | undefined): readonly RawGeneralName[] {
  const { names } = value ? readGeneralNames(value.sequence()) : { names: [] };
  value?.end();
  return names;
}

function extendedKeyUsages(value: DerReader | undefined): string[] | undefined {
  if (!value) {
    return undefined;
  }
  const list = value.sequence();
  value.end();
  const usages: string[] = [];
  while (list.more) {
    usages.push(dotted(list.contents(Tag.OBJECT_IDENTIFIER)));
  }
  return usages;
}

function subjectKeyIdentifier(value: DerReader | undefined): Buffer | undefined {
  const identifier = value?.contents(Tag.OCTET_STRING);
  value?.end();
  return identifier;
}

function authorityKeyIdentifier(value: DerReader | undefined): Buffer | undefined {
  const tag = contextTag(0, false);
  const fields = value?.sequence();
  value?.end();
  return fields?.follows(tag) ? fields.contents(tag) : undefined;
}
