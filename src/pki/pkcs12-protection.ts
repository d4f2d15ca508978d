import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { integer, NULL, objectIdentifier, octetString, sequence } from './der';
import { OID } from './object-identifiers';
import { deriveOctets, Purpose } from './pkcs12-key-derivation';

/** Returns this number of cryptographically secure random bytes. */
export type RandomBytes = (bytes: number) => Buffer;

/** Octets that only the passphrase decrypts. */
export interface Encrypted {
  /** An AlgorithmIdentifier with salt and iterations. */
  readonly algorithm: Buffer;
  readonly octets: Buffer;
}

/** How a passphrase encrypts a PKCS#12 file and protects it against changes. */
export interface Protection {
  encrypt(octets: Buffer, passphrase: string, random: RandomBytes): Encrypted;
  /** The MacData of the file (RFC 7292, section 4) over the contents of its `authSafe`. */
  macData(octets: Buffer, passphrase: string, random: RandomBytes): Buffer;
}

/**
 * The iterations for each of the three keys of a file: fifty times what OpenSSL writes by default (2048, PKCS12_DEFAULT_ITER in pkcs12.h)
 * and ten times what Java writes. They are not the 600,000 that OWASP recommends for passphrases that people make up, because readers have
 * their own limits: .NET reads 300,000 per key and 1,000,000 per file (Pkcs12LoaderLimits), Java 5,000,000 (MAX_ITERATION_COUNT in
 * PKCS12KeyStore.java), and a gateway with a small processor has to run them at every start.
 */
export const ITERATIONS = 100_000;

/**
 * The iterations in the legacy form, which runs them three times for a key and its IV, and which small stacks read. Java's keytool writes
 * the same number.
 */
export const LEGACY_ITERATIONS = 10_000;

/** NIST SP 800-132, section 5.1: at least 128 bits. */
const SALT_OCTETS = 16;

/** The length that older implementations write, and some assume. */
const LEGACY_SALT_OCTETS = 8;

/** PBES2 (RFC 8018, section 6.2) and a MAC over SHA-256, which OpenSSL 3 and Java write by default. */
export const MODERN: Protection = {
  encrypt(octets, passphrase, random) {
    const salt = draw(random, SALT_OCTETS);
    const iv = draw(random, 16); // a block of AES
    const key = pbkdf2Sync(Buffer.from(passphrase, 'utf8'), salt, ITERATIONS, 32, 'sha256');
    return {
      algorithm: sequence(objectIdentifier(OID.pbes2), sequence(
        sequence(objectIdentifier(OID.pbkdf2), sequence(
          octetString(salt), integer(ITERATIONS), sequence(objectIdentifier(OID.hmacWithSHA256), NULL))),
        sequence(objectIdentifier(OID.aes256Cbc), octetString(iv)))),
      octets: encipher('aes-256-cbc', key, iv, octets),
    };
  },
  macData: macDataBy('sha256', OID.sha256, 32, SALT_OCTETS, ITERATIONS),
};

/**
 * 3DES with a key that PKCS#12 derives over SHA-1 (RFC 7292, appendix C), and a MAC over SHA-1. The certificates are encrypted with it too.
 * The alternative of its time, RC2 with 40 bits, falls to a search of all keys, which reveals whose device it is, and OpenSSL 3 reads it
 * only with a separate provider.
 */
export const LEGACY: Protection = {
  encrypt(octets, passphrase, random) {
    const derivation = { digest: 'sha1', salt: draw(random, LEGACY_SALT_OCTETS), iterations: LEGACY_ITERATIONS } as const;
    // Three DES keys, whose parity bits all implementations ignore, and an IV of one block.
    const key = deriveOctets(passphrase, Purpose.KEY, 24, derivation);
    const iv = deriveOctets(passphrase, Purpose.IV, 8, derivation);
    return {
      algorithm: sequence(objectIdentifier(OID.pbeWithSHAAnd3KeyTripleDesCbc), sequence(
        octetString(derivation.salt), integer(LEGACY_ITERATIONS))),
      octets: encipher('des-ede3-cbc', key, iv, octets),
    };
  },
  macData: macDataBy('sha1', OID.sha1, 20, LEGACY_SALT_OCTETS, LEGACY_ITERATIONS),
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

/** Encrypts with the padding that RFC 8018, section 6.1.1, requires and OpenSSL adds by default. */
function encipher(cipher: string, key: Buffer, iv: Buffer, octets: Buffer): Buffer {
  const encryption = createCipheriv(cipher, key, iv);
  return Buffer.concat([encryption.update(octets), encryption.final()]);
}

function draw(random: RandomBytes, bytes: number): Buffer {
  const octets = random(bytes);
  if (octets.length !== bytes) {
    throw new Error(`the source of randomness must return the ${bytes} bytes that were requested, got ${octets.length}`);
  }
  return octets;
}
