import { deriveOctets } from '../../src/pki/pkcs12-key-derivation';
import { opensslOutput } from '../support/openssl';
import { fc } from '../support/properties';

/** The same octets by OpenSSL, which takes the passphrase in the encoding of PKCS#12. */
function byOpenssl(passphrase: string, purpose: number, length: number, digest: string, salt: Buffer, iterations: number): string {
  const octets = Buffer.from(`${passphrase}\0`, 'utf16le').swap16().toString('hex');
  const options = [`digest:${digest}`, `hexpass:${octets}`, `hexsalt:${salt.toString('hex')}`, `iter:${iterations}`, `id:${purpose}`];
  return opensslOutput(['kdf', '-keylen', `${length}`, ...options.flatMap(option => ['-kdfopt', option]), 'PKCS12KDF'])
    .trim().replace(/:/g, '').toLowerCase();
}

test('the key derivation of PKCS#12 is the one of OpenSSL, for every length of passphrase, salt and output', () => {
  const character = fc.integer({ min: 0x20, max: 0xd7ff }).map(code => String.fromCharCode(code));
  fc.assert(fc.property(
    fc.array(character, { maxLength: 70 }).map(characters => characters.join('')), // 31 fill a block with the two zeros, 63 two
    fc.constantFrom(1, 2, 3),
    fc.integer({ min: 1, max: 150 }),
    fc.constantFrom('sha1' as const, 'sha256' as const),
    fc.uint8Array({ minLength: 1, maxLength: 130 }).map(octets => Buffer.from(octets)),
    fc.integer({ min: 1, max: 50 }),
    (passphrase, purpose, length, digest, salt, iterations) => {
      expect(deriveOctets(passphrase, purpose, length, { digest, salt, iterations }).toString('hex'))
        .toBe(byOpenssl(passphrase, purpose, length, digest, salt, iterations));
    },
  ), { numRuns: 40 });
});

test.each(['', 'x'.repeat(31), 'x'.repeat(32)])('the key derivation of PKCS#12 is the one of OpenSSL for a passphrase around the end of a block too: %j', passphrase => {
  const [salt, digest] = [Buffer.alloc(64, 0xff), 'sha1' as const];
  expect(deriveOctets(passphrase, 1, 64, { digest, salt, iterations: 2 }).toString('hex')).toBe(byOpenssl(passphrase, 1, 64, digest, salt, 2));
});
