import { readFileSync } from 'node:fs';
import { CA_KEYS, DEVICE_KEYS, testCa } from './fixtures';
import { KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { publicKeyOf } from '../../src/pki/keys';
import { toPem } from '../../src/pki/pem';
import { readAnyPrivateKey } from '../../src/pki/private-key-formats';
import { openssl, opensslOutput, temporaryFiles } from '../support/openssl';
import { fc } from '../support/properties';
import { assertNoPrivateKey } from '../support/secrecy';

const file = temporaryFiles();

const PASSPHRASE = 'correct-horse-bättery';
const PASS_OUT = ['-passout', `pass:${PASSPHRASE}`];
const ALGORITHMS: readonly KeyAlgorithmName[] = ['RSA_2048', 'EC_P256', 'EC_P384', 'EC_P521', 'ED25519'];
const RSA: readonly KeyAlgorithmName[] = ['RSA_2048'];
/** On the curve of the device key, and not the device key. */
const OTHER_P256 = CA_KEYS.EC_P256;
const EC = ALGORITHMS.filter(name => KEY_ALGORITHMS[name].family === 'EC');

/** What a key becomes by a command of OpenSSL. */
const by = (...args: string[]) => (pem: string) => opensslOutput(args, pem);
const pkcs8 = (...args: string[]) => by('pkcs8', '-topk8', ...args);

/** The error that reading a key ends with, of which nothing shows the key, the text or the passphrase. */
function failure(text: string, passphrase?: string, key = DEVICE_KEYS.EC_P256): string {
  let error: Error & { cause?: unknown; code?: unknown } | undefined;
  try {
    readAnyPrivateKey(text, passphrase);
  } catch (thrown) {
    error = thrown as Error;
  }
  if (!error) {
    throw new Error('the key was read');
  }
  expect([error.name, error.cause, error.code]).toEqual(['Error', undefined, undefined]);
  const shown = [error.message, error.stack!];
  assertNoPrivateKey(shown, [key]);
  const pieces = [passphrase, PASSPHRASE, ...text.split(/\s+/).filter(piece => piece.length >= 20)].filter(piece => piece) as string[];
  pieces.forEach(piece => expect(shown.some(part => part.includes(piece.slice(0, 20)))).toBe(false));
  return error.message;
}

/** A key as OpenSSL writes it, which ends as the same key. */
function expectKey(text: string, key: string, passphrase?: string): void {
  expect(readAnyPrivateKey(text, passphrase)).toEqual({ privateKeyPem: opensslOutput(['pkey'], key), publicKey: publicKeyOf(key) });
}

const WRONG_PASSPHRASE = 'passphrase must be the one that privateKey was encrypted with, got another one (not shown), or privateKey is damaged';
const NO_PASSPHRASE = 'passphrase must be given, because privateKey is encrypted';
const DAMAGED = 'got a key that is damaged, has lost its line breaks or is of another kind (not shown)';

describe('a key that is not encrypted', () => {
  test.each<[string, readonly KeyAlgorithmName[], (pem: string) => string]>([
    ['PKCS#8', ALGORITHMS, by('pkey')],
    ['PKCS#1', RSA, by('rsa', '-traditional')],
    ['SEC 1', EC, by('ec')],
    ['SEC 1 after its EC PARAMETERS', EC, pem => opensslOutput(['ecparam', '-name', 'prime256v1']) + opensslOutput(['ec'], pem)],
    ['PKCS#8 between a certificate and text', ALGORITHMS, pem => `Bag Attributes\n  friendlyName: a\n${toPem('CERTIFICATE', Buffer.of(0x30, 0))}${pem}\nend`],
    ['CRLF and a byte order mark', ALGORITHMS, pem => `\ufeff${pem.replace(/\n/g, '\r\n')}`],
    ['CR', ALGORITHMS, pem => pem.replace(/\n/g, '\r')],
    ['an indented block', ALGORITHMS, pem => pem.replace(/^/gm, '    ')],
    ['no newline at the end', ALGORITHMS, pem => pem.trim()],
  ])('is read from %s', (_, algorithms, write) => {
    algorithms.map(name => DEVICE_KEYS[name]).forEach(key => {
      expectKey(write(key), key);
      expectKey(write(key), key, 'a passphrase that nobody asked for');
    });
  });

  test('is read for every algorithm that can be declared', () => {
    KEY_ALGORITHM_NAMES.map(name => DEVICE_KEYS[name]).forEach(key => expectKey(key, key));
  });
});

describe('an encrypted key', () => {
  test.each<[string, readonly KeyAlgorithmName[], (pem: string) => string]>([
    ['PKCS#8 with AES-256', ALGORITHMS, pkcs8('-v2', 'aes-256-cbc', ...PASS_OUT)],
    ['PKCS#8 with AES-128 and HMAC-SHA-1', RSA, pkcs8('-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA1', ...PASS_OUT)],
    ['PKCS#8 with 3DES, HMAC-SHA-512 and 100,000 iterations', RSA, pkcs8('-v2', 'des3', '-v2prf', 'hmacWithSHA512', '-iter', '100000', ...PASS_OUT)],
    ['PKCS#8 with PBE-SHA1-3DES', ALGORITHMS, pkcs8('-v1', 'PBE-SHA1-3DES', ...PASS_OUT)],
    ['PKCS#8 with scrypt', RSA, pkcs8('-scrypt', ...PASS_OUT)],
    ['PKCS#1 with AES-256', RSA, by('rsa', '-traditional', '-aes256', ...PASS_OUT)],
    ['PKCS#1 with 3DES', RSA, by('rsa', '-traditional', '-des3', ...PASS_OUT)],
    ['SEC 1 with AES-128', EC, by('ec', '-aes128', ...PASS_OUT)],
  ])('is read from %s with its passphrase, and with no other one', (_, algorithms, write) => {
    algorithms.map(name => DEVICE_KEYS[name]).forEach(key => {
      const text = write(key);
      expect(text).toContain('ENCRYPTED');
      expectKey(text, key, PASSPHRASE);
      expectKey(text.replace(/\n/g, '\r\n'), key, PASSPHRASE);
      expect(failure(text, `${PASSPHRASE}!`, key)).toBe(WRONG_PASSPHRASE);
      expect(failure(text, undefined, key)).toBe(NO_PASSPHRASE);
      expect(failure(text, '', key)).toBe(NO_PASSPHRASE);
    });
  });

  test('is read as openssl req -new -x509 writes it', () => {
    const path = file('req-key.pem', '');
    const certificate = opensslOutput(['req', '-new', '-x509', '-newkey', 'rsa:2048', '-keyout', path, '-subj', '/CN=Acme Root', ...PASS_OUT]);
    const text = opensslOutput(['pkey', '-in', path, '-passin', `pass:${PASSPHRASE}`]);
    const encrypted = readFileSync(path, 'utf8');
    expect(encrypted).toContain('-----BEGIN ENCRYPTED PRIVATE KEY-----');
    expectKey(certificate + encrypted, text, PASSPHRASE);
    expect(failure(encrypted, 'wrong', text)).toBe(WRONG_PASSPHRASE);
    expect(failure(encrypted, undefined, text)).toBe(NO_PASSPHRASE);
  });

  test.each([
    ['RC2 with 40 bits', ['-v1', 'PBE-SHA1-RC2-40'], 'PBES2 or PBE-SHA1-3DES'],
    ['DES after MD5', ['-v1', 'PBE-MD5-DES'], 'PBES2 or PBE-SHA1-3DES'],
    ['Camellia', ['-v2', 'camellia-256-cbc'], 'AES or 3DES in CBC mode'],
    ['HMAC-MD5', ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithMD5'], 'PBKDF2 over HMAC with SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512'],
  ])('is refused with %s, and the message says how to encrypt it anew', (_, args, allowed) => {
    const { status, stdout } = openssl(['pkcs8', '-topk8', '-provider', 'legacy', '-provider', 'default', ...args, ...PASS_OUT], DEVICE_KEYS.EC_P256);
    if (status !== 0) {
      console.warn(`SKIPPED: ${args.join(' ')}, because this OpenSSL does not write it`);
      return;
    }
    expect(failure(stdout, PASSPHRASE))
      .toBe(`privateKey must be encrypted with ${allowed}, got another algorithm; encrypt it again with openssl pkcs8 -topk8 -v2 aes-256-cbc`);
  });

  test('is refused with a cipher of the older form that OpenSSL 3 no longer has', () => {
    const text = opensslOutput(['ec', '-aes128', ...PASS_OUT], DEVICE_KEYS.EC_P256);
    expect(failure(text.replace(/AES-128-CBC/, 'DES-CBC'), PASSPHRASE))
      .toContain('must be encrypted with AES-128-CBC, AES-192-CBC, AES-256-CBC, DES-EDE3-CBC in its DEK-Info, got another algorithm');
    expect(failure(text.replace(/^DEK-Info.*\n/m, ''), PASSPHRASE)).toContain(DAMAGED);
  });

  test('is refused with a passphrase that OpenSSL would not read to its end', () => {
    const text = pkcs8('-v2', 'aes-256-cbc', '-passout', `file:${file('long', 'x'.repeat(1023))}`)(DEVICE_KEYS.EC_P256);
    expectKey(text, DEVICE_KEYS.EC_P256, 'x'.repeat(1023));
    expect(failure(text, 'ä'.repeat(513))).toBe('passphrase must be at most 1024 bytes long, got 1026');
  });
});

describe('a private key', () => {
  const key = DEVICE_KEYS.EC_P256;
  const EXPECTED = 'privateKey must be a private key in PEM (PKCS#8, PKCS#1 or SEC 1, encrypted or not), got ';

  test.each<[string, () => string, string]>([
    ['nothing', () => '', 'a string without one (not shown)'],
    ['another text', () => 'hunter2-hunter2-hunter2', 'a string without one (not shown)'],
    ['base64 without its labels', () => key.split('\n')[1], 'a string without one (not shown)'],
    ['a certificate signing request', () => opensslOutput(['req', '-new', '-key', file('csr.pem', key), '-subj', '/CN=a']), 'a certificate signing request'],
    ['a public key', () => opensslOutput(['pkey', '-pubout'], key), 'a public key'],
    ['a label that nobody knows', () => key.replace(/PRIVATE KEY/g, 'HUNTER'), 'a string without one (not shown)'],
    ['a key of OpenSSH', () => key.replace(/PRIVATE/g, 'OPENSSH PRIVATE'),
      'a key in the format of another program; convert it with openssl pkcs8 -topk8, or with ssh-keygen -p -m PKCS8 for an OpenSSH key'],
  ])('is refused if there is %s instead', (_, text, message) => expect(failure(text())).toBe(EXPECTED + message));

  test('is refused if there is a certificate instead', async () => {
    const { certificate } = await testCa();
    expect(failure(toPem('CERTIFICATE', certificate))).toBe(`${EXPECTED}a certificate`);
  });

  const [, line] = key.split('\n');
  const der = (changed: (octets: Buffer) => void, pem = key) => {
    const octets = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64');
    changed(octets);
    return toPem('PRIVATE KEY', octets);
  };

  test.each([
    ['is cut off', key.slice(0, 150)],
    ['has no beginning', key.slice(key.indexOf('\n') + 1)],
    ['ends as something else', key.replace('END PRIVATE', 'END PUBLIC')],
    ['begins twice', `-----BEGIN PRIVATE KEY-----\n${key}`],
    ['lost characters', key.replace(line, line.slice(5))],
    ['has characters that base64 does not have', key.replace(line, `${line}*`)],
    ['is empty', '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n'],
    ['lost its line ends', key.replace(/\n/g, ' ')],
    ['has its line ends escaped', key.replace(/\n/g, '\\n')],
    ['has another label', key.replace(/PRIVATE/g, 'RSA PRIVATE')],
    ['has no encrypted key below its label', key.replace(/PRIVATE/g, 'ENCRYPTED PRIVATE')],
    ['is noise', toPem('PRIVATE KEY', Buffer.alloc(100, 7))],
    ['has the public key of another one', der(octets => octets.set(publicKeyOf(OTHER_P256).subarray(-64), octets.length - 64))],
    ['has a damaged modulus', der(octets => { octets[100] = 255 - octets[100]; }, DEVICE_KEYS.RSA_2048)],
  ])('is refused if it %s', (_, text) => expect(failure(text, PASSPHRASE)).toBe(EXPECTED + DAMAGED.slice(4)));

  test('is refused if there are two', () => {
    expect(failure(key + DEVICE_KEYS.RSA_2048)).toBe('privateKey must hold one private key, got 2');
    expect(failure(key + pkcs8('-v2', 'aes-256-cbc', ...PASS_OUT)(key), PASSPHRASE)).toBe('privateKey must hold one private key, got 2');
  });

  test('is refused by its length before it is read', () => {
    const filled = key + ' '.repeat(65_536 - key.length);
    expectKey(filled, key);
    expect(failure(`${filled} `)).toBe('privateKey must be at most 65536 bytes long, got 65537');
    expect(failure('-----BEGIN X-----\n'.repeat(3000))).toContain(DAMAGED);
  });

  const generated = (...args: string[]) => opensslOutput(['genpkey', '-quiet', ...args]);

  test.each<[string, () => string, string]>([
    ['RSA-PSS', () => generated('-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'), 'rsa-pss, 2048 bits'],
    ['RSA of 1024 bits', () => generated('-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'), 'rsa, 1024 bits'],
    ['RSA with the public exponent 3', () => generated('-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_pubexp:3'), 'rsa, 2048 bits'],
    ['DSA', () => generated('-paramfile', file('dsa.pem', opensslOutput([
      'genpkey', '-genparam', '-quiet', '-algorithm', 'DSA', '-pkeyopt', 'dsa_paramgen_bits:1024', '-pkeyopt', 'dsa_paramgen_q_bits:160',
    ]))), 'dsa, 1024 bits'],
    ['X25519', () => generated('-algorithm', 'X25519'), 'x25519'],
    ['Ed448', () => generated('-algorithm', 'ED448'), 'ed448'],
    ['secp256k1', () => generated('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'), 'ec, secp256k1'],
    ['a compressed point', () => opensslOutput(['ec', '-conv_form', 'compressed'], key), 'ec, prime256v1'],
    ['explicit parameters', () => opensslOutput(['ec', '-param_enc', 'explicit'], key), 'ec, prime256v1'],
  ])('of %s is refused, and the message says what is allowed', (_, write, found) => {
    const text = opensslOutput(['pkcs8', '-topk8', '-nocrypt'], write());
    const message = failure(text);
    expect(message).toContain('privateKey must be a key of RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384, EC_P521, ED25519 (with');
    expect(message).toContain(`got one of ${found}`);
  });
});

test('a damaged encrypted key ends in one of these errors, which shows nothing of it', () => {
  const texts = [pkcs8('-v2', 'aes-256-cbc', ...PASS_OUT)(DEVICE_KEYS.EC_P256), opensslOutput(['ec', '-aes128', ...PASS_OUT], DEVICE_KEYS.EC_P256)];
  fc.assert(fc.property(fc.constantFrom(...texts), fc.nat(), fc.string({ maxLength: 3 }), (text, position, replacement) => {
    const at = position % text.length;
    const damaged = text.slice(0, at) + replacement + text.slice(at + 1 + position % 3);
    try {
      readAnyPrivateKey(damaged, PASSPHRASE);
    } catch {
      expect(failure(damaged, PASSPHRASE)).toMatch(/^(privateKey|passphrase) must be /);
    }
  }), { numRuns: 300 });
});
