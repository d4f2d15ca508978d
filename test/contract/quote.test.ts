import { quote } from '../../src/contract/rules';

test.each([
  ['a no-break space', 'a\u00a0b', '"a\\u00a0b"'],
  ['a soft hyphen', 'a\u00adb', '"a\\u00adb"'],
  ['a joiner', 'a\u200db', '"a\\u200db"'],
  ['a filler', 'a\u3164b', '"a\\u3164b"'],
  ['a direction', 'a\u202eb', '"a\\u202eb"'],
  ['a control character', 'a\u0085b', '"a\\u0085b"'],
  ['a line end', 'a\nb', '"a\\nb"'],
  ['a blank of Braille', 'a\u2800b', '"a\\u2800b"'],
  ['a note without a head', 'a\u{1d159}b', '"a\\ud834\\udd59b"'],
  ['a joiner of hieroglyphs', 'a\u{13430}b', '"a\\ud80d\\udc30b"'],
  ['a tag, which is two code units', 'a\u{e0041}b', '"a\\udb40\\udc41b"'],
])('a message shows what nobody would see: %s', (_, text, shown) => {
  expect(quote(text)).toBe(shown);
  expect(JSON.parse(quote(text))).toBe(text);
});

test.each(['a b', 'Größe', '泵', '🔑', 'a\u0301'])('and leaves as it is what everybody sees: %s', text => {
  expect(quote(text)).toBe(`"${text}"`);
});

test('an ARN is shown whole, and of other texts no more than 80 characters', () => {
  const arn = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:IotStackCaPrivateKey1234ABCD-AbCdEfGhIjKl-AbCdEf';
  expect(quote(arn)).toBe(`"${arn}"`);
  expect(quote('word '.repeat(30))).toBe(`"${'word '.repeat(16)}…"`);
});
