import { CertificationRequest } from './certification-request';
import { DerReader } from './der-reader';
import { knownNames, RawGeneralName, rawNames, readGeneralNames } from './general-names';
import { readName } from './name-reader';
import { isWithin } from './name-subtrees';
import { OID, oidName } from './object-identifiers';
import { addressText, checkAlternativeNames, GeneralNameType, NameLists } from '../contract/general-names';
import { quote } from '../contract/rules';
import { SubjectValues } from '../contract/subject-attributes';

/** The result of reading the extensions that a request asks for. */
export interface RequestedNames {
  readonly allowed: NameLists;
  /** The parts that are left out, in words: names that no rule allows, and all other extensions. */
  readonly ignored: readonly string[];
}

/** A longer list helps no reader, and a response to CloudFormation is limited to 4,096 bytes. */
const MAX_IGNORED = 20;

/**
 * Reads from a request the alternative names that rules allow: host names, addresses, mailboxes and directory names within a subtree, as in
 * name constraints, and URIs that begin like the rule. The private key that signed the request proves nothing about these names, so without
 * a rule none is accepted.
 */
export function readRequestedNames(request: CertificationRequest, rules: NameLists): RequestedNames {
  const allowed: { [T in GeneralNameType]?: unknown[] } = {};
  const ignored: string[] = [];
  const bases = rawNames(rules);
  for (const { oid, value } of request.extensions) {
    if (oid !== OID.subjectAltName) {
      ignored.push(oidName(oid));
      continue;
    }
    const names = readGeneralNames(DerReader.only(value));
    const known = knownNames(names);
    for (const name of known) {
      const declared = declaredName(name);
      if (declared !== undefined && bases.some(base => isAllowed(name, base))) {
        (allowed[name.type] ??= []).push(declared);
      } else {
        ignored.push(`subjectAltName ${name.type}${Buffer.isBuffer(name.value) ? '' : `:${quote(name.value)}`}`);
      }
    }
    ignored.push(...Array<string>(names.length - known.length).fill('subjectAltName of another type'));
  }
  ignored.push(...request.attributes.map(oid => `attribute ${oid}`));
  const rest = ignored.length - MAX_IGNORED;
  return { allowed: allowed as NameLists, ignored: rest > 0 ? [...ignored.slice(0, MAX_IGNORED), `${rest} more`] : ignored };
}

function isAllowed(name: RawGeneralName, base: RawGeneralName): boolean {
  return name.type === 'uri' ? base.type === 'uri' && name.value.startsWith(base.value) : isWithin(name, base);
}

/** A name in the form of a declaration; `undefined` for a name that could not be declared either. */
function declaredName(name: RawGeneralName): string | SubjectValues | undefined {
  try {
    const value = declarable(name);
    return value === undefined || checkAlternativeNames({ [name.type]: [value] }) ? undefined : value;
  } catch {
    return undefined; // a directory name of a form that can't be declared here
  }
}

function declarable({ type, value }: RawGeneralName): string | SubjectValues | undefined {
  if (!Buffer.isBuffer(value)) {
    return value;
  }
  return type === 'directory' ? readName(value) : addressText([...value]);
}
