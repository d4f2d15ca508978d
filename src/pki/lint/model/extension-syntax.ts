import { GENERAL_NAME_TYPES } from '../../../contract/general-names';
import { contextTag, Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { generalNameOf, knownNames, RawGeneralName } from '../../general-names';
import { readSubtrees } from '../../name-constraints';
import { NameConstraints } from '../../name-subtrees';
import { OID } from '../../object-identifiers';

/** Reads all elements of a SEQUENCE OF, which must not be empty (`SIZE (1..MAX)` in RFC 5280, appendix A). */
export function atLeastOne<T>(reader: DerReader, read: (reader: DerReader) => T): T[] {
  return notEmpty(reader.list(read));
}

function notEmpty<T>(list: T[]): T[] {
  if (list.length === 0) {
    throw new Error('the list must not be empty');
  }
  return list;
}

const KNOWN_KINDS: readonly number[] = Object.values(GENERAL_NAME_TYPES).map(({ tag }) => tag);

/** A GeneralName (RFC 5280, section 4.2.1.6). Types that are unknown here are `undefined`, but have a tag of that choice. */
export function generalName(reader: DerReader): RawGeneralName | undefined {
  const element = reader.any();
  const name = generalNameOf(element);
  const { tag } = element;
  const kind = tag % 32;
  if (!name && (tag < 0x80 || tag >= 0xc0 || kind > 8 || KNOWN_KINDS.includes(kind))) {
    throw new Error(`a GeneralName must have a tag from [0] to [8], in the form of its type, got 0x${tag.toString(16).padStart(2, '0')}`);
  }
  return name;
}

/** The names in a DistributionPointName (RFC 5280, section 4.2.1.13), which can also be one name relative to that of the CA. */
export function pointNames(point: DerReader): (RawGeneralName | undefined)[] {
  const names = point.follows(contextTag(0, true)) ? atLeastOne(point.explicit(0), generalName) : [];
  if (names.length === 0) {
    point.contents(contextTag(1, true));
  }
  point.end();
  return names;
}

/** RFC 5280, section 4.2.1.10: permitted or excluded subtrees, or both. Types of names that are unknown here are left out. */
export function nameConstraints(fields: DerReader): NameConstraints {
  const { permitted, excluded } = readSubtrees(fields);
  if (!permitted && !excluded) {
    throw new Error('there must be permitted or excluded subtrees');
  }
  [permitted, excluded].forEach(bases => bases && notEmpty([...bases]));
  return { permitted: knownNames(permitted), excluded: knownNames(excluded) };
}

/** RFC 5280, section 4.2.1.8. */
export function checkDirectoryAttribute(attributes: DerReader): void {
  const attribute = attributes.sequence();
  attribute.objectIdentifier();
  atLeastOne(attribute.enter(Tag.SET), values => values.any());
  attribute.end();
}

/** RFC 5280, section 4.2.1.4: a policy appears only once. */
export function checkPolicies(policies: DerReader): void {
  const seen = new Set<string>();
  atLeastOne(policies, () => {
    const policy = policies.sequence();
    const oid = policy.objectIdentifier();
    if (policy.more) {
      atLeastOne(policy.sequence(), checkQualifier);
    }
    policy.end();
    if (seen.size === seen.add(oid).size) {
      throw new Error(`the policy ${oid} must not occur twice`);
    }
  });
}

function checkQualifier(qualifiers: DerReader): void {
  const qualifier = qualifiers.sequence();
  qualifier.objectIdentifier();
  qualifier.any();
  qualifier.end();
}

/** RFC 5280, section 4.2.1.5. */
export function checkPolicyMapping(mappings: DerReader): void {
  const mapping = mappings.sequence();
  const policies = [mapping.objectIdentifier(), mapping.objectIdentifier()];
  mapping.end();
  if (policies.includes(OID.anyPolicy)) {
    throw new Error('anyPolicy must not be mapped');
  }
}

/** RFC 5280, section 4.2.1.11. */
export function checkPolicyConstraints(fields: DerReader): void {
  const constraints = fields.list(each => each.any());
  const tags = constraints.map(({ tag }) => tag);
  const known = [0, 1].map(number => contextTag(number, false));
  if (tags.length === 0 || !tags.every((tag, index) => known.includes(tag) && !(tags[index - 1] >= tag))) {
    throw new Error('there must be requireExplicitPolicy, inhibitPolicyMapping, or both');
  }
  if (constraints.some(({ contents }) => contents.length === 0 || contents[0] >= 0x80)) {
    throw new Error('numbers of certificates must not be negative');
  }
}
