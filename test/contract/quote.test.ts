import { describe as describeValue, quote } from '../../src/contract/rules';
import { hasUnsafeCharacter, withoutInvisible, withPlainSpaces } from '../../src/contract/unsafe-characters';

const UNSEEN: readonly [string, string, string][] = [
  ['a no-break space', 'a\u00a0b', '"a\\u00a0b"'],
  ['a soft hyphen', 'a\u00adb', '"a\\u00adb"'],
  ['a joiner', 'a\u200db', '"a\\u200db"'],
  ['a filler', 'a\u3164b', '"a\\u3164b"'],
  ['a control character', 'a\u0085b', '"a\\u0085b"'],
  ['a line end', 'a\nb', '"a\\nb"'],
  ['a line separator', 'a\u2028b', '"a\\u2028b"'],
  ['a paragraph separator', 'a\u2029b', '"a\\u2029b"'],
  ['a blank of Braille', 'a\u2800b', '"a\\u2800b"'],
  ['a note without a head', 'a\u{1d159}b', '"a\\ud834\\udd59b"'],
  ['a joiner of hieroglyphs', 'a\u{13430}b', '"a\\ud80d\\udc30b"'],
  ['a tag, which is two code units', 'a\u{e0041}b', '"a\\udb40\\udc41b"'],
  ['the place of an object', 'a\ufffcb', '"a\\ufffcb"'],
  ['what stands for an unreadable character', 'a\ufffdb', '"a\\ufffdb"'],
  ['a code point that is not a character', 'a\uffffb', '"a\\uffffb"'],
  ['half of a character', 'a\ud83db', '"a\\ud83db"'],
  // All characters that set the direction in which the following text is drawn.
  ...['061c', '200e', '200f', '202a', '202b', '202c', '202d', '202e', '2066', '2067', '2068', '2069']
    .map((hex): [string, string, string] => [`a direction, U+${hex}`, `a${String.fromCharCode(parseInt(hex, 16))}b`, `"a\\u${hex}b"`]),
];

test.each(UNSEEN)('a message shows a character that nobody would see: %s', (_, text, shown) => {
  expect(quote(text)).toBe(shown);
  expect(JSON.parse(quote(text))).toBe(text);
});

test.each(UNSEEN)('a name that contains such a character is recognised, and a line shows a plain space instead: %s', (_, text) => {
  expect(hasUnsafeCharacter(text)).toBe(true);
  expect(withPlainSpaces(text)).toBe('a b');
  expect(withPlainSpaces(` ${text}${text.slice(1, -1).repeat(2)}`)).toBe('a b');
});

test.each(['a b', 'Größe', '泵', '🔑', 'a\u0301'])('a message leaves visible characters as they are: %s', text => {
  expect(quote(text)).toBe(`"${text}"`);
  expect(hasUnsafeCharacter(text)).toBe(false);
  expect(withPlainSpaces(text)).toBe(text);
});

test('characters that nobody sees can be removed from a string before it is searched for a key', () => {
  expect(withoutInvisible('P\0R\u200bI\u200b\u2060V\u3164A TE')).toBe('PRIVA TE');
});

test('an ARN is shown whole, and of other strings no more than 80 characters', () => {
  const arn = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:IotStackCaPrivateKey1234ABCD-AbCdEfGhIjKl-AbCdEf';
  expect(quote(arn)).toBe(`"${arn}"`);
  expect(quote('word '.repeat(30))).toBe(`"${'word '.repeat(16)}…"`);
  expect(quote('🔑'.repeat(80))).toBe(`"${'🔑'.repeat(80)}"`);
  expect(quote('🔑'.repeat(81))).toBe(`"${'🔑'.repeat(80)}…"`);
});

test.each([
  'arn:aws-cn:iot:cn-north-1:123456789012:', 'arn:aws-us-gov:iot:us-gov-west-1:123456789012:', 'arn:aws:iam::123456789012:', 'arn:aws:s3:::',
])('an ARN, here %s…, is shown up to 160 characters', start => {
  const arn = (length: number): string => start + '/a'.repeat(80).slice(0, length - start.length);
  expect(quote(arn(160))).toBe(`"${arn(160)}"`);
  expect(quote(arn(161))).toBe(`"${arn(160)}…"`);
});

test.each(['an arn:aws:iam::123456789012:', 'arn:aws:', 'arn:aws:iam:eu-central-1:x', 'arn:aws1:iam:eu-central-1:1:', 'arn:aws:IAM:eu-central-1:1:',
  'arn:aws::eu-central-1:1:', 'arn:aws:iam:EU:1:'])('a string that only resembles an ARN, here %s…, is shown up to 80 characters', start => {
  expect(quote(start + '/a'.repeat(80))).toBe(`"${(start + '/a'.repeat(80)).slice(0, 80)}…"`);
});

test.each(['-----BEGIN PRIVATE KEY-----', 'MC4CAQAwBQYDK2VwBCIEIKtwKpZJYJFuyCLDsqTYDgg4dpmpXMWOoYBrO3YVnkPa', '{"kty":"OKP","d":"q3Aqlklgkm7IIsOypNgOCDh2malcxY6hgGs7dhWeQ9o"}'])(
  'a private key, however it is written, is not shown: %#', text => {
    expect(quote(text)).toBe('(a private key, not shown)');
    expect(quote(`key: ${text}`)).toBe('(a private key, not shown)');
  });

describe('base64 of DER', () => {
  const NOT_SHOWN = '(base64 of DER, not shown, because it may be a private key)';
  /** A SEQUENCE that begins with an element of the tag and is not a private key. */
  const der = (tag: number, lengthOctets: number[], content = 26): string =>
    Buffer.concat([Buffer.from([0x30, ...lengthOctets, tag, content]), Buffer.alloc(content, 1)]).toString('base64');

  test.each<[string, string]>([
    ['an INTEGER', der(0x02, [28])],
    ['a SEQUENCE', der(0x30, [28])],
    ['an INTEGER behind a length of two octets', der(0x02, [0x81, 130], 128)],
    ['a SEQUENCE behind a length of three octets', der(0x30, [0x82, 1, 4], 100)],
    ['an INTEGER, where other texts surround it', `key=${der(0x02, [28])}, do not lose it`],
    ['an INTEGER, where a run that only resembles DER comes before it', `${der(0x04, [28])} ${der(0x02, [28])}`],
  ])('is not shown, because it may be a private key, if it begins with %s', (_, text) => {
    expect(quote(text)).toBe(NOT_SHOWN);
  });

  test.each<[string, string]>([
    ['an element that no private key begins with', der(0x04, [28])],
    ['one less octet than the shortest key', der(0x02, [27], 25).slice(0, 39)],
    ['a letter before it, so that it is a part of a word', `x${der(0x02, [28])}`],
    ['a length that no private key has', der(0x02, [0x0f])],
  ])('is shown if it has %s', (_, text) => {
    expect(quote(text)).toBe(`"${text}"`);
  });
});

test.each<[unknown, string]>([
  [7, '7'], [undefined, 'undefined'], [null, 'null'], [true, 'true'], [['a'], 'a list'], [{ a: 1 }, 'a map'], [Object.create(null), 'a map'], [Object.create(Object.create(null)), 'a map'],
  [() => 1, 'a class or a function'], [class Sensor {}, 'a class or a function'], [new Date(), 'an object of the class Date'],
  [new (class {})(), 'a map'], [new ({ ['X'.repeat(100)]: class {} }['X'.repeat(100)])(), `an object of the class ${'X'.repeat(80)}`],
])('a value that is not a string is named by its kind, without its contents: %p', (value, shown) => {
  expect(quote(value)).toBe(shown);
  expect(describeValue(value)).toBe(shown);
});

test('a string in the place of a number is shown as a string', () => {
  expect(describeValue('2')).toBe('a string "2"');
});
