import { quote } from '../../../contract/rules';
import { PRINTABLE_STRING, SUBJECT_ATTRIBUTES } from '../../../contract/subject-attributes';
import { ATTRIBUTE_TYPES, AttributeType } from '../../attribute-types';
import { Tag } from '../../der';
import { STRING_TYPES } from '../../name-attributes';
import { complaintsOf, LintRule } from '../lint-rule';
import { LintedCertificate } from '../model/linted-certificate';
import { LintedAttribute } from '../model/linted-name';

const OLD_STRINGS: readonly number[] = [Tag.TELETEX_STRING, Tag.UNIVERSAL_STRING, Tag.BMP_STRING];

/** Rules for names and their attributes. */
export const NAME_RULES: readonly LintRule[] = [
  {
    id: 'rfc5280-issuer-present',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.4',
    checks: 'The issuer has a name that is not empty.',
    check: ({ issuer }) => !issuer.empty ? undefined : 'the issuer must have a name that is not empty',
  },
  {
    id: 'rfc5280-ca-subject',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.6',
    checks: 'A CA has a subject that is not empty, because it becomes the issuer of other certificates.',
    check: ({ ca, subject }) => ca && subject.empty ? 'the subject of a CA must not be empty' : undefined,
  },
  {
    id: 'rfc5280-country-name',
    severity: 'error',
    source: 'RFC 5280, appendix A.1',
    checks: 'A country is a code of two upper-case letters (ISO 3166-1).',
    check: (certificate, { issuer }) => complaintsOfAttributes(certificate, issuer, ({ oid, text }) => oid !== SUBJECT_ATTRIBUTES.country.oid || /^[A-Z]{2}$/.test(text ?? '')
      ? undefined
      : `must be a code of two upper-case letters (ISO 3166-1), got ${quote(text ?? '')}`),
  },
  {
    id: 'rfc5280-attribute-length',
    severity: 'error',
    source: 'RFC 5280, appendix A.1',
    checks: 'Values of the attributes that RFC 5280 names have at least 1 character, and at most the maximum of their type (64 for a common name).',
    check: (certificate, { issuer }) => complaintsOfAttributes(certificate, issuer, ({ value, text }, { maxLength = Infinity }) => {
      const { length } = text === undefined ? value : Array.from(text);
      return length >= 1 && length <= maxLength
        ? undefined
        : `must be ${maxLength === Infinity ? 'at least 1 character' : `1 to ${maxLength} characters`} long, got ${length}`;
    }),
  },
  {
    id: 'rfc5280-attribute-string-type',
    severity: 'error',
    source: 'RFC 5280, appendix A.1',
    checks: 'Values of names have the string type of their attribute: PrintableString for a country or a serial number, IA5String for an e-mail address.',
    check: (certificate, { issuer }) => complaintsOfAttributes(certificate, issuer, ({ tag }, { tag: wanted = tag }) => tag === wanted
      ? undefined
      : `must be ${stringName(wanted)}, got ${stringName(tag)}`),
  },
  {
    id: 'rfc5280-directory-string',
    severity: 'warning',
    source: 'RFC 5280, section 4.1.2.4',
    checks: 'Names are PrintableString or UTF8String; the older types are only for names that had them already.',
    check: (certificate, { issuer }) => complaintsOfAttributes(certificate, issuer, ({ tag }, { tag: wanted }) =>
      wanted !== undefined || !OLD_STRINGS.includes(tag) ? undefined
        : `should be PrintableString or UTF8String, got ${stringName(tag)}`),
  },
  {
    id: 'rfc5280-printable-string',
    severity: 'error',
    source: 'RFC 5280, section 4.1.2.4, and X.680, section 41.4',
    checks: 'A PrintableString has only the characters of that type: letters, digits, spaces and \' ( ) + , - . / : = ?',
    check: (certificate, { issuer }) => complaintsOfAttributes(certificate, issuer, ({ tag, text = '' }) => tag !== Tag.PRINTABLE_STRING || PRINTABLE_STRING.test(text)
      ? undefined
      : `must not be a PrintableString with characters other than letters, digits, spaces and ' ( ) + , - . / : = ?, got ${quote(text)}`),
  },
  {
    id: 'rfc5280-string-encoding',
    severity: 'error',
    source: 'RFC 5280, appendix A.1',
    checks: 'Values of the attributes that RFC 5280 names are texts of their string type: valid UTF-8, IA5String in ASCII, whole characters.',
    check: (certificate, { issuer }) => complaintsOfAttributes(certificate, issuer, ({ tag, text }) => {
      const valid = text !== undefined && (tag !== Tag.IA5_STRING || /^[\0-\x7f]*$/.test(text));
      return valid ? undefined : `must be a string of its type (${stringName(tag)}), got other octets`;
    }),
  },
];

/**
 * Collects the complaints about the attributes of issuer and subject. Types of attributes whose form is not known are left out. If the
 * issuer's own certificate is available, its name is judged there: a certificate below it can't change the name.
 */
function complaintsOfAttributes(
  { issuer, subject, selfIssued }: LintedCertificate, known: LintedCertificate | undefined,
  complain: (attribute: LintedAttribute, type: AttributeType) => string | undefined,
): string | undefined {
  const isIssuerJudged = selfIssued || known?.subject.der.equals(issuer.der);
  const names = Object.entries(isIssuerJudged ? { subject } : { subject, issuer });
  return complaintsOf(names.flatMap(([where, { attributes }]) => attributes.map(attribute => ({ where, attribute }))), ({ where, attribute }) => {
    const type = ATTRIBUTE_TYPES.get(attribute.oid);
    const complaint = type && complain(attribute, type);
    return complaint && `${type.label} of the ${where} ${complaint}`;
  });
}

function stringName(tag: number): string {
  return STRING_TYPES[tag]?.name ?? `the tag 0x${tag.toString(16).padStart(2, '0')}`;
}
