import { textOfFile } from '../../src/contract/text-of-file';

const TEXT = '-----BEGIN CERTIFICATE-----\r\nGröße\r\n';

test.each<[string, Buffer]>([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16', Buffer.from(TEXT, 'utf16le')],
  ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16 in the order of octets of the network', Buffer.from(TEXT, 'utf16le').swap16()],
  ['UTF-16 in that order with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
])('a file in %s is read as the same text', (_, content) => {
  expect(textOfFile(content)).toBe(TEXT);
});

test('a file that is cut off in the middle of a character of UTF-16 is read up to there', () => {
  expect(textOfFile(Buffer.from('ab', 'utf16le').swap16().subarray(0, 3))).toBe('a');
});

test.each([[''], ['a'], ['0']])('a file of %j is read too', text => {
  expect(textOfFile(Buffer.from(text))).toBe(text);
});
