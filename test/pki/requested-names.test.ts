import { attribute, attributes, extension, extensionRequest, makeRequest, NULL_DER } from './csr/requests';
import { DEVICE_KEYS } from './fixtures';
import { NameLists } from '../../src/contract/general-names';
import { readCertificationRequest } from '../../src/pki/certification-request';
import { contextTag, element, explicit, objectIdentifier, printableString, sequence, setOfOne, Tag, utf8String } from '../../src/pki/der';
import { encodeGeneralNames } from '../../src/pki/general-names';
import { OID } from '../../src/pki/object-identifiers';
import { readRequestedNames } from '../../src/pki/requested-names';
import { opensslOutput, temporaryFiles } from '../support/openssl';

const file = temporaryFiles();

/** What becomes of names, given as GeneralName, that a request asks for. */
function outcome(names: readonly Buffer[], rules: NameLists) {
  const request = makeRequest({ attributes: attributes(extensionRequest(extension(OID.subjectAltName, sequence(...names)))) });
  return readRequestedNames(readCertificationRequest(request), rules);
}

const asked = (names: NameLists, rules: NameLists) => outcome(encodeGeneralNames(names), rules);

describe('a name in a request', () => {
  test.each<[string, NameLists, NameLists]>([
    ['a host name in a domain', { dns: ['a.example.com'] }, { dns: ['example.com'] }],
    ['the host of the domain\'s name', { dns: ['example.com'] }, { dns: ['example.com'] }],
    ['a wildcard in a domain', { dns: ['*.example.com'] }, { dns: ['example.com'] }],
    ['an address in a network', { ip: ['10.1.2.3'] }, { ip: ['10.0.0.0/8'] }],
    ['an address of IPv6 in a network', { ip: ['fd00:0:0:0:0:0:0:1'] }, { ip: ['fd00::/8'] }],
    ['a mailbox', { email: ['ops@example.com'] }, { email: ['ops@example.com'] }],
    ['a mailbox of a host', { email: ['ops@example.com'] }, { email: ['example.com'] }],
    ['a mailbox of a host in a domain', { email: ['ops@a.example.com'] }, { email: ['.example.com'] }],
    ['a URI that begins like the rule', { uri: ['urn:acme:device:1'] }, { uri: ['urn:acme:device:'] }],
    ['a URI that is the rule', { uri: ['https://example.com/'] }, { uri: ['https://example.com/'] }],
    ['a URI by the second rule', { uri: ['https://example.com/a'] }, { uri: ['urn:acme:', 'https://example.com/'] }],
    ['a directory name below another one', { directory: [{ organization: 'Acme', commonName: 'a' }] }, { directory: [{ organization: 'ACME' }] }],
  ])('is accepted: %s', (_, names, rules) => {
    expect(asked(names, rules)).toEqual({ allowed: names, ignored: [] });
  });

  test.each<[string, NameLists, NameLists, string]>([
    ['without a rule', { dns: ['a.example.com'] }, {}, 'subjectAltName dns:"a.example.com"'],
    ['with a rule for another type', { dns: ['a.example.com'] }, { ip: ['0.0.0.0/0'], email: ['example.com'] }, 'subjectAltName dns:"a.example.com"'],
    ['of a host of another domain', { dns: ['example.com.attacker.example'] }, { dns: ['example.com'] }, 'subjectAltName dns:"example.com.attacker.example"'],
    ['of a host whose name only ends like the domain', { dns: ['notexample.com'] }, { dns: ['example.com'] }, 'subjectAltName dns:"notexample.com"'],
    ['of another network', { ip: ['11.0.0.1'] }, { ip: ['10.0.0.0/8'] }, 'subjectAltName ip'],
    ['of another family', { ip: ['::ffff:10.0.0.1'] }, { ip: ['10.0.0.0/8'] }, 'subjectAltName ip'],
    ['of another mailbox', { email: ['Ops@example.com'] }, { email: ['ops@example.com'] }, 'subjectAltName email:"Ops@example.com"'],
    ['of a URI that begins otherwise', { uri: ['urn:acme:gateway:1'] }, { uri: ['urn:acme:device:'] }, 'subjectAltName uri:"urn:acme:gateway:1"'],
    ['of a URI in another case', { uri: ['URN:acme:device:1'] }, { uri: ['urn:acme:device:'] }, 'subjectAltName uri:"URN:acme:device:1"'],
    ['of a URI that only contains the rule', { uri: ['x:urn:acme:device:1'] }, { uri: ['urn:acme:device:'] }, 'subjectAltName uri:"x:urn:acme:device:1"'],
    ['of a URI that begins like a rule for hosts', { uri: ['acme.example:1'] }, { dns: ['acme.example'] }, 'subjectAltName uri:"acme.example:1"'],
    ['of another directory', { directory: [{ organization: 'Other' }] }, { directory: [{ organization: 'Acme' }] }, 'subjectAltName directory'],
    ['of a directory name above the rule', { directory: [{ organization: 'Acme' }] }, { directory: [{ organization: 'Acme', commonName: 'a' }] }, 'subjectAltName directory'],
  ])('is left out, and reported: %s', (_, names, rules, words) => {
    expect(asked(names, rules)).toEqual({ allowed: {}, ignored: [words] });
  });

  const ANY: NameLists = {
    dns: ['example.com'], ip: ['0.0.0.0/0', '::/0'], uri: ['https://example.com/', 'urn:'], email: ['example.com'], directory: [{ organization: 'Acme' }],
  };
  const raw = (number: number, text: string | Buffer) => element(contextTag(number, false), Buffer.from(text as string, 'latin1'));
  const surname = sequence(setOfOne(sequence(objectIdentifier('2.5.4.10'), printableString('Acme'))), setOfOne(sequence(objectIdentifier('2.5.4.4'), utf8String('a'))));
  const twoInASet = sequence(
    setOfOne(sequence(objectIdentifier('2.5.4.10'), printableString('Acme'))),
    element(Tag.SET, sequence(objectIdentifier('2.5.4.3'), printableString('a')), sequence(objectIdentifier('2.5.4.11'), printableString('b'))),
  );

  // What nobody could declare either, no request gets by a rule.
  test.each<[string, Buffer, string]>([
    ['a host name in upper case', raw(2, 'A.example.com'), 'subjectAltName dns:"A.example.com"'],
    ['a host name with a dot at its end', raw(2, 'a.example.com.'), 'subjectAltName dns:"a.example.com."'],
    ['a host name with NUL in it', raw(2, 'evil\0.example.com'), 'subjectAltName dns:"evil\\u0000.example.com"'],
    ['a host name with a wildcard in the middle', raw(2, 'a.*.example.com'), 'subjectAltName dns:"a.*.example.com"'],
    ['an address as a host name', raw(2, '192.0.2.1'), 'subjectAltName dns:"192.0.2.1"'],
    ['an address of three octets', raw(7, Buffer.of(10, 0, 0)), 'subjectAltName ip'],
    ['a network as an address', raw(7, Buffer.of(10, 0, 0, 0, 255, 0, 0, 0)), 'subjectAltName ip'],
    ['a mailbox with a name around it', raw(1, 'Ops <ops@example.com>'), 'subjectAltName email:"Ops <ops@example.com>"'],
    ['a mailbox with two at signs', raw(1, 'ops@evil.example@example.com'), 'subjectAltName email:"ops@evil.example@example.com"'],
    ['a mailbox in letters beyond ASCII', raw(1, '\xf6@example.com'), 'subjectAltName email:"ö@example.com"'],
    ['a URI with a space', raw(6, 'urn:a b'), 'subjectAltName uri:"urn:a b"'],
    ['a URI with a line break', raw(6, 'urn:a\r\nb'), 'subjectAltName uri:"urn:a\\r\\nb"'],
    ['a directory name with an attribute that no certificate has here', explicit(4, surname), 'subjectAltName directory'],
    ['a directory name with two attributes in a set', explicit(4, twoInASet), 'subjectAltName directory'],
    ['an otherName', element(contextTag(0, true), objectIdentifier('1.3.6.1.4.1.311.20.2.3'), explicit(0, utf8String('admin@example.com'))), 'subjectAltName of another type'],
    ['a registeredID', raw(8, Buffer.of(0x2a, 3)), 'subjectAltName of another type'],
    ['an x400Address', element(contextTag(3, true), NULL_DER), 'subjectAltName of another type'],
    ['an ediPartyName', element(contextTag(5, true), explicit(1, utf8String('a'))), 'subjectAltName of another type'],
  ])('is left out although a rule would allow it: %s', (_, name, words) => {
    expect(outcome([name], ANY)).toEqual({ allowed: {}, ignored: [words] });
  });

  test('is judged alone: the good ones of a list are accepted, in their order', () => {
    expect(asked({ dns: ['b.example.com', 'a.example.org', 'a.example.com'], ip: ['10.0.0.1'] }, { dns: ['example.com'] })).toEqual({
      allowed: { dns: ['b.example.com', 'a.example.com'] }, ignored: ['subjectAltName dns:"a.example.org"', 'subjectAltName ip'],
    });
  });
});

test('all other extensions and attributes of a request are left out, and named', () => {
  const request = makeRequest({
    attributes: attributes(
      attribute('1.2.840.113549.1.9.7', utf8String('a challenge')),
      extensionRequest(
        extension(OID.basicConstraints, sequence()),
        extension(OID.subjectAltName, sequence(...encodeGeneralNames({ dns: ['a.example.com'] }))),
        extension('1.3.6.1.4.1.99999.1', NULL_DER),
      ),
    ),
  });
  expect(readRequestedNames(readCertificationRequest(request), { dns: ['example.com'] })).toEqual({
    allowed: { dns: ['a.example.com'] }, ignored: ['basicConstraints', '1.3.6.1.4.1.99999.1', 'attribute 1.2.840.113549.1.9.7'],
  });
});

test('at most 20 names are reported as left out, and the number of the others', () => {
  const names = (count: number) => ({ dns: Array.from({ length: count }, (_, index) => `n${index}.example.org`) });
  expect(asked(names(20), {}).ignored).toHaveLength(20);
  const { ignored } = asked(names(25), {});
  expect(ignored).toHaveLength(21);
  expect([ignored[0], ignored[19], ignored[20]]).toEqual(['subjectAltName dns:"n0.example.org"', 'subjectAltName dns:"n19.example.org"', '5 more']);
});

test('a long name is shortened where it is reported', () => {
  const [words] = asked({ uri: [`urn:${'a'.repeat(500)}`] }, {}).ignored;
  expect(words).toBe(`subjectAltName uri:"urn:${'a'.repeat(76)}…"`);
});

test('OpenSSL\'s names in a request are read as they were meant', () => {
  const config = file('request.cnf', `
    [req]
    distinguished_name = name
    req_extensions = extensions
    prompt = no
    [name]
    CN = sensor-001
    [extensions]
    keyUsage = critical, keyCertSign
    subjectAltName = DNS:a.example.com, DNS:*.example.com, IP:192.0.2.1, IP:2001:db8::1, URI:urn:acme:device:1, email:ops@example.com, dirName:dir, RID:1.2.3, \
otherName:1.3.6.1.4.1.99999.1;UTF8:x
    [dir]
    O = Acme
    CN = a
  `.replace(/^ +/gm, ''));
  const request = opensslOutput(['req', '-new', '-config', config, '-key', file('key.pem', DEVICE_KEYS.EC_P256)]);
  expect(readRequestedNames(readCertificationRequest(request), {
    dns: ['example.com'], ip: ['192.0.2.0/24', '2001:db8::/32'], uri: ['urn:acme:device:'], email: ['example.com'], directory: [{ organization: 'Acme' }],
  })).toEqual({
    allowed: {
      dns: ['a.example.com', '*.example.com'],
      ip: ['192.0.2.1', '2001:db8:0:0:0:0:0:1'],
      uri: ['urn:acme:device:1'],
      email: ['ops@example.com'],
      directory: [{ organization: 'Acme', commonName: 'a' }],
    },
    ignored: ['keyUsage', 'subjectAltName of another type', 'subjectAltName of another type'],
  });
});
