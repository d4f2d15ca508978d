import { anyElement, atLeastOne, elementsOf, objectIdentifierText } from './der-values';
import { LINT_OID } from './object-identifiers';
import { contextTag, Tag } from '../../der';
import { DerReader } from '../../der-reader';
import { RawGeneralName, readGeneralName } from '../../general-names';
import { NameConstraints } from '../../name-subtrees';

/** A GeneralName (RFC 5280, section 4.2.1.6): the number of its tag, and its contents. */
export interface GeneralName {
  readonly kind: number;
  readonly contents: Buffer;
}

/** The tag numbers of the kinds of GeneralName that the rules examine. */
export const GENERAL_NAME = { rfc822Name: 1, dNSName: 2, uniformResourceIdentifier: 6, iPAddress: 7 } as const;

export function generalName(reader: DerReader): GeneralName {
  const { tag, contents } = anyElement(reader);
  const kind = tag % 32;
  if (tag < 0x80 || tag >= 0xc0 || kind > 8) {
    throw new Error(`a GeneralName must have a tag from [0] to [8], got 0x${tag.toString(16).padStart(2, '0')}`);
  }
  return { kind, contents };
}

/** RFC 5280, section 4.2.1.10: permitted or excluded subtrees, or both. Types of names that are unknown here are left out. */
export function nameConstraints(fields: DerReader): NameConstraints {
  const [permitted, excluded] = [0, 1].map(number => {
    const tag = contextTag(number, true);
    return fields.follows(tag) ? atLeastOne(fields.enter(tag), subtree) : undefined;
  });
  fields.end();
  if (!permitted && !excluded) {
    throw new Error('there must be permitted or excluded subtrees');
  }
  return { permitted: knownBases(permitted), excluded: knownBases(excluded) };
}

/** No subtree in use has `minimum` or `maximum` after its base. */
function subtree(subtrees: DerReader): RawGeneralName | undefined {
  const fields = subtrees.sequence();
  const base = readGeneralName(fields);
  fields.end();
  return base;
}

function knownBases(bases: readonly (RawGeneralName | undefined)[] = []): RawGeneralName[] {
  return bases.filter(base => base !== undefined);
}

/** RFC 5280, section 4.2.1.8. */
export function checkDirectoryAttribute(attributes: DerReader): void {
  const attribute = attributes.sequence();
  objectIdentifierText(attribute);
  atLeastOne(attribute.enter(Tag.SET), anyElement);
  attribute.end();
}

/** RFC 5280, section 4.2.1.4: a policy appears only once. */
export function checkPolicies(policies: DerReader): void {
  const seen = new Set<string>();
  atLeastOne(policies, () => {
    const policy = policies.sequence();
    const oid = objectIdentifierText(policy);
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
  objectIdentifierText(qualifier);
  anyElement(qualifier);
  qualifier.end();
}

/** RFC 5280, section 4.2.1.5. */
export function checkPolicyMapping(mappings: DerReader): void {
  const mapping = mappings.sequence();
  const policies = [objectIdentifierText(mapping), objectIdentifierText(mapping)];
  mapping.end();
  if (policies.includes(LINT_OID.anyPolicy)) {
    throw new Error('anyPolicy must not be mapped');
  }
}

/** RFC 5280, section 4.2.1.11. */
export function checkPolicyConstraints(fields: DerReader): void {
  const constraints = elementsOf(fields);
  const tags = constraints.map(({ tag }) => tag);
  const known = [0, 1].map(number => contextTag(number, false));
  if (tags.length === 0 || !tags.every((tag, index) => known.includes(tag) && !(tags[index - 1] >= tag))) {
    throw new Error('there must be requireExplicitPolicy, inhibitPolicyMapping, or both');
  }
  if (constraints.some(({ contents }) => contents.length === 0 || contents[0] >= 0x80)) {
    throw new Error('numbers of certificates must not be negative');
  }
}
