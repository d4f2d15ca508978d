import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { checkSubject } from '../../src/contract/rules';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectAttribute, SubjectValues } from '../../src/contract/subject-attributes';
import { element, objectIdentifier, sequence, Tag, utf8String } from '../../src/pki/der';
import { issue, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair, KeyPair } from '../../src/pki/keys';
import { encodeName, formatDerName, formatName } from '../../src/pki/name';
import { OID } from '../../src/pki/object-identifiers';
import { PROFILES } from '../../src/pki/profile';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { fc } from '../support/properties';

let key: KeyPair;

beforeAll(async () => {
  key = await generateKeyPair('EC_P256');
});

/** A certificate with a subject, by which other parsers say what is in it. */
async function certificateOf(subject: SubjectValues): Promise<Buffer> {
  const name = encodeName(subject);
  return issue(PROFILES.ca, {
    serialNumber: newSerialNumber(randomBytes, 'device'),
    validity: { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') },
    subject: name,
    publicKey: key.publicKey,
    hashAlgorithm: 'SHA-256',
  }, selfIssuer(name, signerOf(key.privateKeyPem)));
}

/** The relative distinguished names, as @peculiar/x509 reads them: types by object identifier, values as they stand. */
function readByPeculiar(der: Buffer): [string, string][] {
  return new x509.X509Certificate(der).subjectName.toJSON().flatMap(rdn => {
    expect(Object.keys(rdn)).toHaveLength(1); // one attribute a set
    return Object.entries(rdn).flatMap(([type, values]) => values.map(value => [type, value] as [string, string]));
  });
}

const LABELS: { readonly [A in SubjectAttribute]: string } = {
  country: 'C',
  stateOrProvince: 'ST',
  locality: 'L',
  organization: 'O',
  organizationalUnit: 'OU',
  distinguishedNameQualifier: '2.5.4.46',
  serialNumber: '2.5.4.5',
  commonName: 'CN',
};

const ALL: SubjectValues = {
  commonName: 'sensor-001',
  serialNumber: 'SN 4711',
  distinguishedNameQualifier: 'q',
  organizationalUnit: 'Field',
  organization: 'Acme',
  locality: 'Hangzhou',
  stateOrProvince: 'Zhejiang',
  country: 'CN',
};

test('attributes stand from the general to the particular, in any order of declaration', async () => {
  const read = readByPeculiar(await certificateOf(ALL)).map(([type]) => type);
  expect(read).toEqual(['C', 'ST', 'L', 'O', 'OU', '2.5.4.46', '2.5.4.5', 'CN']);
  expect(encodeName(ALL)).toEqual(encodeName(Object.fromEntries(Object.entries(ALL).reverse())));
});

test('country, serial number and qualifier are PrintableString, and so is what fits; the rest is UTF8String', () => {
  const types = (subject: SubjectValues) => encodeName(subject).toString('hex');
  expect(types({ country: 'CN', commonName: 'a' })).toBe('3019310b300906035504061302434e310a30080603550403130161');
  for (const outsidePrintableString of ['a_b', 'a@b', 'a*b', 'a&b', 'é', '界']) {
    expect(types({ commonName: outsidePrintableString })).toContain('06035504030c');
  }
  for (const printable of ['a b', "a'()+,-./:=?"]) {
    expect(types({ commonName: printable })).toContain('060355040313');
  }
});

const HOSTILE = ['a, CN=admin', '/CN=admin', 'a+CN=admin', 'a/CN=admin', 'CN=admin', '*', '#30', 'a;b', '"a"', '<a>', 'a\\,b', 'a=b', 'xn--80ak6aa92e.com',
  'аpple', 'e\u0301', '👩‍🚀'.replace(/\u200d/g, ''), 'a'.repeat(64), '界'.repeat(64), '=', '\\', ',', '+'];

test.each(HOSTILE)('the name %j stands verbatim in one attribute, to OpenSSL, Node.js and @peculiar/x509', async commonName => {
  expect(checkSubject({ commonName })).toBeUndefined();
  const der = await certificateOf({ commonName, organization: 'Acme' });
  expect(readByPeculiar(der)).toEqual([['O', 'Acme'], ['CN', commonName]]);
  const node = new X509Certificate(der).toLegacyObject().subject as unknown as Record<string, string>;
  expect({ ...node }).toEqual({ O: 'Acme', CN: commonName });
});

test('OpenSSL sees one attribute in each hostile name', async () => {
  for (const commonName of ['a, CN=admin', '/CN=admin', 'a+CN=admin']) {
    const pem = new X509Certificate(await certificateOf({ commonName })).toString();
    const said = execFileSync('openssl', ['x509', '-noout', '-subject', '-nameopt', 'RFC2253,sep_multiline,-esc_2253'], { input: pem, encoding: 'utf8' });
    expect(said.trim().split('\n').slice(1).map(line => line.trim())).toEqual([`CN=${commonName}`]);
  }
});

test.each(['', ' ', ' a', 'a ', 'a\nb', 'a\rb', 'a\tb', 'a\0b', 'a\x7f', 'a\u0085', 'a\u202eb', 'a\u200bb', 'a\u2066b', '\ufeffa', 'a\u00adb', 'a\u061cb', 'a\u{e0041}b', 'a\ud800',
  'a\u00a0b', 'a\u3000b', 'a\u2009b', 'a\u200cb', 'a\u200db', 'a\ufe0fb', 'a\ufffdb', 'a\u{1d173}b', 'a\u{10ffff}',
  '\udc00', 'a'.repeat(65), '界'.repeat(65)])('the name %j is refused', commonName => {
  expect(checkSubject({ commonName })).toMatch(/^subject\.commonName must /);
});

test.each(['D', 'DEU', 'de', 'D1', 'Ä1', ''])('the country %j is refused', country => {
  expect(checkSubject({ commonName: 'a', country })).toMatch(/^subject\.country must be a country code/);
});

const values = (max: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength: max });
const subjects = fc.record({
  country: fc.constantFrom('CN', 'DE', 'US'),
  stateOrProvince: values(128),
  locality: values(128),
  organization: values(64),
  organizationalUnit: values(64),
  commonName: values(64),
  serialNumber: fc.stringMatching(/^[A-Za-z0-9'()+,\-./:=?]{1,64}$/),
  distinguishedNameQualifier: fc.stringMatching(/^[A-Za-z0-9]{1,64}$/),
}, { requiredKeys: ['commonName'] }).filter(subject => checkSubject(subject) === undefined);

test('any name that the rules accept is in the certificate verbatim, according to two other parsers', async () => {
  await fc.assert(fc.asyncProperty(subjects, async (subject: SubjectValues) => {
    const der = await certificateOf(subject);
    const expected = SUBJECT_ATTRIBUTE_NAMES.filter(name => subject[name] !== undefined).map(name => [LABELS[name], subject[name]]);
    expect(readByPeculiar(der)).toEqual(expected);
    expect(Object.keys(new X509Certificate(der).toLegacyObject().subject)).toHaveLength(expected.length);
  }), { numRuns: 200 });
});

test('a name is shown as RFC 4514 writes it', () => {
  expect(formatName(ALL)).toBe('CN=sensor-001,serialNumber=SN 4711,dnQualifier=q,OU=Field,O=Acme,L=Hangzhou,ST=Zhejiang,C=CN');
  expect(formatName({ commonName: 'a, CN=admin' })).toBe('CN=a\\, CN=admin');
  expect(formatName({ commonName: '#1 "x"+\\' })).toBe('CN=\\#1 \\"x\\"\\+\\\\');
});

test('a name of any origin is shown as RFC 4514 writes it, too', () => {
  const attribute = (type: string, value: Buffer) => sequence(objectIdentifier(type), value);
  const set = (...attributes: Buffer[]) => element(Tag.SET, ...attributes);
  expect(formatDerName(encodeName(ALL))).toBe(formatName(ALL));
  expect(formatDerName(sequence(
    set(attribute(OID.domainComponent, element(Tag.IA5_STRING, Buffer.from('example')))),
    set(attribute('2.5.4.3', utf8String('a')), attribute('1.2.3', element(Tag.INTEGER, Buffer.of(5)))),
  ))).toBe('CN=a+1.2.3=#020105,DC=example');
});

test('the object identifiers are those of X.520', () => {
  expect(Object.values(SUBJECT_ATTRIBUTES).map(({ oid }) => oid))
    .toEqual(['2.5.4.6', '2.5.4.8', '2.5.4.7', '2.5.4.10', '2.5.4.11', '2.5.4.46', '2.5.4.5', '2.5.4.3']);
});
