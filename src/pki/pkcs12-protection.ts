import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { integer, NULL, objectIdentifier, octetString, sequence } from './der';
import { PKCS_OID } from './pkcs-object-identifiers';
import { deriveOctets, Purpose } from './pkcs12-key-derivation';

/** Answers so many cryptographically secure random bytes. */
export type RandomBytes = (bytes: number) => Buffer;

/** Octets that only the passphrase opens. */
export interface Encrypted {
  /** An AlgorithmIdentifier with salt and iterations. */
  readonly algorithm: Buffer;
  readonly octets: Buffer;
}

/** How a PKCS#12 file is encrypted, and kept from being changed, by a passphrase. */
export interface Protection {
  encrypt(octets: Buffer, passphrase: string, random: RandomBytes): Encrypted;
  /** The MacData of the file (RFC 7292, section 4) over the contents of its `authSafe`. */
  macData(octets: Buffer, passphrase: string, random: RandomBytes): Buffer;
}

/**
 * How often each of the three keys of a file is derived. Fifty times what OpenSSL writes by itself (2048, PKCS12_DEFAULT_ITER
 * in pkcs12.h) and ten times what Java does. Not the 600,000 that OWASP wants for what people think up, because readers
 * have limits of their own: .NET reads 300,000 a key and 1,000,000 a file (Pkcs12LoaderLimits), Java 5,000,000
 * (MAX_ITERATION_COUNT in PKCS12KeyStore.java), and a gateway with a small processor has to do them at every start.
 */
export const ITERATIONS = 100_000;

/**
 * What is left of it in the legacy form, which repeats three times for a key and its IV, and is read by small stacks:
 * the number that Java's keytool writes.
 */
export const LEGACY_ITERATIONS = 10_000;

/** NIST SP 800-132, section 5.1: at least 128 bits. */
const SALT_OCTETS = 16;

/** What the older implementations write, and some take for granted. */
const LEGACY_SALT_OCTETS = 8;

/** PBES2 (RFC 8018, section 6.2) and a MAC over SHA-256: what OpenSSL 3 and Java write by themselves. */
export const MODERN: Protection = {
  encrypt(octets, passphrase, random) {
    const salt = draw(random, SALT_OCTETS);
    const iv = draw(random, 16); // a block of AES
    const key = pbkdf2Sync(Buffer.from(passphrase, 'utf8'), salt, ITERATIONS, 32, 'sha256');
    return {
      algorithm: sequence(objectIdentifier(PKCS_OID.pbes2), sequence(
        sequence(objectIdentifier(PKCS_OID.pbkdf2), sequence(
          octetString(salt), integer(ITERATIONS), sequence(objectIdentifier(PKCS_OID.hmacWithSHA256), NULL))),
        sequence(objectIdentifier(PKCS_OID.aes256Cbc), octetString(iv)))),
      octets: encipher('aes-256-cbc', key, iv, octets),
    };
  },
  macData: macDataBy('sha256', PKCS_OID.sha256, 32, SALT_OCTETS, ITERATIONS),
};

/**
 * 3DES with a key that PKCS#12 derives over SHA-1 (RFC 7292, appendix C), and a MAC over SHA-1. For the certificates too:
 * the other choice of its time, RC2 with 40 bits, is broken by trying all keys, tells whose device it is, and
 * OpenSSL 3 reads it with a provider of its own only.
 */
export const LEGACY: Protection = {
  encrypt(octets, passphrase, random) {
    const derivation = { digest: 'sha1', salt: draw(random, LEGACY_SALT_OCTETS), iterations: LEGACY_ITERATIONS } as const;
    // Three keys of DES, whose parity bits no implementation looks at, and a block.
    const key = deriveOctets(passphrase, Purpose.KEY, 24, derivation);
    const iv = deriveOctets(passphrase, Purpose.IV, 8, derivation);
    return {
      algorithm: sequence(objectIdentifier(PKCS_OID.pbeWithSHAAnd3KeyTripleDesCbc), sequence(
        octetString(derivation.salt), integer(LEGACY_ITERATIONS))),
      octets: encipher('des-ede3-cbc', key, iv, octets),
    };
  },
  macData: macDataBy('sha1', PKCS_OID.sha1, 20, LEGACY_SALT_OCTETS, LEGACY_ITERATIONS),
};

/** HMAC with a key as long as the digest (RFC 7292, appendix A). */
function macDataBy(digest: 'sha1' | 'sha256', oid: string, keyOctets: number, saltOctets: number, iterations: number): Protection['macData'] {
  return (octets, passphrase, random) => {
    const salt = draw(random, saltOctets);
    const key = deriveOctets(passphrase, Purpose.MAC_KEY, keyOctets, { digest, salt, iterations });
    const mac = createHmac(digest, key).update(octets).digest();
    return sequence(sequence(sequence(objectIdentifier(oid), NULL), octetString(mac)), octetString(salt), integer(iterations));
  };
}

/** Pads as RFC 8018, section 6.1.1, wants, which is what OpenSSL does by itself. */
function encipher(cipher: string, key: Buffer, iv: Buffer, octets: Buffer): Buffer {
  const encryption = createCipheriv(cipher, key, iv);
  return Buffer.concat([encryption.update(octets), encryption.final()]);
}

function draw(random: RandomBytes, bytes: number): Buffer {
  const octets = random(bytes);
  if (octets.length !== bytes) {
    throw new Error(`the source of randomness must answer the ${bytes} bytes it was asked for, got ${octets.length}`);
  }
  return octets;
}
