import { contextTag, element, explicit, integer, objectIdentifier, sequence } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { encodeName } from '../../src/pki/name';
import { encodeNameConstraints, readNameConstraints } from '../../src/pki/name-constraints';

const base = (type: number, value: Buffer | string): Buffer => element(contextTag(type, false), Buffer.from(value as string, 'latin1'));
const [mailbox, host, uri, address] = [1, 2, 6, 7].map(type => (value: Buffer | string) => base(type, value));
const permitted = (...bases: Buffer[]): Buffer => element(contextTag(0, true), ...bases.map(each => sequence(each)));
const excluded = (...bases: Buffer[]): Buffer => element(contextTag(1, true), ...bases.map(each => sequence(each)));
const read = (...lists: Buffer[]) => readNameConstraints(DerReader.only(sequence(...lists)));
const octets = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('the constraints of a CA from elsewhere', () => {
  test('are read as they are written, permitted and excluded', () => {
    const directory = encodeName({ organization: 'Acme' });
    expect(read(permitted(host('acme.example'), explicit(4, directory)), excluded(mailbox('.acme.example'), uri('evil.example')))).toEqual({
      permitted: [{ type: 'dns', value: 'acme.example' }, { type: 'directory', value: directory }],
      excluded: [{ type: 'email', value: '.acme.example' }, { type: 'uri', value: 'evil.example' }],
    });
    expect(read()).toEqual({ permitted: [], excluded: [] });
  });

  test.each<[string, string]>([
    ['one host', '0a000001 ffffffff'], ['every address', '00000000 00000000'], ['a network of whole octets', '0a000000 ff000000'],
    ...['80', 'c0', 'e0', 'f0', 'f8', 'fc', 'fe'].map((octet): [string, string] => [`a network whose mask ends with ${octet}`, `0a000000 ff${octet}0000`]),
    ['a network of IPv6', `${'fd'.padEnd(32, '0')} ${'ff'.padEnd(32, '0')}`],
  ])('hold for addresses: %s', (_, hex) => {
    expect(read(permitted(address(octets(hex))))).toEqual({ permitted: [{ type: 'ip', value: octets(hex) }], excluded: [] });
  });

  test.each<[string, string]>([
    ['no octets', ''], ['an address without a mask', '0a000001'], ['six octets', '0a0000 ffffff'], ['seven octets', '0a0000 ffffff00'], ['nine octets', '0a000001 ffffffff ff'],
    ['ten octets', '0a00000100 ffffffffff'], ['an address of IPv6 without a mask', '0'.repeat(32)], ['30 octets', `${'0'.repeat(30)} ${'f'.repeat(30)}`],
    ['34 octets', `${'0'.repeat(34)} ${'f'.repeat(34)}`], ['a mask with a hole', '0a000000 ff00ff00'], ['a mask with a hole in an octet', '0a000000 fffd0000'],
    ['a mask that begins with zeros', '0a000000 00ff0000'], ['a mask that goes on after a broken octet', '0a000000 fffe8000'],
    ['a mask of IPv6 with a hole', `${'0'.repeat(32)} ff00ff${'0'.repeat(26)}`],
  ])('are refused if they are on addresses that are not networks: %s', (_, hex) => {
    const words = 'the certificate has name constraints on addresses that are not networks (RFC 5280, section 4.2.1.10)';
    expect(() => read(permitted(address(octets(hex))))).toThrow(new Error(words));
    expect(() => read(excluded(host('a.example'), address(octets(hex))))).toThrow(new Error(words));
  });

  test.each<[string, Buffer, string]>([
    ['a wildcard', host('*.acme.example'), 'dns:"*.acme.example"'], ['a wildcard in a mailbox', mailbox('*@acme.example'), 'email:"*@acme.example"'],
    ['a dot at the end', host('acme.example.'), 'dns:"acme.example."'], ['a dot at the end of the host of URIs', uri('acme.example.'), 'uri:"acme.example."'],
    ['nothing but a dot', uri('.'), 'uri:"."'],
  ])('are refused if validators read them differently: %s', (_, name, shown) => {
    expect(() => read(excluded(name))).toThrow(new Error(`the certificate has name constraints that validators read differently, ${shown}; `
      + 'a domain has no * and no dot at its end (RFC 5280, section 4.2.1.10)'));
  });

  test('are refused if they are on names of an unknown type, which RFC 5280 does not allow a reader to ignore', () => {
    expect(() => read(permitted(base(8, objectIdentifier('1.2.3').subarray(2))))).toThrow(
      new Error('the certificate has name constraints of an unknown type; the known types are DNS, IP, URI, email and directory names'));
  });

  test.each<[string, () => unknown]>([
    ['a minimum', () => read(element(contextTag(0, true), sequence(host('a.example'), element(contextTag(0, false), Buffer.of(1)))))],
    ['an element behind the lists', () => read(permitted(host('a.example')), integer(Buffer.of(1)))],
    ['the lists in the wrong order', () => read(excluded(host('a.example')), permitted(host('b.example')))],
    ['octets behind the constraints', () => readNameConstraints(DerReader.only(Buffer.concat([sequence(permitted(host('a.example'))), Buffer.of(5, 0)])))],
  ])('are refused with %s, which RFC 5280 does not provide for', (_, reading) => {
    expect(reading).toThrow(/DER|octets|element|expected|must/i);
  });
});

test('declared constraints are encoded as a reader finds them, and a list without names is left out', () => {
  const names = { dns: ['acme.example'], ip: ['10.0.0.0/8', 'fd00::/9'] };
  expect(encodeNameConstraints({ critical: true, permitted: names })).toEqual(sequence(permitted(
    host('acme.example'), address(octets('0a000000 ff000000')), address(octets(`${'fd'.padEnd(32, '0')} ${'ff80'.padEnd(32, '0')}`)))));
  expect(encodeNameConstraints({ critical: true, permitted: {}, excluded: { dns: ['evil.example'] } })).toEqual(sequence(excluded(host('evil.example'))));
});
