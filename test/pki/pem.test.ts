import 'reflect-metadata';
import { PemConverter } from '@peculiar/x509';
import { toPem } from '../../src/pki/pem';
import { fc } from '../support/properties';

describe('a PEM block', () => {
  test('has lines of 64 characters, LF line ends and a newline at the end', () => {
    expect(toPem('CERTIFICATE', Buffer.alloc(49, 0xff))).toBe(
      `-----BEGIN CERTIFICATE-----\n${'/'.repeat(64)}\n/w==\n-----END CERTIFICATE-----\n`);
    expect(toPem('CERTIFICATE', Buffer.alloc(48, 0xff))).toBe(`-----BEGIN CERTIFICATE-----\n${'/'.repeat(64)}\n-----END CERTIFICATE-----\n`);
  });

  test('is read back to the same octets by @peculiar/x509', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), octets => {
      const blocks = PemConverter.decode(toPem('CERTIFICATE', Buffer.from(octets)));
      expect(blocks.map(block => [...new Uint8Array(block)])).toEqual([[...octets]]);
    }));
  });
});
