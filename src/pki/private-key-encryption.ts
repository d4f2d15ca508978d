import { objectIdentifier, Tag } from './der';
import { DerReader } from './der-reader';
import { numberOf } from './der-values';
import { OID } from './object-identifiers';

/**
 * The most iterations that a key derivation may have. The writer of the key chose the number; 2^31 iterations take minutes, and they run
 * before a wrong passphrase shows. This limit is more than OWASP recommends for any digest (1,300,000 with HMAC-SHA-1:
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) and a thousand times what OpenSSL writes (2048). It
 * takes about a second.
 */
export const MAX_ITERATIONS = 2_000_000;

/**
 * The greatest N times r of scrypt (RFC 7914, section 2). Each unit takes 128 bytes of memory: 16 MiB, as OpenSSL writes (N = 16384, r =
 * 8). OpenSSL reads less than twice as much (SCRYPT_MAX_MEM, 32 MiB in providers/implementations/kdfs/scrypt.c).
 */
export const MAX_SCRYPT_COST = 16_384 * 8;

/** The parallelization p of scrypt, which multiplies its time. OWASP's settings go up to 10; OpenSSL writes 1. */
export const MAX_SCRYPT_PARALLELIZATION = 16;

const WAY_OUT = 'encrypt it again with openssl pkcs8 -topk8 -v2 aes-256-cbc';

/** Reads the parameters of an algorithm, and returns what is wrong with them. */
type Check = (parameters: DerReader) => string | undefined;

/** Selects the check by the object identifier before the parameters. */
function byIdentifier(property: string, checks: readonly (readonly [oid: string, check: Check])[]): Check {
  const table = new Map(checks.map(([oid, check]) => [objectIdentifier(oid).toString('hex'), check]));
  return algorithm => {
    const check = table.get(algorithm.element(Tag.OBJECT_IDENTIFIER).toString('hex'));
    return check ? check(algorithm) : `privateKey must be encrypted with ${property}, got another algorithm; ${WAY_OUT}`;
  };
}

/** For parameters that OpenSSL checks itself and that cost no time. */
const free: Check = () => undefined;

function number(parameters: DerReader): number {
  return numberOf(parameters.unsigned());
}

function iterations(parameters: DerReader): string | undefined {
  parameters.contents(Tag.OCTET_STRING); // the salt
  const count = number(parameters);
  return count <= MAX_ITERATIONS ? undefined
    : `privateKey must be encrypted with at most ${MAX_ITERATIONS} iterations of the key derivation, got ${count}; ${WAY_OUT}`;
}

const checkPseudorandomFunction = byIdentifier('PBKDF2 over HMAC with SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512', [
  [OID.hmacWithSHA1, free],
  [OID.hmacWithSHA224, free],
  [OID.hmacWithSHA256, free],
  [OID.hmacWithSHA384, free],
  [OID.hmacWithSHA512, free],
]);

/** RFC 8018, appendix A.2. */
function pbkdf2(algorithm: DerReader): string | undefined {
  const parameters = algorithm.sequence();
  const complaint = iterations(parameters);
  if (parameters.follows(Tag.INTEGER)) {
    parameters.unsigned(); // the length of the key, which OpenSSL compares with the key length of the cipher
  }
  return complaint ?? (parameters.more ? checkPseudorandomFunction(parameters.sequence()) : undefined);
}

/** RFC 7914, section 7.1. */
function scrypt(algorithm: DerReader): string | undefined {
  const parameters = algorithm.sequence();
  parameters.contents(Tag.OCTET_STRING); // the salt
  const [cost, blockSize, parallelization] = [number(parameters), number(parameters), number(parameters)];
  return cost * blockSize <= MAX_SCRYPT_COST && parallelization <= MAX_SCRYPT_PARALLELIZATION ? undefined
    : `privateKey must be encrypted with scrypt of N times r at most ${MAX_SCRYPT_COST} and p at most ${MAX_SCRYPT_PARALLELIZATION}, `
      + `got N = ${cost}, r = ${blockSize}, p = ${parallelization}; ${WAY_OUT}`;
}

const checkKeyDerivation = byIdentifier('a key from PBKDF2 or scrypt', [[OID.pbkdf2, pbkdf2], [OID.scrypt, scrypt]]);

const checkCipher = byIdentifier('AES or 3DES in CBC mode', [
  [OID.aes128Cbc, free],
  [OID.aes192Cbc, free],
  [OID.aes256Cbc, free],
  [OID.desEde3Cbc, free],
]);

/** RFC 8018, appendix A.4: an algorithm that derives the key, and another that encrypts with it. */
function pbes2(algorithm: DerReader): string | undefined {
  const parameters = algorithm.sequence();
  return checkKeyDerivation(parameters.sequence()) ?? checkCipher(parameters.sequence());
}

const checkScheme = byIdentifier('PBES2 or PBE-SHA1-3DES', [
  [OID.pbes2, pbes2],
  [OID.pbeWithSHAAnd3KeyTripleDesCbc, algorithm => iterations(algorithm.sequence())],
]);

/**
 * The reason why an encrypted PKCS#8 (RFC 5958, section 3) can't be decrypted here: an algorithm that OpenSSL 3 does not have, or a key
 * derivation that takes too long. Call it before trying the passphrase.
 *
 * @throws an error of the reader if the octets are not an encrypted PKCS#8 in DER
 */
export function complaintOfEncryption(encryptedPrivateKeyInfo: Buffer): string | undefined {
  const info = DerReader.only(encryptedPrivateKeyInfo);
  const algorithm = info.sequence();
  info.contents(Tag.OCTET_STRING);
  info.end();
  return checkScheme(algorithm);
}

/** The ciphers of OpenSSL's older form (DEK-Info). Its key derivation has no parameter: it is one round of MD5. */
const DEK_CIPHERS = ['AES-128-CBC', 'AES-192-CBC', 'AES-256-CBC', 'DES-EDE3-CBC'];

/** As `complaintOfEncryption`, but for the older form and from the cipher in DEK-Info. */
export function complaintOfDekCipher(cipher: string): string | undefined {
  return DEK_CIPHERS.includes(cipher) ? undefined
    : `privateKey must be encrypted with ${DEK_CIPHERS.join(', ')} in its DEK-Info, got another algorithm; ${WAY_OUT}`;
}
