import { Tag } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';

const reader = (hex: string) => new DerReader(Buffer.from(hex, 'hex'));

describe('a reader of DER', () => {
  test('walks through elements and into them', () => {
    const file = reader('300a 0201 05 0101ff 0302 0080'.replace(/ /g, ''));
    const inner = file.sequence();
    expect(file.more).toBe(false);
    expect(inner.unsigned()).toEqual(Buffer.of(5));
    expect(inner.flag()).toBe(true);
    expect(inner.flag()).toBe(false);
    expect(inner.bitString()).toEqual(Buffer.of(0x80));
    inner.end();
    file.end();
  });

  test('answers an element as a whole, or its contents', () => {
    expect(reader('0402abcd').element(Tag.OCTET_STRING).toString('hex')).toBe('0402abcd');
    expect(reader('0402abcd').contents(Tag.OCTET_STRING).toString('hex')).toBe('abcd');
    expect(reader('a003020102').explicit(0).unsigned()).toEqual(Buffer.of(2));
  });

  test('tells the tag of the next element', () => {
    const file = reader('0500');
    expect(file.tag).toBe(Tag.NULL);
    file.element(Tag.NULL);
    expect(file.tag).toBeUndefined();
  });

  test.each([['048180', 2 ** 7], ['04820100', 2 ** 8], ['0483010000', 2 ** 16], ['048401000000', 2 ** 24]])('reads the long length %s', (header, length) => {
    expect(new DerReader(Buffer.concat([Buffer.from(header, 'hex'), Buffer.alloc(length)])).contents(Tag.OCTET_STRING)).toHaveLength(length);
  });

  test('reads an element of any type, and refuses a tag of several octets and the end', () => {
    expect(reader('830105').any()).toEqual({ tag: 0x83, contents: Buffer.of(5) });
    expect(() => reader('9f1f0105').any()).toThrow('DER must have an element here, got a tag of several octets');
    expect(() => reader('').any()).toThrow('DER must have an element here, got the end');
  });

  test.each([
    ['0201ff', 'ff'], ['02020080', '0080'], ['0202ff7f', 'ff7f'],
    ['0202007f', '007f', 'pathLenConstraint must be an INTEGER in the fewest octets'], ['0202ff80', 'ff80', 'pathLenConstraint must be an INTEGER in the fewest octets'],
  ])('reads the INTEGER %s with its sign, and reports needless octets', (der, octets, ...expected) => {
    const faults: string[] = [];
    expect(reader(der).integer('pathLenConstraint', faults).toString('hex')).toBe(octets);
    expect(faults).toEqual(expected);
  });

  test('refuses an INTEGER without octets by its name', () => {
    expect(() => reader('0200').integer('pathLenConstraint', [])).toThrow('pathLenConstraint must have at least one octet');
  });

  test.each<[string, boolean, ...string[]]>([
    ['0101ff', true], ['0500', false],
    ['010100', false, 'cA must be left out where it is FALSE, its default, and be FF where it is TRUE, got 0x00'],
    ['010101', true, 'cA must be left out where it is FALSE, its default, and be FF where it is TRUE, got 0x01'],
  ])('reads the BOOLEAN %s as other readers do, and reports another form', (der, value, ...expected) => {
    const faults: string[] = [];
    expect(reader(der).flag('cA', faults)).toBe(value);
    expect(faults).toEqual(expected);
  });

  test.each([
    ['another tag', '0500', 'must have tag 0x30 at offset 0, got 0x05'],
    ['nothing', '', 'must have tag 0x30 at offset 0, got the end'],
    ['a tag without a length', '30', 'definite length at offset 1'],
    ['an indefinite length', '30800000', 'definite length at offset 1'],
    ['a length that is cut off', '3082', 'definite length at offset 1'],
    ['a length of five octets', '30850000000001', 'definite length at offset 1'],
    ['the reserved length FF', '30ff', 'definite length at offset 1'],
    ['a short length in the long form', '308101ff', 'fewest octets at offset 1'],
    ['a length with a leading zero', `30820080${'00'.repeat(128)}`, 'fewest octets at offset 1'],
    ['contents that are cut off', '30030201', 'cut off: the element at offset 0 has 3 octets, 2 are left'],
  ])('refuses %s', (_, hex, message) => expect(() => reader(hex).sequence()).toThrow(message));

  test('refuses octets after the end', () => {
    const file = reader('300000');
    file.sequence();
    expect(() => file.end()).toThrow('must end at offset 2, got 1 more octets');
  });

  test.each([['an empty number', '0200'], ['a negative number', '0201ff'], ['a number with a needless zero', '02020001']])(
    'refuses %s', (_, hex) => expect(() => reader(hex).unsigned()).toThrow('numbers that are not negative, in the fewest octets'));

  test.each([['FALSE where it is the default', '010100'], ['TRUE that is not FF', '010101'], ['a boolean of two octets', '0102ffff']])(
    'refuses %s', (_, hex) => expect(() => reader(hex).flag()).toThrow('must leave out a boolean that has its default value'));

  test.each([['an empty BIT STRING', '0300'], ['a BIT STRING with unused bits', '03020780']])(
    'refuses %s instead of whole octets', (_, hex) => expect(() => reader(hex).bitString()).toThrow('BIT STRING of whole octets'));

  test('says in an error what comes next, and where it is in the whole', () => {
    const file = reader('3006 0201 05 3001 05'.replace(/ /g, ''));
    expect(file.tag).toBe(Tag.SEQUENCE);
    const inner = file.sequence();
    inner.unsigned();
    expect([inner.tag, inner.position, file.tag, file.position]).toEqual([Tag.SEQUENCE, 5, undefined, 8]);
    expect(() => inner.sequence().contents(Tag.NULL)).toThrow('must have a definite length at offset 8');
  });

  test.each([
    ['2.5.4.3', '0603550403'],
    ['0.9.2342.19200300.100.1.25', '060a0992268993f22c640119'],
    ['1.39', '06014f'],
    ['2.0', '060150'],
    ['2.999.3', '0603883703'], // the example of X.690, 8.19.5
    ['2.100.4503599627370496', '060a81348880808080808000'],
    ['2.25.329800735698586629295641978511506172918', '06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776'],
  ])('reads the object identifier %s', (dotted, hex) => {
    expect(reader(hex).objectIdentifier()).toBe(dotted);
  });

  test.each([
    ['an empty object identifier', '0600', 'complete'], ['one that is cut off', '06025585', 'complete'],
    ['an arc with a leading zero', '0603558001', 'in the fewest octets'], ['an endless arc', `0614${'ff'.repeat(19)}01`, 'at most 128 bits'],
  ])('refuses %s', (_, hex, message) => expect(() => reader(hex).objectIdentifier()).toThrow(message));
});
