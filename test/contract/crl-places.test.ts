import { checkLifeDays, checkListUrl, checkPartitions, COMPLETE_LIST, COMPLETE_LIST_PEM, listOfCertificate, partitionList, partitionOf } from '../../src/contract/crl-places';

/** Certificates hold these names for as long as they are valid. */
test.each<[string, number, string]>([
  ['4A1B2C3D4E5F60718293A4B5C6D7E8F900112233', 1, '1-0.crl'],
  ['4A1B2C3D4E5F60718293A4B5C6D7E8F900112233', 4, '4-3.crl'],
  ['4A1B2C3D4E5F60718293A4B5C6D7E8F9FFFFFFFF', 256, '256-255.crl'],
  ['4A1B2C3D4E5F60718293A4B5C6D7E8F900000000', 7, '7-0.crl'],
  ['05', 3, '3-2.crl'],
])('the serial number %s is in one of %i lists: %s', (serialNumber, partitions, list) => {
  expect(listOfCertificate(serialNumber, partitions)).toBe(list);
  expect(partitionList(partitions, partitionOf(serialNumber, partitions))).toBe(list);
});

test.each(['http://d111111abcdef8.cloudfront.net', 'http://pki.acme.example:8080/crl/v1', 'http://10.0.0.1'])('lists can be at %s', url => {
  expect(checkListUrl(url)).toBeUndefined();
});

test.each<unknown>([
  'https://pki.acme.example', 'http://pki.acme.example/', 'http://', 'http://pki acme', 'http://PKI.acme.example', 'ldap://pki.acme.example', 'http://a.b/c?d', 'http://a.b/../c d', 5,
  `http://${'a'.repeat(250)}.example`,
])('lists can\'t be at %j', url => {
  expect(checkListUrl(url)).toContain('url must begin with http://');
});

test('the list of all certificates has the names that brokers are set up with', () => {
  expect([COMPLETE_LIST, COMPLETE_LIST_PEM]).toEqual(['complete.crl', 'complete.pem']);
});

test('a CA spreads its certificates among 1 to 256 lists', () => {
  expect([1, 256].map(checkPartitions)).toEqual([undefined, undefined]);
  expect([0, 257, 1.5, '4'].map(checkPartitions)).toEqual(['0', '257', '1.5', '"4"'].map(
    got => `partitions must be a whole number from 1 to 256, got ${got}`));
});

test('a list is valid for 1 to 365 days', () => {
  expect([1, 365].map(days => checkLifeDays(days))).toEqual([undefined, undefined]);
  expect([0, 366, 0.5].map(days => checkLifeDays(days))).toEqual([0, 366, 0.5].map(got => `validity must be a whole number of days from 1 to 365, got ${got}`));
  expect(checkLifeDays(NaN, 'a week' as never)).toBe('validity must be a whole number of days from 1 to 365, got "a week"');
});
