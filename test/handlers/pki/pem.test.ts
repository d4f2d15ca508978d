import * as fc from 'fast-check';
import { CA_KEYS } from './fixtures';
import { fromPem, toPem } from '../../../src/handlers/pki/pem';

describe('PEM', () => {
  test('has lines of 64 characters, LF line ends and a newline at the end', () => {
    expect(toPem('CERTIFICATE', Buffer.alloc(49, 0xff))).toBe(
      `-----BEGIN CERTIFICATE-----\n${'/'.repeat(64)}\n/w==\n-----END CERTIFICATE-----\n`);
    expect(toPem('CERTIFICATE', Buffer.alloc(48, 0xff))).toBe(`-----BEGIN CERTIFICATE-----\n${'/'.repeat(64)}\n-----END CERTIFICATE-----\n`);
  });

  test('gives back the octets, whatever the line ends', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.constantFrom('\n', '\r\n', ' \n'), (octets, lineEnd) => {
      const pem = toPem('CERTIFICATE', Buffer.from(octets)).replace(/\n/g, lineEnd);
      expect([...fromPem('CERTIFICATE', `${lineEnd}${pem}`)]).toEqual([...octets]);
    }));
  });

  const pem = toPem('CERTIFICATE', Buffer.alloc(60, 0xab));

  test.each([
    ['another label', pem.replace(/CERTIFICATE/g, 'CERTIFICATE REQUEST'), 'got one with the label CERTIFICATE REQUEST'],
    ['two blocks', pem + pem, 'got another text'],
    ['text before it', `Bag Attributes\n${pem}`, 'got another text'],
    ['labels that differ', pem.replace('END CERTIFICATE', 'END X509'), 'got another text'],
    ['no PEM', 'MIIB', 'got another text'],
    ['nothing', '', 'got another text'],
    ['no contents', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', 'must hold base64'],
    ['no base64', pem.replace('q', '*'), 'must hold base64'],
    ['headers', pem.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\n\n'), 'got another text'],
    ['missing padding', toPem('CERTIFICATE', Buffer.of(1)).replace('==', ''), 'must hold base64'],
    ['bits after the end', toPem('CERTIFICATE', Buffer.of(1)).replace('AQ==', 'AR=='), 'must hold base64'],
  ])('fails for %s', (_, text, message) => expect(() => fromPem('CERTIFICATE', text)).toThrow(message));

  test('fails for a private key without showing it', () => {
    const secret = CA_KEYS.EC_P256.split('\n')[1].slice(10, 40);
    for (const text of [CA_KEYS.EC_P256, CA_KEYS.EC_P256.slice(0, -10), secret]) {
      expect(() => fromPem('CERTIFICATE', text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining(secret) }));
    }
  });

  test('is refused in no time where it is long and broken', () => {
    expect(() => fromPem('CERTIFICATE', `-----BEGIN CERTIFICATE-----${'\n'.repeat(1_000_000)}x`)).toThrow('got another text');
    expect(() => fromPem('CERTIFICATE', '-----BEGIN CERTIFICATE-----\n'.repeat(50_000))).toThrow('got another text');
  });
});
