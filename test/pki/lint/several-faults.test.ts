import { build, CA, COMMON_NAME, DEVICE, extension, generalNames, name, NOTHING, oid, Parts } from './certificate-builder';
import { element, integer, objectIdentifier, printableString, sequence, setOfOne, Tag, TRUE, utf8String } from '../../../src/pki/der';
import { lintCertificate } from '../../../src/pki/lint/lint';
import { OID } from '../../../src/pki/object-identifiers';

const findings = (changes: Partial<Parts>, base = DEVICE) => lintCertificate(build({ ...base, ...changes })).map(({ rule, message }) => `${rule}: ${message}`);
const attribute = (type: string, value: Buffer) => setOfOne(sequence(objectIdentifier(type), value));

test('a certificate with faults in every part has a finding for each of them', () => {
  expect(findings({
    serialNumber: integer(0),
    issuer: sequence(element(Tag.SET), attribute('2.5.4.6', printableString('de'))),
    notBefore: integer(1),
    notAfter: element(Tag.GENERALIZED_TIME, Buffer.from('20270101000000Z')),
    subject: sequence(element(Tag.SET), attribute(COMMON_NAME, utf8String('')), attribute('2.5.4.5', utf8String('7'))),
    basicConstraints: extension(OID.basicConstraints, true, sequence(TRUE, element(Tag.INTEGER, Buffer.of(0xff)))),
    more: Buffer.concat([
      extension(OID.certificatePolicies, false, sequence()),
      extension(OID.subjectInfoAccess, true, sequence()),
      extension(OID.subjectAltName, false, generalNames([2, 'a b'], [1, 'a@b c'], [7, Buffer.alloc(5)])),
      extension('1.2.3.4', true, element(Tag.NULL)),
      extension('1.2.3.5', true, element(Tag.NULL)),
    ]),
  })).toEqual([
    'rfc5280-der-encoding: the issuer can\'t be read: there must be an attribute in each of its sets (RFC 5280, section 4.1.2.4); '
      + 'the subject can\'t be read: there must be an attribute in each of its sets (RFC 5280, section 4.1.2.4)',
    'rfc5280-serial-number-positive: the serial number must be positive, got the INTEGER 00',
    'cabf-serial-number-entropy: the serial number should have at least 64 random bits, got 00',
    'rfc5280-country-name: C of the issuer must be a code of two upper-case letters (ISO 3166-1), got "de"',
    'rfc5280-attribute-length: CN of the subject must be 1 to 64 characters long, got 0',
    'rfc5280-attribute-string-type: serialNumber of the subject must be PrintableString, got UTF8String',
    'rfc5280-time-form: notBefore must be UTCTime or GeneralizedTime, got the tag 0x02',
    'rfc5280-time-type: notAfter must be UTCTime through the year 2049, got GeneralizedTime "20270101000000Z"',
    'rfc5280-extension-value: the extension basicConstraints can\'t be read: pathLenConstraint must not be negative; '
      + 'the extension certificatePolicies can\'t be read: the list must not be empty; the extension subjectInfoAccess can\'t be read: the list must not be empty',
    'rfc5280-unknown-critical-extension: the extension 1.2.3.4 must not be critical: validators that do not know it refuse the certificate; '
      + 'the extension 1.2.3.5 must not be critical: validators that do not know it refuse the certificate',
    'rfc5280-extension-criticality: the extension subjectInfoAccess must not be critical',
    'rfc5280-ca-key-usage: the key usage of a CA must have keyCertSign, got digitalSignature',
    expect.stringMatching(/^rfc5280-alternative-name-form: a host name must .*, got "a b"; an e-mail address must .*, got "a@b c"; an IP address must .*, got 5$/),
  ]);
});

test('a name with an unreadable attribute is read on behind it, and is not called empty', () => {
  const broken = setOfOne(sequence(integer(1), utf8String('a')));
  expect(findings({ subject: sequence(broken, attribute('2.5.4.6', printableString('de')), element(Tag.NULL), attribute(COMMON_NAME, utf8String(''))) }, CA)).toEqual([
    expect.stringMatching(/^rfc5280-der-encoding: the subject can't be read: DER must have tag 0x06 .*; the subject can't be read: DER must have tag 0x31 /),
    'rfc5280-country-name: C of the subject must be a code of two upper-case letters (ISO 3166-1), got "de"',
  ]);
});

test('a CA with a negative path length is a CA all the same, and is not held to the rules for other certificates', () => {
  expect(findings({ basicConstraints: extension(OID.basicConstraints, true, sequence(TRUE, element(Tag.INTEGER, Buffer.of(0x80)))) }, CA)).toEqual([
    'rfc5280-extension-value: the extension basicConstraints can\'t be read: pathLenConstraint must not be negative',
  ]);
});

test.each([
  ['basicConstraints', OID.basicConstraints, { basicConstraints: NOTHING }],
  ['keyUsage', OID.keyUsage, { keyUsage: NOTHING }],
  ['subjectKeyIdentifier', OID.subjectKeyIdentifier, { subjectKeyIdentifier: NOTHING }],
  ['authorityKeyIdentifier', OID.authorityKeyIdentifier, { issuer: name([COMMON_NAME, 'Root']), authorityKeyIdentifier: NOTHING }],
])('%s that can\'t be read is not called missing too', (label, type, without) => {
  const critical = type === OID.basicConstraints || type === OID.keyUsage;
  expect(findings({ ...without, more: extension(type, critical, oid('1.2.3')) }, CA)).toEqual([expect.stringContaining(`rfc5280-extension-value: the extension ${label} can't be read`)]);
});

test('of countless faults, five are shown and the others are counted', () => {
  const names = Array.from({ length: 1_000 }, (_, index): [number, string] => [2, `a b${index}`]);
  const [found] = findings({ more: extension(OID.subjectAltName, false, generalNames(...names)) });
  expect(found).toMatch(/got "a b4"; and 995 more$/);
});
