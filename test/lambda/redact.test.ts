import { createHash, generateKeyPairSync, KeyObject, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { redact } from '../../src/lambda/redact';

const KEYS: [string, KeyObject][] = [
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey],
];

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
    for (let start = 0; start + 24 <= text.length; start++) {
      expect(shown).not.toContain(text.slice(start, start + 24).trim());
    }
    expect(shown).toMatch(/^the value .*not shown/);
  });
});

test('the secret number of any P-256 key is not shown', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes => {
    const digits = createHash('sha256').update(bytes).digest();
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(redact(`got ${digits.toString(encoding)}`)).toMatch(/^got \(.*not shown\)$/);
    }
  }), { numRuns: 200 });
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
  'subject.commonName must be 1 to 64 characters long, got 65: "a very long name of a certificate authority for industrial things"',
])('%s is shown', text => {
  expect(redact(`${text} and so on`)).toBe(`${text} and so on`);
});

test('a long name that looks like a key is shown where it is known to be a name', () => {
  const name = 'IotProductionStack-CertificateAuthorityLedger1A2B3C4D-0AbC1dEf2GhI';
  expect(redact(`the table ${name} is full`)).toBe('the table (base64, not shown) is full');
  expect(redact(`the table ${name} is full`, [name])).toBe(`the table ${name} is full`);
});

test.each(KEYS)('an %s key is not shown where short names occur in it, such as a logical id or a country', (_, key) => {
  for (const [, text] of formsOf(key)) {
    const names = ['E', 'A', 'Ca', 'MI', 'KEY', 'PRIVATE', 'BEGIN', '-----', ...[0, 10, 20].map(start => text.slice(start, start + 40))];
    expect(redact(`the value ${text} is wrong`, names)).toBe(redact(`the value ${text} is wrong`));
  }
});

test('everything is on one line, and no character hides or reorders text', () => {
  expect(redact('a\nb\r\n\tc\u0000\u001b[31m\u202ed\u2028e')).toBe('a b c [31m d e');
});

test('any text is redacted to one line, and a second time to the same', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
    const once = redact(text);
    expect(once).not.toMatch(/[\u0000-\u001f\u2028\u2029]/);
    expect(redact(once)).toBe(once);
  }), { numRuns: 500 });
});

test('a text of any length is shown up to a length', () => {
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
])('%s take no time, and end in a text', (_, text, names) => {
  const started = performance.now();
  expect(redact(text, names).length).toBeLessThanOrEqual(8_192);
  expect(performance.now() - started).toBeLessThan(1_000);
});
