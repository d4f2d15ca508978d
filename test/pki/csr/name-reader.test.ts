import { checkSubject } from '../../../src/contract/rules';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectAttributeFacts } from '../../../src/contract/subject-attributes';
import { element, objectIdentifier, printableString, sequence, setOfOne, utf8String } from '../../../src/pki/der';
import { encodeName } from '../../../src/pki/name';
import { readName } from '../../../src/pki/name-reader';
import { opensslOutput, temporaryFiles } from '../../support/openssl';
import { fc } from '../../support/properties';
import { CA_KEYS } from '../fixtures';

const file = temporaryFiles();

const CN = '2.5.4.3';
const pair = (oid: string, value: Buffer): Buffer => sequence(objectIdentifier(oid), value);
const name = (...pairs: readonly Buffer[]): Buffer => sequence(...pairs.map(setOfOne));
const cn = (value: Buffer): Buffer => name(pair(CN, value));
const text = (tag: number, octets: string | Buffer): Buffer => element(tag, Buffer.from(octets as string));

const isPrintable = (attribute: SubjectAttribute): boolean => (SUBJECT_ATTRIBUTES[attribute] as SubjectAttributeFacts).printableOnly === true;

describe('a name', () => {
  test.each<[string, Buffer, object]>([
    ['of PrintableString', cn(printableString('sensor-001')), { commonName: 'sensor-001' }],
    ['of UTF8String', cn(utf8String('Größe 😀')), { commonName: 'Größe 😀' }],
    ['of IA5String', cn(text(0x16, 'a_b@c')), { commonName: 'a_b@c' }],
    ['of nothing', sequence(), {}],
    ['in another order than it is written here', name(pair(CN, utf8String('a')), pair('2.5.4.6', printableString('CN'))), { commonName: 'a', country: 'CN' }],
    ['with values that look like two attributes', cn(utf8String('a, CN=admin/CN=root+O=x')), { commonName: 'a, CN=admin/CN=root+O=x' }],
    ['with a byte order mark that is there', cn(utf8String('\ufeffa')), { commonName: '\ufeffa' }],
    ['with an empty value', cn(utf8String('')), { commonName: '' }],
  ])('is read (%s)', (_, der, values) => expect(readName(der)).toEqual(values));

  test('is read with every attribute that a certificate can have', () => {
    const encoded = (attribute: SubjectAttribute): Buffer => isPrintable(attribute) ? printableString(attribute) : utf8String(attribute);
    const pairs = SUBJECT_ATTRIBUTE_NAMES.map(attribute => pair(SUBJECT_ATTRIBUTES[attribute].oid, encoded(attribute)));
    expect(readName(name(...pairs))).toEqual(Object.fromEntries(SUBJECT_ATTRIBUTE_NAMES.map(attribute => [attribute, attribute])));
  });

  test('is read as it was written, for any values', () => {
    const value = fc.string({ unit: 'binary', maxLength: 40 });
    const printable = fc.string({ unit: fc.constantFrom(...'AZaz09 \'()+,-./:=?'), maxLength: 40 });
    const attributes = Object.fromEntries(SUBJECT_ATTRIBUTE_NAMES.map(attribute => [attribute, isPrintable(attribute) ? printable : value])) as
      { [A in SubjectAttribute]: typeof value };
    const subjects = fc.record(attributes, { requiredKeys: [] });
    fc.assert(fc.property(subjects, subject => {
      expect(readName(encodeName(subject))).toEqual(subject);
    }), { numRuns: 100 });
  });
});

test('a value that a certificate must not have is read, and then refused by the rules', () => {
  const complaintOf = (value: string): string | undefined => checkSubject(readName(cn(utf8String(value))));
  expect(complaintOf('sensor-001')).toBeUndefined();
  expect(complaintOf('a'.repeat(64))).toBeUndefined();
  for (const value of ['', ' ', ' a', 'a ', 'a'.repeat(65), 'a\nb', 'a\0', 'a\u202eb', '\ufeffa', 'a\tb', 'a\u007f']) {
    expect(complaintOf(value)).toMatch(/^subject\.commonName must /);
  }
  expect(checkSubject(readName(name(pair('2.5.4.6', printableString('cn')), pair(CN, utf8String('a')))))).toMatch(/^subject\.country must be a country code/);
});

describe('a name from outside', () => {
  const way = '; create the request again, or declare `subject`';

  test.each<[string, Buffer, string]>([
    ['with a TeletexString', cn(text(0x14, 'a')), `subject.commonName must be a PrintableString, a UTF8String or an IA5String, got a TeletexString${way}`],
    ['with a BMPString', cn(text(0x1e, '\0a')), `got a BMPString${way}`],
    ['with a UniversalString', cn(text(0x1c, '\0\0\0a')), `got a UniversalString${way}`],
    ['with a NumericString', cn(text(0x12, '1')), `got a NumericString${way}`],
    ['with a number', cn(text(0x02, Buffer.of(1))), `got another type${way}`],
    ['without a value', name(sequence(objectIdentifier(CN))), `got another type${way}`],
    ['with an underscore in PrintableString', cn(text(0x13, 'a_b')), `subject.commonName must consist of the characters of PrintableString, got "a_b"${way}`],
    ['with a NUL in PrintableString', cn(text(0x13, 'a\0b')), 'the characters of PrintableString, got "a\\u0000b"'],
    ['with ISO 8859-1 in IA5String', cn(text(0x16, Buffer.of(0xe9))), 'the characters of IA5String'],
    ['with UTF-8 that is cut off', cn(text(0x0c, Buffer.of(0x61, 0xc3))), 'the characters of UTF8String'],
    ['with UTF-8 in more octets than it takes', cn(text(0x0c, Buffer.of(0xc0, 0x80))), 'the characters of UTF8String'],
    ['with a surrogate', cn(text(0x0c, Buffer.of(0xed, 0xa0, 0x80))), 'the characters of UTF8String'],
    ['with a code point beyond Unicode', cn(text(0x0c, Buffer.of(0xf4, 0x90, 0x80, 0x80))), 'the characters of UTF8String'],
    ['with a country in UTF8String', name(pair('2.5.4.6', utf8String('CN')), pair(CN, utf8String('a'))),
      `subject.country must be a PrintableString (RFC 5280, appendix A.1), got UTF8String${way}`],
    ['with an e-mail address', name(pair('1.2.840.113549.1.9.1', text(0x16, 'a@b'))), `distinguishedNameQualifier, serialNumber, commonName, got emailAddress${way}`],
    ['with an attribute that nobody knows', name(pair('1.2.3.4', utf8String('a'))), `got "1.2.3.4"${way}`],
    ['with an attribute twice', name(pair(CN, utf8String('a')), pair(CN, utf8String('b'))), `subject must have each attribute once, got commonName twice${way}`],
    ['with two attributes in a set', sequence(element(0x31, pair(CN, utf8String('a')), pair('2.5.4.10', utf8String('b')))),
      `subject must have one attribute in each of its sets, got several in one${way}`],
    ['with an empty set', sequence(element(0x31)), 'must have tag 0x30'],
    ['with a value too many', name(sequence(objectIdentifier(CN), utf8String('a'), utf8String('b'))), 'must end at offset'],
    ['with something after the end', Buffer.concat([sequence(), Buffer.of(0)]), 'must end at offset'],
    ['that is a set', element(0x31), 'must have tag 0x30'],
    ['that is nothing', Buffer.alloc(0), 'must have tag 0x30'],
  ])('is refused (%s)', (_, der, message) => expect(() => readName(der)).toThrow(message));

  test('is refused if it has 500 organizational units', () => {
    expect(() => readName(name(...Array.from({ length: 500 }, () => pair('2.5.4.11', utf8String('a')))))).toThrow('got organizationalUnit twice');
  });
});

test('a name is read as OpenSSL reads it', () => {
  const key = file('key.pem', CA_KEYS.EC_P256);
  const subject = '/C=CN/O=Größe \\/ Söhne/OU=a, CN\\=admin/serialNumber=A-1/CN=sensor_001@plant';
  const pem = opensslOutput(['req', '-new', '-key', key, '-utf8', '-subj', subject]);
  const der = Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64');
  const begin = der.indexOf(Buffer.from('020100', 'hex')) + 3;
  expect(readName(der.subarray(begin, begin + 2 + der[begin + 1]))).toEqual({
    country: 'CN', organization: 'Größe / Söhne', organizationalUnit: 'a, CN=admin', serialNumber: 'A-1', commonName: 'sensor_001@plant',
  });
});
