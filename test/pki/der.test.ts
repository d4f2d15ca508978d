import {
  around, bitString, bmpString, contextTag, element, elementHeader, explicit, generalizedTime, integer, namedBits, NULL, objectIdentifier,
  octetString, printableString, sequence, setOf, setOfOne, Tag, time, TRUE, utf8String,
} from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { fc } from '../support/properties';

const hex = (der: Buffer) => der.toString('hex');

describe('the encoder', () => {
  test.each([
    ['zero', integer(0), '020100'],
    ['127', integer(127), '02017f'],
    ['128 with an octet that keeps it positive', integer(128), '02020080'],
    ['256', integer(256), '02020100'],
    ['65537', integer(65_537), '0203010001'],
    ['octets without their leading zeros', integer(Buffer.from('0000ff', 'hex')), '020200ff'],
    ['octets that are zero', integer(Buffer.alloc(3)), '020100'],
    ['TRUE', TRUE, '0101ff'],
    ['NULL', NULL, '0500'],
    ['sha256WithRSAEncryption', objectIdentifier('1.2.840.113549.1.1.11'), '06092a864886f70d01010b'],
    ['an arc of the second root', objectIdentifier('2.5.29.37'), '0603551d25'],
    ['an arc of 2.999', objectIdentifier('2.999'), '06028837'],
    ['no octets', octetString(Buffer.alloc(0)), '0400'],
    ['a bit string of whole octets', bitString(Buffer.from('a5', 'hex')), '030200a5'],
    ['no named bits', namedBits([]), '030100'],
    ['digitalSignature', namedBits([0]), '03020780'],
    ['digitalSignature and keyEncipherment', namedBits([0, 2]), '030205a0'],
    ['keyCertSign and cRLSign', namedBits([6, 5]), '03020106'],
    ['decipherOnly, in the second octet', namedBits([8]), '0303070080'],
    ['PrintableString', printableString('CN'), '1302434e'],
    ['UTF8String', utf8String('é'), '0c02c3a9'],
    ['an empty sequence', sequence(), '3000'],
    ['a set', setOfOne(NULL), '31020500'],
    ['a set of several, in the order of its octets', setOf(octetString(Buffer.of(2)), NULL, octetString(Buffer.of(1)), TRUE), '310b0101ff0401010401020500'],
    ['text of two octets a character', bmpString('a杭'), '1e040061676d'],
    ['an explicit tag', explicit(3, NULL), 'a3020500'],
    ['an implicit tag', element(contextTag(0, false), Buffer.of(1)), '800101'],
    ['127 octets in the short form', octetString(Buffer.alloc(127)).subarray(0, 2), '047f'],
    ['128 octets in the long form', octetString(Buffer.alloc(128)).subarray(0, 3), '048180'],
    ['256 octets', octetString(Buffer.alloc(256)).subarray(0, 4), '04820100'],
    ['65536 octets', octetString(Buffer.alloc(65_536)).subarray(0, 5), '0483010000'],
  ])('writes %s', (_, der, expected) => {
    expect(hex(der)).toBe(expected);
  });

  test.each([
    ['1950-01-01T00:00:00Z', '170d3530303130313030303030305a'],
    ['2026-02-28T23:59:59.999Z', '170d3236303232383233353935395a'],
    ['2049-12-31T23:59:59Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00Z', '180f32303530303130313030303030305a'],
    ['2052-02-29T12:00:00Z', '180f32303532303232393132303030305a'],
    ['9999-12-31T23:59:59Z', '180f39393939313233313233353935395a'],
  ])('writes %s in the form that RFC 5280 demands for its year', (iso, expected) => {
    expect(hex(time(new Date(iso)))).toBe(expected);
  });

  test.each([['127 octets', 127, '307f'], ['128 octets', 128, '308180'], ['65536 octets', 65_536, '3083010000']])(
    'writes the header of %s without the octets', (_, length, expected) => {
      expect(hex(elementHeader(Tag.SEQUENCE, length))).toBe(expected);
    });

  test.each([
    [new Date('1949-12-31T23:59:59Z'), 'the year 1949'], [new Date('+010000-01-01T00:00:00Z'), 'the year 10000'], [new Date(NaN), 'no date'],
  ])('refuses %s, which no certificate can name', (date, got) => {
    expect(() => time(date)).toThrow(new RangeError(`a date in a certificate must be in the years 1950 to 9999, got ${got}`));
  });

  test.each([
    ['0000-01-01T00:00:00Z', '30303030303130313030303030305a'],
    ['2026-02-28T23:59:59.999Z', '32303236303232383233353935395a'],
    ['9999-12-31T23:59:59Z', '39393939313233313233353935395a'],
  ])('writes %s with its century where the type is GeneralizedTime in every year', (iso, expected) => {
    expect(hex(generalizedTime(new Date(iso)))).toBe(`180f${expected}`);
  });

  test.each([
    [new Date('-000001-12-31T23:59:59Z'), 'the year -1'], [new Date('+010000-01-01T00:00:00Z'), 'the year 10000'], [new Date(NaN), 'no date'],
  ])('refuses %s as a GeneralizedTime', (date, got) => {
    expect(() => generalizedTime(date)).toThrow(new RangeError(`a time must be in the years 0 to 9999, got ${got}`));
  });

  test('puts a header before parts, which stay the same octets', () => {
    const parts = [octetString(Buffer.alloc(100)), NULL, integer(5)];
    const [header, ...rest] = around(Tag.SEQUENCE, ...parts);
    expect(rest.every((part, index) => part === parts[index])).toBe(true);
    expect(hex(Buffer.concat([header, ...rest]))).toBe(hex(sequence(...parts)));
  });

  test.each([-1, 1.5, NaN, 2 ** 48])('refuses the number %d', value => {
    expect(() => integer(value)).toThrow('a number must be whole');
  });
});

describe('the reader', () => {
  test('reads everything that the encoder writes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.uint8Array({ maxLength: 70_000 }), (number, octets) => {
      const reader = new DerReader(sequence(integer(number), octetString(octets), TRUE, bitString(octets))).sequence();
      expect(BigInt(`0x0${reader.unsigned().toString('hex')}`)).toBe(BigInt(`0x0${Buffer.from(number).toString('hex')}`));
      expect(reader.contents(Tag.OCTET_STRING).equals(octets)).toBe(true);
      expect(reader.flag()).toBe(true);
      expect(reader.bitString().equals(octets)).toBe(true);
      reader.end();
    }), { numRuns: 50 });
  });

  test.each<[string, string, (reader: DerReader) => unknown]>([
    ['another tag', '0500', reader => reader.sequence()],
    ['the end', '', reader => reader.sequence()],
    ['contents that are cut off', '300502', reader => reader.sequence()],
    ['a length that is cut off', '3082', reader => reader.sequence()],
    ['an indefinite length', '30800000', reader => reader.sequence()],
    ['a length of more octets than needed', '3081050000000000', reader => reader.sequence()],
    ['a length with leading zeros', '30820005' + '00'.repeat(5), reader => reader.sequence()],
    ['a length of five octets', '308500000000010000', reader => reader.sequence()],
    ['something after the end', '05000500', reader => {
      reader.contents(Tag.NULL);
      reader.end();
    }],
    ['a number of no octets', '0200', reader => reader.unsigned()],
    ['a negative number', '020180', reader => reader.unsigned()],
    ['a number with leading zeros', '02020001', reader => reader.unsigned()],
    ['a boolean that BER would take for TRUE', '010101', reader => reader.flag()],
    ['a default that is written', '010100', reader => reader.flag()],
    ['a bit string with unused bits', '03020780', reader => reader.bitString()],
    ['a bit string without its first octet', '0300', reader => reader.bitString()],
  ])('refuses %s', (_, der, read) => {
    expect(() => read(new DerReader(Buffer.from(der, 'hex')))).toThrow(/^DER /);
  });
});
