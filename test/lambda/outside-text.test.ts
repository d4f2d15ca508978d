import { entryOf, outsideCode, outsideId, outsideMessage } from '../../src/lambda/outside-text';

const SECRET = 'aB3~q.Zr8_Lk-90xT/w+Qe=1';

test.each(['AADSTS7000215', 'LimitExceeded.CARepeat', 'IOTDA.014308', 'invalid_client', '400053', 'x'.repeat(64)])('the code %s is shown', code => {
  expect(outsideCode(code, [SECRET])).toBe(code);
});

test.each<[string, unknown]>([
  ['nothing', undefined], ['an empty text', ''], ['a map', { toString: 1 }], ['a long text', 'x'.repeat(65)], ['two lines', 'a\nb'],
  ['HTML', '<b>'], ['the secret', 'secret_of_the_account'], ['the end of the secret', 'of_the_account'], ['more than the secret', 'xsecret_of_the_accountx'],
])('nothing of %s in place of a code is shown', (_, value) => {
  expect(outsideCode(value, ['secret_of_the_account'])).toBe('an unreadable code');
});

test.each<[string, string]>([
  ['as it is', SECRET],
  ['as forms write it', new URLSearchParams({ s: SECRET }).toString()],
  ['as URLs write it', encodeURIComponent(SECRET).toLowerCase()],
  ['in JSON', JSON.stringify({ s: SECRET })],
  ['cut off', SECRET.slice(0, 15)],
  ['at its end', SECRET.slice(-15)],
])('a message that repeats a secret %s does not show it', (_, text) => {
  const shown = outsideMessage(`the body was ${text} and so on`, 200, [SECRET])!;
  expect(shown).toMatch(/^the body was .*\(not shown\).* and so on$/);
  expect(shown).not.toMatch(/q\.Zr8|8_Lk-9|0xT/i);
});

test('a message is on one line, without characters that hide or reorder text, and no longer than allowed', () => {
  expect(outsideMessage('a\r\n  b\u202ec\u0000d', 200)).toBe('a b c d');
  expect(outsideMessage('x'.repeat(1_000_000), 10)).toBe('xxxxxxxxxx…');
  expect(outsideMessage({ toString: 1 }, 10)).toBeUndefined();
});

test('a table answers only with its own entries, and not with the properties of every object', () => {
  expect(['known', 'constructor', '__proto__', 'toString'].map(name => entryOf({ known: 'advice' }, name))).toEqual(['advice', undefined, undefined, undefined]);
});

test.each([undefined, null, '', 7, 'with space', 'x'.repeat(129), 'ü', 'a\n'])('%j is no id', value => {
  expect(outsideId(value)).toBeUndefined();
});
