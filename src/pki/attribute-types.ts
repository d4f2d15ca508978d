import { Tag } from './der';
import { OID } from './object-identifiers';
import { SUBJECT_ATTRIBUTES, SubjectAttributeFacts } from '../contract/subject-attributes';

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
  return [oid, { label, maxLength: label === 'dnQualifier' ? undefined : maxLength, tag: printableOnly ? Tag.PRINTABLE_STRING : undefined }];
}

/** The types of attributes whose form is known, by object identifier. */
export const ATTRIBUTE_TYPES: ReadonlyMap<string, AttributeType> = new Map<string, AttributeType>([
  ...Object.values(SUBJECT_ATTRIBUTES).map(declarable),
  [OID.surname, { label: 'SN', maxLength: UB_NAME }],
  [OID.title, { label: 'title', maxLength: 64 }],
  [OID.name, { label: 'name', maxLength: UB_NAME }],
  [OID.givenName, { label: 'GN', maxLength: UB_NAME }],
  [OID.initials, { label: 'initials', maxLength: UB_NAME }],
  [OID.generationQualifier, { label: 'generationQualifier', maxLength: UB_NAME }],
  [OID.pseudonym, { label: 'pseudonym', maxLength: 128 }],
  [OID.emailAddress, { label: 'emailAddress', maxLength: 255, tag: Tag.IA5_STRING }],
  [OID.domainComponent, { label: 'DC', tag: Tag.IA5_STRING }],
]);

/** The labels of attributes of RFC 4519 that RFC 5280 does not describe. */
const OTHER_LABELS: { readonly [oid: string]: string | undefined } = { [OID.userId]: 'UID', [OID.street]: 'street' };

/** The short name of a type of attribute (RFC 4514, section 3, or X.520), if it is known here. */
export function attributeLabel(oid: string): string | undefined {
  return ATTRIBUTE_TYPES.get(oid)?.label ?? OTHER_LABELS[oid];
}
