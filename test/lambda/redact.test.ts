import { createHash, createPrivateKey, KeyObject, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LONGEST_NAME, onOneLine, redact } from '../../src/lambda/redact';
import { processorTime } from '../support/processor-time';
import { fc } from '../support/properties';

const testKey = (name: string): KeyObject => createPrivateKey(readFileSync(resolve(__dirname, '../pki/fixtures/keys', `${name}-device.pem`)));

const KEYS: [string, KeyObject][] = [['RSA', testKey('rsa-2048')], ['P-256', testKey('ec-p256')]];

/** Every form in which a key could be quoted by mistake. */
function formsOf(key: KeyObject): [string, string][] {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const d = Buffer.from(key.export({ format: 'jwk' }).d!, 'base64url');
  return [
    ['PEM', pem],
    ['PEM on one line', pem.replaceAll('\n', ' ')],
    ['PEM in JSON', JSON.stringify(pem)],
    ['PEM without its end', pem.slice(0, pem.length - 40)],
    ['the lines of PEM without the header', pem.split('\n').slice(1, -2).join('\n')],
    ['the lines of PEM in JSON without the header', pem.split('\n').slice(1, -2).join('\\n')],
    ['DER in base64', der.toString('base64')],
    ['DER in hex', der.toString('hex')],
    ['the secret number in base64url', d.toString('base64url')],
    ['the secret number in base64', d.toString('base64')],
    ['the secret number in hex', d.toString('hex')],
  ];
}

describe.each(KEYS)('an %s key', (_, key) => {
  test.each(formsOf(key))('as %s is not shown', (_form, text) => {
    const shown = redact(`the value ${text} is wrong`);
    const parts = Array.from({ length: text.length - 23 }, (_part, start) => text.slice(start, start + 24).trim());
    expect(parts.filter(part => shown.includes(part))).toEqual([]);
    expect(shown).toMatch(/^the value .*not shown/);
  });
});

test('the secret number of any P-256 key is not shown', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes => {
    const digits = createHash('sha256').update(bytes).digest();
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(redact(`got ${digits.toString(encoding)}`)).toMatch(/^got \(.*not shown\)$/);
    }
  }), { numRuns: 100 });
});

const MIXED = 'xY1'.repeat(20);

test.each<[string, string, string]>([
  ['two keys in PEM', 'a -----BEGIN X KEY-----\nMIIB\n-----END X KEY----- b -----BEGIN Y-----x-----END Y-----', 'a (PEM, not shown) b (PEM, not shown)'],
  ['PEM without its end', 'a -----BEGIN X-----\nMIIB -----END X', 'a (PEM, not shown)'],
  ['a URL with a query, in quotation marks', '"http://a.example/b?c=d&e=f"', '"(URL, not shown)"'],
  ['a URL with a query, in apostrophes', '\'https://a.example/?x\'', '\'(URL, not shown)\''],
  ['a URL with a query, in angle brackets', '<https://a.example/?x>', '<(URL, not shown)>'],
  ['a URL with a query, between spaces', 'a https://a.example/?x b', 'a (URL, not shown) b'],
  ['a URL without a query before one that has one', 'https://a.example/b "https://a.example/?x"', 'https://a.example/b "(URL, not shown)"'],
  ['an access key of a role', 'key ASIAIOSFODNN7EXAMPLE', 'key (access key, not shown)'],
  ['41 hexadecimal digits', `a ${'0'.repeat(41)} b`, 'a (hexadecimal digits, not shown) b'],
  ['41 hexadecimal digits in capitals', `a ${'F'.repeat(41)} b`, 'a (hexadecimal digits, not shown) b'],
  ['41 characters of base64', `a ${MIXED.slice(0, 41)} b`, 'a (base64, not shown) b'],
  ['base64 with one character for padding', `a ${MIXED}= b`, 'a (base64, not shown) b'],
  ['base64 with two characters for padding', `a ${MIXED}== b`, 'a (base64, not shown) b'],
  ['two runs of base64', `a ${MIXED}, b ${MIXED}`, 'a (base64, not shown), b (base64, not shown)'],
  ['key material before and behind an id', `${MIXED}: ca-${'0'.repeat(32)}: ${MIXED}`, `(base64, not shown): ca-${'0'.repeat(32)}: (base64, not shown)`],
  ['base64 with every character that it can have', `a ${'aB1+/_-'.repeat(6)} b`, 'a (base64, not shown) b'],
  ['base64 in lines, of which the last one is short', `a ${MIXED}\n${MIXED.slice(0, 16)}\r\n${MIXED.slice(0, 3)}= b`, 'a (base64, not shown) b'],
  ['base64 in lines of JSON, of which the last one is padded', `a ${MIXED}\\n${MIXED.slice(0, 20)}\\r\\n${MIXED.slice(0, 18)}== b`, 'a (base64, not shown) b'],
])('only the kind of %s is shown', (_, text, shown) => {
  expect(redact(text)).toBe(shown);
});

test.each<[string, string]>([
  ['a URL without a query', 'https://docs.aws.amazon.com/iot/latest/developerguide/'],
  ['a URL whose query is empty', 'https://a.example/? b'],
  ['what only begins or ends like an access key', 'XAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLEX AKIAIOSFODNN7EXAMPL'],
  ['40 hexadecimal digits', '0'.repeat(40)],
  ['40 characters that could be base64', MIXED.slice(0, 40)],
  ['a long name without capitals', 'z1'.repeat(30)],
  ['a long name without small letters', 'X1_'.repeat(20)],
  ['hyphens', '-'.repeat(80)],
])('a message shows %s', (_, text) => {
  expect(redact(text)).toBe(text);
});

test('words behind base64 are shown', () => {
  expect(redact(`${MIXED} is wrong: ${'a'.repeat(15)}`)).toBe(`(base64, not shown) is wrong: ${'a'.repeat(15)}`);
});

test.each([
  'https://bucket.s3.amazonaws.com/key?X-Amz-Security-Token=abc&X-Amz-Signature=def',
  'HTTPS://bucket.s3.amazonaws.com/key?AWSAccessKeyId=abc&Signature=def',
])('a presigned URL is not shown', url => {
  expect(redact(`PUT "${url}" failed`)).toBe('PUT "(URL, not shown)" failed');
});

test('an access key is not shown', () => {
  expect(redact('key AKIAIOSFODNN7EXAMPLE used')).toBe('key (access key, not shown) used');
});

test.each([
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:IotStackCaPrivateKey8F3A9B2C-0aBcDeFgHiJk-XyZ123',
  'arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/my-iot-certificates/51af3dc0-da77-11e4-872e-1234567890ab',
  `verification-${'0123456789abcdef'.repeat(2)}`,
  '0123456789ABCDEF0123456789ABCDEF01234567', // a serial number
  '/iot/devices/IotProductionStackSensor001-ab12cd34/0123456789ABCDEF0123456789ABCDEF01234567', // a parameter's name
  // The id of a kept CA, which names its table too, and others in a path.
  ...['ca', 'cross', 'verification', 'device', 'devid', 'server', 'signature', 'lookup', 'fleet', 'invalid'].flatMap(prefix => [
    `${prefix}-${'0123456789abcdef'.repeat(2)}/IotStack-Ledger1A2B3C4D`, `IotStack/Certificates/${prefix}-${'0123456789abcdef'.repeat(2)}`,
  ]),
  'arn:aws:iam::123456789012:role/IotStack-CertificateAuthorityProviderRole1A2B3C4D-0AbC1dEf2GhI',
  'arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/IotProductionStack-CertificateAuthorityLedger1A2B3C4D-0AbC1dEf2GhI',
  'subject.commonName must be 1 to 64 characters long, got 65: "a very long name of a certificate authority for industrial things"',
])('%s is shown', text => {
  expect(redact(`${text} and so on`)).toBe(`${text} and so on`);
});

test('a long name that looks like a key is shown if it is known to be a name', () => {
  const name = 'IotProductionStack-CertificateAuthorityLedger1A2B3C4D-0AbC1dEf2GhI';
  expect(redact(`the table ${name} is full`)).toBe('the table (base64, not shown) is full');
  expect(redact(`the table ${name} is full`, [name])).toBe(`the table ${name} is full`);
});

test.each<[string, string, string]>([
  ['an id of another kind', `user-${'0123456789abcdef'.repeat(2)}/IotStack-Ledger1A2B3C4D`, '(base64, not shown)'],
  ['a longer word that contains an id', `xca-${'0123456789abcdef'.repeat(2)}A/IotStack-Ledger1A2B3C4D`, '(base64, not shown)'],
  ['an ARN without an account', `arn:aws:s3:::${MIXED}`, 'arn:aws:s3:::(base64, not shown)'],
  ['an ARN that goes on for too long', `arn:aws:s3:a:123456789012:${'a'.repeat(256)}${MIXED}`, `arn:aws:s3:a:123456789012:${'a'.repeat(256)}(base64, not shown)`],
  ['a path that ends with something else than a serial number', `/iot/${MIXED}`, '(base64, not shown)'],
  ['a serial number in small letters behind a path', `/Iot/${'0123456789abcdef0123456789abcdef01234567'}`, '(base64, not shown)'],
  ['a path in which a longer number follows', `/Iot/a/${'0'.repeat(41)}`, '/Iot/a/(hexadecimal digits, not shown)'],
  ['a path behind other characters', `x/Iot/a/${'0'.repeat(40)}`, '(base64, not shown)'],
])('%s is not taken for a name', (_, text, shown) => {
  expect(redact(text)).toBe(shown);
});

test('a name that is known is kept up to the length of any name that exists, and not beyond', () => {
  const name = (length: number): string => 'xY1'.repeat(400).slice(0, length);
  expect(redact(`a ${name(41)} b`, [name(41)])).toBe(`a ${name(41)} b`);
  expect(redact(`a ${name(LONGEST_NAME)} b`, [name(LONGEST_NAME)])).toBe(`a ${name(LONGEST_NAME)} b`);
  expect(redact(`a ${name(LONGEST_NAME + 1)} b`, [name(LONGEST_NAME + 1)])).toBe('a (base64, not shown) b');
});

test('of many names, the first hundred different ones are kept', () => {
  const names = Array.from({ length: 101 }, (_, index) => `${MIXED}-${String(index).padStart(3, '0')}`);
  expect(redact(names[99], names)).toBe(names[99]);
  expect(redact(names[100], names)).toBe('(base64, not shown)');
  expect(redact(names[100], [...Array<string>(50).fill(names[0]), names[100]])).toBe(names[100]);
});

test('a name that is part of another name does not split it, in whatever order they are given', () => {
  const [part, whole] = [MIXED, `${MIXED}-${'Zw7'.repeat(20)}`];
  for (const names of [[part, whole], [whole, part]]) {
    expect(redact(`a ${whole} b ${part} c`, names)).toBe(`a ${whole} b ${part} c`);
  }
});

test('a name that is part of an ARN does not split it', () => {
  const arn = `arn:aws:dynamodb:eu-central-1:123456789012:table/${MIXED}/index/${'Zw7'.repeat(20)}`;
  expect(redact(arn, [MIXED])).toBe(arn);
});

test('key material before, between and behind names that are kept is not shown', () => {
  const name = `Table-${MIXED}`;
  const key = 'zY8'.repeat(20);
  expect(redact(`${key}:${name}:${key}:${name}:${key}`, [name])).toBe(`(base64, not shown):${name}:(base64, not shown):${name}:(base64, not shown)`);
});

test.each(KEYS)('an %s key is not shown even if short names occur in it, such as a logical id or a country', (_, key) => {
  for (const [, text] of formsOf(key)) {
    const names = ['E', 'A', 'Ca', 'MI', 'KEY', 'PRIVATE', 'BEGIN', '-----', ...[0, 10, 20].map(start => text.slice(start, start + 40))];
    expect(redact(`the value ${text} is wrong`, names)).toBe(redact(`the value ${text} is wrong`));
  }
});

test('everything is on one line, and no character hides or reorders text', () => {
  expect(redact('a\nb\r\n\tc\u0000\u001b[31m\u202ed\u2028e')).toBe('a b c [31m d e');
  const directions = ['\u061c', '\u200e', '\u200f', ...'\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'];
  expect(directions.map(direction => redact(`a${direction}b`))).toEqual(directions.map(() => 'a b'));
});

test('a string can be shown on one line, with single spaces, without looking for secrets', () => {
  expect(onOneLine('  a \n\n  b\u202ec   d ')).toBe('a b c d');
});

test('any string is redacted to one line, and a second time to the same', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
    const once = redact(text);
    expect(once).not.toMatch(/[\u0000-\u001f\u2028\u2029]/);
    expect(redact(once)).toBe(once);
  }), { numRuns: 100 });
});

test('a string of any length is shown up to a length', () => {
  expect(redact(`${randomBytes(40_000).toString('base64')} `.repeat(4)).length).toBeLessThan(200);
  expect(redact('a-'.repeat(1_000_000)).length).toBe(8_192);
  expect(redact('https://'.repeat(1_000_000)).length).toBe(8_192);
});

test('a name that is known is kept as it stands in the text, in capitals or small letters, as often as it occurs', () => {
  const name = 'Production/Line4/PressControllerSensor001-ab12cd34ef56ab78';
  expect(redact(`${name} and ${name.toLowerCase()}`, [name.toUpperCase()])).toBe(`${name} and ${name.toLowerCase()}`);
  expect(redact(`\u0130\u0130${name}`, [name])).toBe(`\u0130\u0130${name}`); // a letter whose small form is longer
});

test('a name with a line end in it makes no second line', () => {
  const name = `${'Acme IoT'.repeat(6)}\nCA`;
  expect(redact(`got ${name}`, [name])).toBe(`got ${name.replace('\n', ' ')}`);
});

test.each<[string, string, string[]]>([
  ['one name of 60,000 characters', 'got a subject', ['x'.repeat(60_000)]],
  ['30,000 names', 'got a subject', Array.from({ length: 30_000 }, (_, index) => `${'x'.repeat(50)}${index}`)],
  ['names that almost match everywhere', 'a'.repeat(100_000), Array.from({ length: 200 }, (_, index) => `${'a'.repeat(500 + index)}b`)],
  ['names that match everywhere', 'ab'.repeat(50_000), Array.from({ length: 200 }, (_, index) => 'ab'.repeat(21 + index))],
  ['names made of what means something in patterns', '(((((', ['('.repeat(60), '[a-'.repeat(20), '\\'.repeat(50), '\ue0000\ue001'.repeat(20)]],
  ['nothing but marks of certificates', '-----BEGIN '.repeat(20_000), []],
  ['nothing but ends of lines', '\\n'.repeat(50_000), []],
  ['key material in one line after another', `${'A'.repeat(50)}\\n`.repeat(2_000), []],
  ['paths', '/a'.repeat(50_000), []],
])('%s take no time, and become a string', (_, text, names) => {
  expect(processorTime(() => expect(redact(text, names).length).toBeLessThanOrEqual(8_192))).toBeLessThan(1_000);
});
