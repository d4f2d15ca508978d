import { SUBJECT_ATTRIBUTES, SubjectAttributeFacts } from '../../../contract/subject-attributes';
import { STRING_TAG } from '../model/linted-name';
import { LINT_OID } from '../model/object-identifiers';

/** What RFC 5280, appendix A.1, says about a type of attribute. */
export interface AttributeType {
  readonly label: string;
  /** Upper bound in characters, if there is one. */
  readonly maxLength?: number;
  /** The identifier octet of the only string type that a value may have; absent for a DirectoryString. */
  readonly tag?: number;
}

const UB_NAME = 32_768;

/** A type of attribute that a subject here can have. `dnQualifier` has no upper bound in the RFC, only in what can be declared. */
function declarable({ oid, label, maxLength, printableOnly }: SubjectAttributeFacts): [string, AttributeType] {
  return [oid, { label, maxLength: label === 'dnQualifier' ? undefined : maxLength, tag: printableOnly ? STRING_TAG.PRINTABLE_STRING : undefined }];
}

/** The types of attributes whose form is known, by object identifier. */
export const ATTRIBUTE_TYPES: ReadonlyMap<string, AttributeType> = new Map<string, AttributeType>([
  ...Object.values(SUBJECT_ATTRIBUTES).map(declarable),
  [LINT_OID.surname, { label: 'SN', maxLength: UB_NAME }],
  [LINT_OID.title, { label: 'title', maxLength: 64 }],
  [LINT_OID.name, { label: 'name', maxLength: UB_NAME }],
  [LINT_OID.givenName, { label: 'GN', maxLength: UB_NAME }],
  [LINT_OID.initials, { label: 'initials', maxLength: UB_NAME }],
  [LINT_OID.generationQualifier, { label: 'generationQualifier', maxLength: UB_NAME }],
  [LINT_OID.pseudonym, { label: 'pseudonym', maxLength: 128 }],
  [LINT_OID.emailAddress, { label: 'emailAddress', maxLength: 255, tag: STRING_TAG.IA5_STRING }],
  [LINT_OID.domainComponent, { label: 'DC', tag: STRING_TAG.IA5_STRING }],
]);
