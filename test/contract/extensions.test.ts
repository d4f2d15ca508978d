import { checkExtensions, checkObjectIdentifier, DeclaredExtensions, isOwnedExtension } from '../../src/contract/extensions';

const NULL_VALUE = 'BQA=';
const octets = (count: number) => Buffer.alloc(count, 4).toString('base64');
const custom = (oid: string, value = NULL_VALUE) => ({ customExtensions: [{ oid, critical: false, value }] });

describe('an object identifier', () => {
  test.each(['0.0', '0.39', '1.0.8802', '1.3.6.1.4.1.99999.1', '2.5.29.37.0', '2.999', '2.9999999999', '1.3.6.1.4.1.311.21.8.4294967295', '2.5'])('can be %s', value => {
    expect(checkObjectIdentifier('oid', value)).toBeUndefined();
  });

  test.each([
    '', '1', '3.1', '0.40', '1.40', '1.05', '1.3.', '.1.3', '1..3', '1.3.06', '01.3', '1.3.-1', '1.3.a', '1.3.6 ', ' 1.3.6', '1.3.6\n', '1,3,6', 'OID:1.3.6', 'clientAuth',
    '1.3.12345678901',
  ])('can\'t be %j', value => {
    expect(checkObjectIdentifier('oid', value)).toBe(`oid must be an object identifier, such as 1.3.6.1.4.1.99999.1, got ${JSON.stringify(value)}`);
  });
});

describe('a declared extension', () => {
  test.each<[string, DeclaredExtensions]>([
    ['nothing', {}],
    ['names', { subjectAlternativeNames: { dns: ['example.com'] } }],
    ['ten usages', { extendedKeyUsages: Array.from({ length: 10 }, (_, index) => `1.3.6.1.4.1.99999.${index}`) }],
    ['constraints that only exclude', { nameConstraints: { critical: true, excluded: { dns: ['example.com'] } } }],
    ['a policy without and one with a statement', { certificatePolicies: [{ oid: '2.5.29.32.0' }, { oid: '1.2.3', cpsUri: 'https://example.com/cps' }] }],
    ['points', { crlDistributionPoints: ['http://example.com/a.crl', 'ldap:///CN=a?certificateRevocationList'] }],
    ['places', { ocspUrls: ['http://ocsp.example.com'], caIssuersUrls: ['https://example.com/ca.cer', 'ldaps://example.com/'] }],
    ['an extension of the longest value', custom('1.3.6.1.4.1.99999.1', octets(1024))],
  ])('can be %s', (_, extensions) => {
    expect(checkExtensions(extensions)).toBeUndefined();
  });

  const url = (property: string, value: string) => `${property} must be URLs that begin with http://, https://, ldap:// or ldaps://, up to 1024 characters of ASCII, got ${JSON.stringify(value)}`;

  test.each<[string, DeclaredExtensions, string]>([
    ['a bad name', { subjectAlternativeNames: { dns: ['A'] } },
      'subjectAlternativeNames.dns must be a host name in lower case without a dot at the end, with * as at most its first label, got "A"'],
    ['no usage', { extendedKeyUsages: [] }, 'extendedKeyUsages must hold 1 to 10 entries if it is given, got 0'],
    ['eleven usages', { extendedKeyUsages: Array<string>(11).fill('1.2.3') }, 'extendedKeyUsages must hold 1 to 10 entries if it is given, got 11'],
    ['a usage by its name', { extendedKeyUsages: ['clientAuth'] }, 'extendedKeyUsages must be an object identifier, such as 1.3.6.1.4.1.99999.1, got "clientAuth"'],
    ['constraints of nothing', { nameConstraints: { critical: true, permitted: { dns: [] }, excluded: {} } },
      'nameConstraints must permit or exclude at least one name, got none; otherwise leave it out'],
    ['constraints of nothing at all', { nameConstraints: { critical: true } }, 'nameConstraints must permit or exclude at least one name, got none; otherwise leave it out'],
    ['constraints with a list of nothing', { nameConstraints: { critical: true, permitted: {}, excluded: { dns: ['a'] } } }, 'nameConstraints.permitted must hold 1 to 50 names, got 0'],
    ['constraints on a wildcard', { nameConstraints: { critical: true, excluded: { dns: ['*.example.com'] } } },
      'nameConstraints.excluded.dns must be a domain in lower case, without a leading dot or *; it covers itself and all names below it, got "*.example.com"'],
    ['a policy by its name', { certificatePolicies: [{ oid: 'any' }] }, 'certificatePolicies must be an object identifier, such as 1.3.6.1.4.1.99999.1, got "any"'],
    ['a policy twice', { certificatePolicies: [{ oid: '1.2.3' }, { oid: '1.2.3', cpsUri: 'http://a' }] },
      'certificatePolicies must name each object identifier only once, got "1.2.3" more than once'],
    ['a statement that is no URL', { certificatePolicies: [{ oid: '1.2.3', cpsUri: 'example.com' }] }, url('certificatePolicies.cpsUri', 'example.com')],
    ...['', 'example.com', 'ftp://example.com', 'file:///etc', 'http:/a', 'http://', 'http://a b', 'http://example.com/<a>', 'http://example.com/"', 'http://exämple.com', 'http://a:port', 'javascript:1', 'HTTP//a']
      .map((value): [string, DeclaredExtensions, string] => [`the URL ${value}`, { crlDistributionPoints: ['http://good.example', value] }, url('crlDistributionPoints', value)]),
    ['an OCSP responder that is no URL', { ocspUrls: ['a'] }, url('ocspUrls', 'a')],
    ['a place of the issuer that is no URL', { caIssuersUrls: ['a'] }, url('caIssuersUrls', 'a')],
    ['no list of points', { crlDistributionPoints: [] }, 'crlDistributionPoints must hold 1 to 10 entries if it is given, got 0'],
    ['an extension twice', { customExtensions: [custom('1.2.3').customExtensions[0], custom('1.2.3', 'BAA=').customExtensions[0]] },
      'customExtensions must name each object identifier only once, got "1.2.3" more than once'],
    ...['2.5.29.19', '2.5.29.17', '1.3.6.1.5.5.7.1.1', '2.16.840.1.113730.1.1'].map((oid): [string, DeclaredExtensions, string] => [`the extension ${oid}`, custom(oid),
      `customExtensions must not be an extension that the CA decides on (2.5.29.…, 1.3.6.1.5.5.7.1.…, 2.16.840.1.113730.1.…), got "${oid}"; use the property for that extension`]),
    ...['', 'BQ==', 'BQA', 'BQB=', 'BQA=\n', 'not base64', 'BQA_', octets(1025)].map((value): [string, DeclaredExtensions, string] => [`the value ${value.slice(0, 20)}`, custom('1.2.3', value),
      'customExtensions must have a value of 2 to 1024 octets of DER in base64 for 1.2.3']),
    ['an extension without an identifier', custom(''), 'customExtensions must be an object identifier, such as 1.3.6.1.4.1.99999.1, got ""'],
  ])('can\'t be %s', (_, extensions, complaint) => {
    expect(checkExtensions(extensions)).toBe(complaint);
  });

  test('never shows the value of an extension, which could be a key', () => {
    expect(checkExtensions(custom('1.2.3', '-----BEGIN PRIVATE KEY----- MIGH'))).not.toContain('MIGH');
  });
});

test('the CA decides on the extensions of RFC 5280, of PKIX and of Netscape, and on no others', () => {
  expect(['2.5.29.14', '1.3.6.1.5.5.7.1.24', '2.16.840.1.113730.1.13'].every(isOwnedExtension)).toBe(true);
  expect(['1.3.6.1.4.1.311.20.2', '2.5.2.9', '1.3.6.1.5.5.7.48.1', '2.5.290.1'].some(isOwnedExtension)).toBe(false);
});
